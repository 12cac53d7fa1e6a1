#pragma once
// A checked cursor over foreign bytes: every reader of a container's header goes through this.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "core/base/result.h"

namespace quant {

/// Reads a file from its first bytes on. Sizes that the file states are compared with what is left of it before they
/// are added, multiplied or reserved. `field` is the format's own name of a part; it stands in every message.
///
/// The reader may see only the head of the file: what lies in the file but beyond the head is an error as well, and
/// `starved()` then tells that a longer head, of `wanted()` bytes at least, would help.
class ByteReader {
 public:
  ByteReader(std::span<const std::byte> whole, std::string file) : ByteReader(whole, std::move(file), whole.size()) {}
  ByteReader(std::span<const std::byte> head, std::string file, std::uint64_t file_bytes)
      : head_(head), file_(std::move(file)), file_bytes_(file_bytes) {}

  const std::string& file() const { return file_; }
  std::uint64_t file_bytes() const { return file_bytes_; }
  std::uint64_t at() const { return at_; }
  std::uint64_t left() const { return file_bytes_ - at_; }  ///< of the file, not of the head
  bool starved() const { return wanted_ != 0; }
  std::uint64_t wanted() const { return wanted_; }

  void set_big_endian(bool big) { big_endian_ = big; }

  /// A number of the file's byte order. Errors: malformed (the file ends before).
  template <class T>
  requires std::is_arithmetic_v<T> Result<T> read(std::string_view field) {
    QUANT_TRY(raw, bytes(sizeof(T), field));
    std::byte value[sizeof(T)];
    for (std::size_t i = 0; i < sizeof(T); ++i) value[i] = raw[big_endian_ ? sizeof(T) - 1 - i : i];
    T number;
    __builtin_memcpy(&number, value, sizeof(T));
    return number;
  }

  /// The next n bytes, inside the head. Errors: malformed.
  Result<std::span<const std::byte>> bytes(std::uint64_t n, std::string_view field);
  /// The same as characters.
  Result<std::string_view> text(std::uint64_t n, std::string_view field);
  /// Whether n things of at least `each` bytes can still follow. Errors: malformed.
  Result<void> need(std::uint64_t n, std::uint64_t each, std::string_view field) const;

  /// A refusal of `field`, with file and byte position.
  tl::unexpected<Error> fail(std::string_view field, std::string_view why, ErrorCode code = ErrorCode::malformed,
                             std::string hint = "the file is damaged or hostile, get it again from its source") const;

 private:
  static_assert(std::endian::native == std::endian::little);

  std::span<const std::byte> head_;
  std::string file_;
  std::uint64_t file_bytes_;
  std::uint64_t at_ = 0;
  std::uint64_t wanted_ = 0;
  bool big_endian_ = false;
};

}  // namespace quant
