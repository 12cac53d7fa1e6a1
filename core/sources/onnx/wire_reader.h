#pragma once
// Protocol Buffers messages field by field: a checked pull reader that never holds more than a window of the file.

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/byte_store.h"

namespace quant {

/// A field of a message. `number`, wire type, and either the value or the place of its bytes.
struct WireField {
  enum class Type { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };
  std::uint32_t number = 0;
  Type type = Type::varint;
  std::uint64_t value = 0;            ///< of the numeric types
  std::uint64_t begin = 0, size = 0;  ///< of bytes, absolute in the store
};

/// Reads the bytes [begin, end) of a store as one message; messages inside it are read by readers of their own range.
/// Source: the Protocol Buffers encoding; groups are refused. Errors: malformed ("protobuf: …"), io.
class WireReader {
 public:
  explicit WireReader(std::shared_ptr<const ByteStore> bytes) : WireReader(bytes, 0, bytes->size()) {}
  WireReader(std::shared_ptr<const ByteStore> bytes, std::uint64_t begin, std::uint64_t end)
      : bytes_(std::move(bytes)), at_(begin), end_(end) {}
  /// The message in a field of this one.
  WireReader inside(const WireField& field) const { return {bytes_, field.begin, field.begin + field.size}; }

  /// The next field; nothing at the end of the message.
  Result<std::optional<WireField>> next();
  /// A number of a packed list; call while !at_end().
  Result<std::uint64_t> varint();
  bool at_end() const { return at_ >= end_; }

  /// The bytes of a field, at most `most` of them. Errors: malformed, naming `name`.
  Result<std::string> text(const WireField& field, std::uint64_t most, std::string_view name) const;
  /// A refusal of `field`.
  tl::unexpected<Error> fail(std::string_view field, std::string_view why, ErrorCode code = ErrorCode::malformed) const;

  const std::shared_ptr<const ByteStore>& bytes() const { return bytes_; }

 private:
  Result<std::uint8_t> byte();
  Result<std::uint64_t> fixed(unsigned width);

  std::shared_ptr<const ByteStore> bytes_;
  std::uint64_t at_, end_;
  std::uint64_t window_begin_ = 0;
  std::size_t window_size_ = 0;
  std::array<std::byte, 512> window_;
};

}  // namespace quant
