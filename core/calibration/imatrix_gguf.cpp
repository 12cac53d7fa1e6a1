// llama.cpp's importance matrix as GGUF: for a weight NAME the tensors NAME.in_sum2 (sums of squared inputs, F32
// [experts, in]) and NAME.counts (F32 [experts, 1]).

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>

#include "core/base/text.h"
#include "core/calibration/calibration_file.h"
#include "core/sources/listing.h"
#include "core/sources/source.h"

namespace quant {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view sums_suffix = ".in_sum2", counts_suffix = ".counts";

struct Stored {
  std::size_t sums, counts;  ///< indices of the source
};

class ImatrixGguf final : public CalibrationFile {
 public:
  explicit ImatrixGguf(std::unique_ptr<Source> source) : source_(std::move(source)) {}

  std::string_view kind() const override { return "imatrix.gguf"; }
  const fs::path& path() const override { return source_->path(); }
  std::span<const Entry> entries() const override { return entries_; }

  Result<void> list() {
    for (const auto& [key, value] : source_->metadata())
      if (key == "general.type" && value != "imatrix")
        return failure(ErrorCode::unsupported, "read importance matrix", path().string(),
                       fmt::format("general.type is {}, no imatrix", printable(value)),
                       "give the GGUF file that llama-imatrix wrote");
    std::map<std::string_view, std::size_t> position;
    const auto tensors = source_->tensors();
    for (std::size_t i = 0; i < tensors.size(); ++i) position.emplace(tensors[i].name, i);
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      const std::string_view name = tensors[i].name;
      if (!name.ends_with(sums_suffix)) continue;
      const std::string layer(name.substr(0, name.size() - sums_suffix.size()));
      const auto counts = position.find(layer + std::string(counts_suffix));
      if (counts == position.end()) return fail("counts", layer, "are missing beside in_sum2");
      QUANT_CHECK(add(layer, {i, counts->second}));
    }
    if (!entries_.empty()) return {};
    return failure(ErrorCode::unsupported, "read importance matrix", path().string(),
                   fmt::format("none of its {} tensors is named NAME.in_sum2", tensors.size()),
                   "give the GGUF file that llama-imatrix wrote");
  }

  Result<Moments> moments(std::size_t entry) const override {
    QUANT_TRY(sums, values(stored_[entry].sums));
    QUANT_TRY(counts, values(stored_[entry].counts));
    const std::size_t cols = sums.size() / counts.size();
    std::size_t unused = 0;
    for (std::size_t e = 0; e < counts.size(); ++e) {
      const auto part = std::span(sums).subspan(e * cols, cols);
      if (!(counts[e] >= 0) || std::isinf(counts[e]))
        return Moments{{}, fmt::format("counts hold {}: left out", counts[e])};
      unused += counts[e] == 0;
      // An expert that no token reached weighs all columns alike, as in llama.cpp.
      for (float& v : part) v = counts[e] > 0 ? v / counts[e] : 1.0f;
    }
    if (unused == counts.size()) return Moments{{}, "no token reached it: left out"};
    auto checked = checked_moments(std::move(sums));
    if (unused > 0 && checked.note.empty())
      checked.note = fmt::format("no token reached {} of {} experts: their columns weigh alike", unused, counts.size());
    return checked;
  }

 private:
  tl::unexpected<Error> fail(std::string_view field, std::string_view layer, std::string_view why) const {
    return failure(ErrorCode::malformed, "read importance matrix", path().string(),
                   fmt::format("{} of {} {}", field, shown_name(layer), why), "make it again with llama-imatrix");
  }

  Result<void> add(const std::string& layer, Stored stored) {
    const TensorInfo &sums = source_->tensors()[stored.sums], &counts = source_->tensors()[stored.counts];
    if (sums.dtype != DType::f32) return fail("in_sum2", layer, "is not F32");
    if (counts.dtype != DType::f32) return fail("counts", layer, "are not F32");
    const std::uint64_t n = counts.elements();
    if (n == 0 || sums.elements() == 0 || sums.elements() % n != 0)
      return fail("counts", layer, fmt::format("are {}, in_sum2 has {} values", n, sums.elements()));
    if (sums.elements() > most_moments)
      return fail("in_sum2", layer, fmt::format("has {} values, at most {}", sums.elements(), most_moments));
    entries_.push_back({layer, sums.elements()});
    stored_.push_back(stored);
    return {};
  }

  Result<std::vector<float>> values(std::size_t index) const {
    QUANT_TRY(view, source_->view(index));
    std::vector<float> all(static_cast<std::size_t>(view->tensor().elements()));
    QUANT_CHECK(view->read_rows(0, view->matrix().all_rows(), all));
    return all;
  }

  std::unique_ptr<Source> source_;
  std::vector<Entry> entries_;
  std::vector<Stored> stored_;
};

bool sniff(std::span<const std::byte> head) { return head.size() >= 4 && std::memcmp(head.data(), "GGUF", 4) == 0; }

Result<std::unique_ptr<CalibrationFile>> open(const fs::path& path) {
  QUANT_TRY(source, open_source(path));
  auto matrix = std::make_unique<ImatrixGguf>(std::move(source));
  QUANT_CHECK(matrix->list());
  return matrix;
}

}  // namespace

extern const CalibrationKind imatrix_gguf;
constinit const CalibrationKind imatrix_gguf{
    .id = "imatrix.gguf", .title = "llama.cpp importance matrix (GGUF)", .sniff = sniff, .open = open};

}  // namespace quant
