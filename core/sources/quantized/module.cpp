#include "core/sources/quantized/module.h"

#include <fmt/format.h>

#include <cstring>

#include "core/base/text.h"
#include "core/methods/decode.h"
#include "core/sources/listing.h"

namespace quant {

namespace {

constexpr std::uint64_t most_band = std::uint64_t{4} << 20;  // bytes of whole rows that are read to cut a part out

template <class T>
std::vector<T> copy_of(std::span<const std::byte> raw) {
  std::vector<T> out(raw.size() / sizeof(T));
  std::memcpy(out.data(), raw.data(), out.size() * sizeof(T));
  return out;
}

}  // namespace

Result<std::vector<std::byte>> Grid::raw(const Rect& part) const {
  const std::uint64_t width = info(dtype_).block_bits / 8;
  const std::uint64_t row_bytes = cols_ * width, part_bytes = part.cols * width;
  std::vector<std::byte> out(static_cast<std::size_t>(part.rows * part_bytes));
  if (part.cols == cols_) {
    QUANT_CHECK(bytes_->read(part.row * row_bytes, out));
    return out;
  }
  const bool in_one_read = part.rows * row_bytes <= most_band;
  std::vector<std::byte> band(in_one_read ? static_cast<std::size_t>(part.rows * row_bytes) : 0);
  if (in_one_read) QUANT_CHECK(bytes_->read(part.row * row_bytes, band));
  for (std::uint64_t r = 0; r < part.rows; ++r) {
    const auto to = std::span(out).subspan(static_cast<std::size_t>(r * part_bytes), part_bytes);
    const std::uint64_t from = r * row_bytes + part.col * width;
    if (in_one_read) {
      std::memcpy(to.data(), band.data() + from, to.size());
    } else {
      QUANT_CHECK(bytes_->read(part.row * row_bytes + from, to));
    }
  }
  return out;
}

Result<std::vector<float>> Grid::floats(const Rect& part) const {
  QUANT_TRY(bytes, raw(part));
  std::vector<float> out(static_cast<std::size_t>(part.rows * part.cols));
  QUANT_CHECK(decode_rows(dtype_, bytes, out.size(), out));
  return out;
}

Result<std::vector<std::uint32_t>> Grid::words(const Rect& part) const {
  QUANT_TRY(bytes, raw(part));
  return copy_of<std::uint32_t>(bytes);
}

Result<std::vector<std::uint8_t>> Grid::octets(const Rect& part) const {
  QUANT_TRY(bytes, raw(part));
  return copy_of<std::uint8_t>(bytes);
}

Result<std::vector<std::int64_t>> Grid::integers(const Rect& part) const {
  QUANT_TRY(bytes, raw(part));
  if (dtype_ == DType::i64) return copy_of<std::int64_t>(bytes);
  const auto narrow = copy_of<std::int32_t>(bytes);
  return std::vector<std::int64_t>(narrow.begin(), narrow.end());
}

const TensorInfo* Module::find(std::string_view suffix) const {
  const auto found = parts_.find(suffix);
  return found == parts_.end() ? nullptr : &source_->tensors()[found->second];
}

std::uint64_t Module::dim(std::string_view suffix, std::size_t i) const {
  const auto& shape = find(suffix)->shape;
  return i < shape.size() ? shape[i] : 1;
}

Result<Grid> Module::grid(std::string_view suffix, std::uint64_t rows, std::uint64_t cols, unsigned bits) const {
  const auto found = parts_.find(suffix);
  if (found == parts_.end()) return fail(suffix, "is missing");
  const TensorInfo& tensor = source_->tensors()[found->second];
  const DTypeInfo& type = info(tensor.dtype);
  if (type.block != 1 || type.block_bits % 8 != 0 || (bits != 0 && type.block_bits != bits)) {
    return fail(suffix, fmt::format("is {}, which does not fit this layout", type.name));
  }
  const std::uint64_t wanted[] = {rows, cols};
  const auto elements = checked_elements(wanted);
  if (!elements || *elements != tensor.elements()) {
    return fail(suffix,
                fmt::format("has the shape {}, expected are {} × {} elements", shape_text(tensor.shape), rows, cols));
  }
  QUANT_TRY(bytes, source_->bytes(found->second));
  return Grid(std::move(bytes), tensor.dtype, rows, cols);
}

Result<std::shared_ptr<const ByteStore>> Module::stored(std::string_view suffix) const {
  return source_->bytes(parts_.find(suffix)->second);
}

tl::unexpected<Error> Module::fail(std::string_view field, std::string why, ErrorCode code, std::string hint) const {
  if (hint.empty()) hint = "the parts of this weight do not belong together, get the model again from its source";
  return failure(code, "cannot unpack tensor", fmt::format("{}, {}", source_->path().string(), shown_name(prefix_)),
                 fmt::format("{} {}", field, why), std::move(hint));
}

}  // namespace quant
