#include "core/sources/onnx/wire_reader.h"

#include <fmt/format.h>

#include <algorithm>

namespace quant {

Result<std::uint8_t> WireReader::byte() {
  if (at_ >= end_) return fail("protobuf", fmt::format("a message ends at byte {}, inside a field", end_));
  if (at_ < window_begin_ || at_ >= window_begin_ + window_size_) {
    window_begin_ = at_;
    window_size_ = static_cast<std::size_t>(std::min<std::uint64_t>(window_.size(), end_ - at_));
    QUANT_CHECK(bytes_->read(at_, std::span(window_).first(window_size_)));
  }
  return static_cast<std::uint8_t>(window_[static_cast<std::size_t>(at_++ - window_begin_)]);
}

Result<std::uint64_t> WireReader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 70; shift += 7) {
    QUANT_TRY(part, byte());
    value |= std::uint64_t{part & 0x7Fu} << shift;
    if ((part & 0x80) == 0) return value;
  }
  return fail("protobuf", fmt::format("a number at byte {} has more than ten bytes", at_));
}

Result<std::uint64_t> WireReader::fixed(unsigned width) {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < width; ++i) {
    QUANT_TRY(part, byte());
    value |= std::uint64_t{part} << (8 * i);
  }
  return value;
}

Result<std::optional<WireField>> WireReader::next() {
  if (at_end()) return std::nullopt;
  const std::uint64_t start = at_;
  QUANT_TRY(tag, varint());
  WireField field;
  if (tag >> 3 == 0 || tag >> 3 > 0x1FFFFFFF) {
    return fail("protobuf", fmt::format("field number {} at byte {}", tag >> 3, start));
  }
  field.number = static_cast<std::uint32_t>(tag >> 3);
  field.type = static_cast<WireField::Type>(tag & 7);
  switch (tag & 7) {
    case 0: {
      QUANT_TRY(value, varint());
      field.value = value;
      return field;
    }
    case 1:
    case 5: {
      QUANT_TRY(value, fixed((tag & 7) == 1 ? 8 : 4));
      field.value = value;
      return field;
    }
    case 2: {
      QUANT_TRY(size, varint());
      if (size > end_ - at_) {
        return fail("protobuf", fmt::format("field {} at byte {} has {} bytes, {} are left", field.number, start, size,
                                            end_ - at_));
      }
      field.begin = at_;
      field.size = size;
      at_ += size;
      return field;
    }
    default: return fail("protobuf", fmt::format("wire type {} at byte {}, which is not used", tag & 7, start));
  }
}

Result<std::string> WireReader::text(const WireField& field, std::uint64_t most, std::string_view name) const {
  if (field.type != WireField::Type::bytes) return fail(name, "is a number, no text");
  if (field.size > most) return fail(name, fmt::format("has {} bytes, at most {} are read", field.size, most));
  std::string text(static_cast<std::size_t>(field.size), '\0');
  QUANT_CHECK(bytes_->read(field.begin, std::as_writable_bytes(std::span(text))));
  return text;
}

tl::unexpected<Error> WireReader::fail(std::string_view field, std::string_view why, ErrorCode code) const {
  return failure(code, "cannot open", bytes_->where(), fmt::format("{}: {}", field, why),
                 "the file is damaged or hostile, get it again from its source");
}

}  // namespace quant
