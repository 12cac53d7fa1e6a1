// A calibration of ours: safetensors or .npz with W.mean_sq, W.XtX and W.count, or W.X, for linear weights of name W.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>

#include "core/calibration/calibration_file.h"
#include "core/sources/listing.h"
#include "core/sources/source.h"

namespace quant {
namespace {

namespace fs = std::filesystem;

/// Where a layer's second moments come from: the first of these that the file holds.
enum class From { mean_sq, xtx, x };
constexpr std::array<std::pair<std::string_view, From>, 3> suffixes = {
    std::pair{std::string_view(".mean_sq"), From::mean_sq}, {".XtX", From::xtx}, {".X", From::x}};

struct Stored {
  From from;
  std::size_t tensor, count;  ///< indices of the source; count only beside XtX
};

class CalibrationTensors final : public CalibrationFile {
 public:
  explicit CalibrationTensors(std::unique_ptr<Source> source) : source_(std::move(source)) {}

  std::string_view kind() const override { return "calibration"; }
  const fs::path& path() const override { return source_->path(); }
  std::span<const Entry> entries() const override { return entries_; }

  Result<void> list() {
    std::map<std::string_view, std::size_t> position;
    const auto tensors = source_->tensors();
    for (std::size_t i = 0; i < tensors.size(); ++i) position.emplace(tensors[i].name, i);
    std::map<std::string, bool, std::less<>> seen;
    for (const auto& [suffix, from] : suffixes)
      for (std::size_t i = 0; i < tensors.size(); ++i) {
        const std::string_view name = tensors[i].name;
        if (!name.ends_with(suffix)) continue;
        const std::string layer(name.substr(0, name.size() - suffix.size()));
        if (!seen.emplace(layer, true).second) continue;
        const auto count = position.find(layer + ".count");
        QUANT_CHECK(add(layer, {from, i, count == position.end() ? tensors.size() : count->second}));
      }
    if (!entries_.empty()) return {};
    return failure(ErrorCode::unsupported, "read calibration", path().string(),
                   fmt::format("none of its {} tensors is named W.mean_sq, W.XtX or W.X", tensors.size()),
                   "give a calibration file, or an importance matrix of llama.cpp");
  }

  Result<Moments> moments(std::size_t entry) const override {
    const Stored& stored = stored_[entry];
    QUANT_TRY(view, source_->view(stored.tensor));
    QUANT_TRY(values, stored.from == From::mean_sq ? whole(*view)
                      : stored.from == From::xtx   ? diagonal(*view, stored.count)
                                                   : mean_of_squares(*view));
    return checked_moments(std::move(values));
  }

 private:
  tl::unexpected<Error> fail(std::string_view layer, std::string why) const {
    return failure(ErrorCode::malformed, "read calibration", fmt::format("{}, {}", path().string(), shown_name(layer)),
                   std::move(why), "make the calibration again");
  }

  Result<void> add(const std::string& layer, Stored stored) {
    const TensorInfo& tensor = source_->tensors()[stored.tensor];
    const MatrixShape shape = tensor.matrix();
    if (!info(tensor.dtype).real) return fail(tensor.name, "it holds no real numbers");
    if (stored.from == From::xtx && (shape.matrices != 1 || shape.rows != shape.cols))
      return fail(tensor.name, fmt::format("it is {}, no square matrix", shape_text(tensor.shape)));
    if (stored.from == From::xtx && stored.count == source_->tensors().size())
      return fail(tensor.name, "there is no count beside it, and no mean_sq");
    const std::uint64_t values = stored.from == From::mean_sq ? tensor.elements() : shape.cols;
    if (values > most_moments)
      return fail(tensor.name, fmt::format("it has {} values, at most {}", values, most_moments));
    entries_.push_back({layer, values});
    stored_.push_back(stored);
    return {};
  }

  Result<std::vector<float>> whole(const TensorView& view) const {
    std::vector<float> values(static_cast<std::size_t>(view.tensor().elements()));
    QUANT_CHECK(view.read_rows(0, view.matrix().all_rows(), values));
    return values;
  }

  Result<std::vector<float>> diagonal(const TensorView& view, std::size_t count) const {
    QUANT_TRY(counted, source_->view(count));
    QUANT_TRY(tokens, whole(*counted));
    if (tokens.size() != 1 || !(tokens[0] > 0)) return fail(counted->tensor().name, "it is no count of tokens");
    std::vector<float> row(static_cast<std::size_t>(view.matrix().cols)), values;
    for (std::uint64_t r = 0; r < view.matrix().rows; ++r) {
      QUANT_CHECK(view.read_rows(r, 1, row));
      values.push_back(row[r] / tokens[0]);
    }
    return values;
  }

  Result<std::vector<float>> mean_of_squares(const TensorView& view) const {
    const std::uint64_t rows = view.matrix().all_rows(), cols = view.matrix().cols;
    std::vector<float> row(static_cast<std::size_t>(cols)), values;
    std::vector<double> sums(row.size());
    for (std::uint64_t r = 0; r < rows; ++r) {
      QUANT_CHECK(view.read_rows(r, 1, row));
      for (std::size_t c = 0; c < row.size(); ++c) sums[c] += double(row[c]) * double(row[c]);
    }
    for (const double sum : sums) values.push_back(float(sum / double(std::max<std::uint64_t>(rows, 1))));
    return values;
  }

  std::unique_ptr<Source> source_;
  std::vector<Entry> entries_;
  std::vector<Stored> stored_;
};

/// safetensors (a length, then JSON) or a ZIP archive (.npz).
bool sniff(std::span<const std::byte> head) {
  const bool length = head.size() > 8 && head[6] == std::byte{0} && head[7] == std::byte{0};  // below 2^48
  return (length && head[8] == std::byte{'{'}) || (head.size() >= 4 && std::memcmp(head.data(), "PK\3\4", 4) == 0);
}

Result<std::unique_ptr<CalibrationFile>> open(const fs::path& path) {
  QUANT_TRY(source, open_source(path));
  auto file = std::make_unique<CalibrationTensors>(std::move(source));
  QUANT_CHECK(file->list());
  return file;
}

}  // namespace

extern const CalibrationKind calibration_tensors;
constinit const CalibrationKind calibration_tensors{
    .id = "calibration", .title = "calibration (safetensors)", .sniff = sniff, .open = open};

}  // namespace quant
