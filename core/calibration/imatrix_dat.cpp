// llama.cpp's older importance matrix (and ik_llama.cpp's): i32 entries; each i32 name length, name, i32 calls, i32
// values, float32 sums of squares; then i32 chunks, i32 length and the data set's name, which may be missing.

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <unordered_set>

#include "core/base/file.h"
#include "core/base/text.h"
#include "core/calibration/calibration_file.h"
#include "core/sources/listing.h"

namespace quant {
namespace {

namespace fs = std::filesystem;
static_assert(std::endian::native == std::endian::little);

constexpr std::int32_t longest_name = 65'535;  // as GGUF has it
constexpr std::uint64_t least_entry = 12;      // three lengths, nothing else

struct Stored {
  std::uint64_t offset = 0;  ///< of its values
  std::int32_t calls = 1;
};

class ImatrixDat final : public CalibrationFile {
 public:
  explicit ImatrixDat(std::shared_ptr<const InputFile> file) : file_(std::move(file)) {}

  std::string_view kind() const override { return "imatrix.dat"; }
  const fs::path& path() const override { return file_->path(); }
  std::span<const Entry> entries() const override { return entries_; }

  Result<void> list() {
    QUANT_TRY(count, number("entry count"));
    if (count < 0 || std::uint64_t(count) > left() / least_entry)
      return fail("entry count", fmt::format("is {}, {} bytes follow", count, left()));
    std::unordered_set<std::string> names;
    for (std::int32_t i = 0; i < count; ++i) {
      QUANT_CHECK(entry());
      if (!names.insert(entries_.back().name).second)
        return fail("name", fmt::format("{} stands twice", shown_name(entries_.back().name)));
    }
    return {};
  }

  Result<Moments> moments(std::size_t entry) const override {
    std::vector<float> values(static_cast<std::size_t>(entries_[entry].values));
    QUANT_CHECK(file_->read(stored_[entry].offset, std::as_writable_bytes(std::span(values))));
    const auto calls = float(stored_[entry].calls);
    for (float& v : values) v /= calls;
    return checked_moments(std::move(values));
  }

 private:
  std::uint64_t left() const { return file_->size() - at_; }

  tl::unexpected<Error> fail(std::string_view field, std::string why) const {
    return failure(ErrorCode::malformed, "read importance matrix", fmt::format("{}, byte {}", path().string(), at_),
                   fmt::format("{} {}", field, why), "the file is cut or damaged, make it again with llama-imatrix");
  }

  Result<std::int32_t> number(std::string_view field) {
    std::int32_t value = 0;
    if (left() < sizeof value) return fail(field, fmt::format("needs 4 bytes, the file has {} left", left()));
    QUANT_CHECK(file_->read(at_, std::as_writable_bytes(std::span(&value, 1))));
    at_ += sizeof value;
    return value;
  }

  Result<void> entry() {
    QUANT_TRY(length, number("name length"));
    if (length < 0 || length > longest_name || std::uint64_t(length) > left())
      return fail("name length", fmt::format("is {}, at most {}, {} bytes follow", length, longest_name, left()));
    std::string name(static_cast<std::size_t>(length), '\0');
    QUANT_CHECK(file_->read(at_, std::as_writable_bytes(std::span(name))));
    if (!valid_utf8(name)) return fail("name", shown_name(name) + " is not UTF-8");
    at_ += name.size();
    QUANT_TRY(calls, number("call count"));
    if (calls <= 0) return fail("call count", fmt::format("of {} is {}", shown_name(name), calls));
    QUANT_TRY(values, number("value count"));
    if (values < 0 || std::uint64_t(values) > left() / sizeof(float))
      return fail(values < 0 ? "value count" : "values",
                  fmt::format("of {}: value count is {}, {} bytes follow", shown_name(name), values, left()));
    if (std::uint64_t(values) > most_moments)
      return fail("value count", fmt::format("of {} is {}, at most {}", shown_name(name), values, most_moments));
    entries_.push_back({std::move(name), std::uint64_t(values)});
    stored_.push_back({at_, calls});
    at_ += std::uint64_t(values) * sizeof(float);
    return {};
  }

  std::shared_ptr<const InputFile> file_;
  std::uint64_t at_ = 0;
  std::vector<Entry> entries_;
  std::vector<Stored> stored_;
};

/// There is no magic: the first number, a count of entries, has bytes that no text begins with.
bool sniff(std::span<const std::byte> head) {
  if (head.size() < 4) return false;
  const auto control = [](std::byte b) {
    return b < std::byte{0x20} && b != std::byte{'\t'} && b != std::byte{'\n'} && b != std::byte{'\r'};
  };
  return std::any_of(head.begin(), head.begin() + 4, control) || head[3] >= std::byte{0x7F};
}

Result<std::unique_ptr<CalibrationFile>> open(const fs::path& path) {
  QUANT_TRY(file, InputFile::open(path));
  auto matrix = std::make_unique<ImatrixDat>(std::move(file));
  QUANT_CHECK(matrix->list());
  return matrix;
}

}  // namespace

extern const CalibrationKind imatrix_dat;
constinit const CalibrationKind imatrix_dat{
    .id = "imatrix.dat", .title = "llama.cpp importance matrix (.dat)", .sniff = sniff, .open = open};

}  // namespace quant
