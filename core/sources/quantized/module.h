#pragma once
// The pieces in which a quantized checkpoint stores one weight, and how they are read.

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/sources/source.h"

namespace quant {

/// A part of a matrix.
struct Rect {
  std::uint64_t row = 0, rows = 0, col = 0, cols = 0;
};

/// A stored matrix that is read by rectangles. Errors: io, malformed.
class Grid {
 public:
  Grid() = default;
  Grid(std::shared_ptr<const ByteStore> bytes, DType dtype, std::uint64_t rows, std::uint64_t cols)
      : bytes_(std::move(bytes)), dtype_(dtype), rows_(rows), cols_(cols) {}

  std::uint64_t rows() const { return rows_; }
  std::uint64_t cols() const { return cols_; }
  DType dtype() const { return dtype_; }
  Rect all() const { return {0, rows_, 0, cols_}; }

  Result<std::vector<float>> floats(const Rect& part) const;           ///< any type that can be decoded
  Result<std::vector<std::uint32_t>> words(const Rect& part) const;    ///< of 32-bit types
  Result<std::vector<std::uint8_t>> octets(const Rect& part) const;    ///< of 8-bit types
  Result<std::vector<std::int64_t>> integers(const Rect& part) const;  ///< of I32 and I64

 private:
  Result<std::vector<std::byte>> raw(const Rect& part) const;

  std::shared_ptr<const ByteStore> bytes_;
  DType dtype_ = DType::f32;
  std::uint64_t rows_ = 0, cols_ = 0;
};

/// The `bits` (at most 16) bits from `bit` on of a little-endian stream of 32-bit words that lie `stride` apart.
inline std::uint32_t stream_bits(std::span<const std::uint32_t> words, std::size_t stride, std::uint64_t bit,
                                 unsigned bits) {
  const std::size_t word = static_cast<std::size_t>(bit / 32) * stride;
  const unsigned shift = static_cast<unsigned>(bit % 32);
  std::uint32_t value = words[word] >> shift;
  if (shift + bits > 32) value |= words[word + stride] << (32 - shift);  // a code that crosses into the next word
  return value & ((1u << bits) - 1);
}

/// The tensors of a source whose names share a prefix.
class Module {
 public:
  Module(const Source& source, std::string prefix) : source_(&source), prefix_(std::move(prefix)) {}
  void add(std::string_view suffix, std::size_t index) { parts_.emplace(suffix, index); }

  const std::string& prefix() const { return prefix_; }
  const std::map<std::string, std::size_t, std::less<>>& parts() const { return parts_; }
  bool has(std::string_view suffix) const { return parts_.contains(suffix); }
  /// The tensor of this suffix ("qweight", "weight.absmax"), or null.
  const TensorInfo* find(std::string_view suffix) const;
  DType dtype(std::string_view suffix) const { return find(suffix)->dtype; }
  /// Dimension `i` of a tensor that is there; 1 beyond its rank.
  std::uint64_t dim(std::string_view suffix, std::size_t i) const;

  /// The tensor as a matrix of rows × cols. Errors: malformed (it is missing or has another number of elements; `bits`
  /// other than 0: elements of another width).
  Result<Grid> grid(std::string_view suffix, std::uint64_t rows, std::uint64_t cols, unsigned bits = 0) const;
  /// The bytes of a tensor that is there, whatever its type. Errors: unsupported.
  Result<std::shared_ptr<const ByteStore>> stored(std::string_view suffix) const;
  /// A refusal that names the part at fault.
  tl::unexpected<Error> fail(std::string_view field, std::string why, ErrorCode code = ErrorCode::malformed,
                             std::string hint = {}) const;

 private:
  const Source* source_;
  std::string prefix_;
  std::map<std::string, std::size_t, std::less<>> parts_;
};

}  // namespace quant
