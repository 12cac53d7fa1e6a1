#pragma once
// GGUF block types as bytes: decoding, and what their methods share.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "core/methods/quantizer.h"
#include "core/tensor/dtype.h"

namespace quant::gguf {

/// Whole blocks of `in` to `out`.
void decode_q4_0(std::span<const std::byte> in, std::span<float> out);
void decode_q8_0(std::span<const std::byte> in, std::span<float> out);

/// Types that are only read, whose codes name points of a grid.
void decode_iq1_s(std::span<const std::byte> in, std::span<float> out);
void decode_iq1_m(std::span<const std::byte> in, std::span<float> out);
void decode_iq2_xxs(std::span<const std::byte> in, std::span<float> out);
void decode_iq2_xs(std::span<const std::byte> in, std::span<float> out);
void decode_iq2_s(std::span<const std::byte> in, std::span<float> out);
void decode_iq3_xxs(std::span<const std::byte> in, std::span<float> out);
void decode_iq3_s(std::span<const std::byte> in, std::span<float> out);

/// fp16 of a float32, rounded to nearest even, and back.
std::uint16_t to_half(float v);
float from_half(std::uint16_t half);
/// The two little-endian bytes of a stored fp16.
float read_half(std::span<const std::byte> in);

/// One block type whose blocks are quantized by themselves: ŵ = Δ·q with an fp16 Δ.
struct BlockType {
  std::uint64_t block = 32;  ///< elements
  std::uint64_t bytes = 18;  ///< of a stored block
  int bits = 4;              ///< of a code; codes are signed here, whatever offset the bytes store
  float largest = 8;         ///< largest magnitude of a code: max|w| / largest must be an fp16
  /// Codes of a block (two's complement), with whether the clamp changed each; returns Δ as float32, before fp16.
  float (*encode)(std::span<const float> w, std::span<std::uint8_t> codes, std::span<std::uint8_t> clipped) = nullptr;
  /// A stored block from its fp16 Δ and codes.
  void (*pack)(std::uint16_t scale, std::span<const std::uint8_t> codes, std::span<std::uint8_t> out) = nullptr;
};

/// A scheme of this type; `type` outlives it. fit refuses what `check_suits` says.
std::unique_ptr<Quantizer> make(const Scheme& scheme, const BlockType& type);

/// What a block decodes to: ŵ = scale · level(code) − min.
struct Unpacked {
  std::span<std::uint8_t> codes;  ///< one an element; two's complement where PackedType::is_signed
  std::span<float> scales;        ///< one a sub-block
  std::span<float> minima;        ///< the same where PackedType::has_minima, else empty
};

/// One block type whose bytes follow from a search: they are what is stored, and codes, scales and minima what they
/// decode to.
struct PackedType {
  DType dtype = DType::q4_k;  ///< block and bytes are dtype's
  std::uint64_t sub = 32;     ///< elements that share a scale
  int bits = 4;               ///< of a code
  bool is_signed = false;
  bool has_minima = false;
  std::span<const float> levels = {};  ///< by code; empty = the code itself
  float largest = 1;                   ///< weights beyond 65504 times this have no fp16 scale; 0 = the scale is no fp16
  std::string_view fallback = {};      ///< the scheme that llama-quantize takes for rows that do not suit; empty = fp16
  bool has_weighted_variant = true;    ///< whether importance changes the bytes
  /// Blocks of a row. `importance` is empty (the plain variant) or holds one weight a column.
  /// Null where the type is only read.
  void (*encode)(std::span<const float> row, std::span<const float> importance, std::span<std::uint8_t> out) = nullptr;
  void (*unpack)(const std::uint8_t* block, const Unpacked& out) = nullptr;
};

/// A scheme of this type; `type` outlives it. With the flag `imatrix` the weights' importance comes from calibration; a
/// tensor that the calibration does not know gets the plain variant, as from llama-quantize. fit refuses what
/// `check_suits` says. Errors: unsupported (imatrix and no calibration at all).
std::unique_ptr<Quantizer> make(const Scheme& scheme, const PackedType& type);

/// Rows of a PackedType as faster encoders see them.
class PackedRows : public RowQuantizer {
 public:
  virtual const PackedType& type() const = 0;
  /// Importance of the columns of a row; empty for the plain variant.
  virtual std::span<const float> importance_of(std::uint64_t row, std::uint64_t cols) const = 0;
  /// The tile whose stored blocks are `packed`.
  virtual QuantizedTile unpacked(const RowTile& tile, std::vector<std::uint8_t> packed) const = 0;
};

/// Encodes whole rows: with importance one row at a time, else rows that lie one after the other.
using RowEncoder =
    std::function<void(std::span<const float> x, std::span<const float> importance, std::span<std::uint8_t> out)>;
QuantizedTile encode_tile(const PackedRows& rows, const RowTile& tile, const RowEncoder& encode);

/// The flag of the types that have a weighted variant.
inline constexpr Param imatrix_param{"imatrix", ParamType::flag, "", "",
                                     "weigh each column's errors by its inputs' second moment, from calibration or an "
                                     "importance matrix: another search, not the same one with weights"};

/// What all block types ask of a tensor.
struct Demands {
  std::uint64_t block = 32;
  float largest = 1;               ///< see PackedType
  std::string_view fallback = {};  ///< see PackedType
};

/// Why GGUF blocks cannot hold the tensor: rows that are no multiple of the block, NaN and Inf (there is no place for
/// them), weights whose scale no fp16 holds. Errors: refused, and those of reading.
Result<void> check_suits(const Demands& demands, const Scheme& scheme, TensorFacts& facts, JobContext& job);

/// Little-endian fp16 at `out`.
void write_half(std::uint16_t half, std::uint8_t* out);
std::uint16_t half_at(const std::uint8_t* in);

/// Nibbles as all types of 32 elements have them: element i < 16 low in byte i, element i + 16 high. `codes` may have
/// higher bits, which are left out.
void pack_nibbles(std::span<const std::uint8_t> codes, std::uint8_t* out);
void unpack_nibbles(const std::uint8_t* in, std::span<std::uint8_t> codes);

extern const PackedType q4_0_weighted, q4_1_type, q5_0_type, q5_1_type, q2_k_type, q3_k_type, q4_k_type, q5_k_type,
    q6_k_type, iq4_nl_type, iq4_xs_type, mxfp4_type;
/// Types that are only read, or made in another way (q8_0).
extern const PackedType q8_0_stored, tq1_0_type, tq2_0_type, nvfp4_type;
/// How a type's blocks decode to codes; null where elements have no codes of their own (IQ1 to IQ3 name points of a
/// grid), and for types that are no blocks.
const PackedType* packed_type_of(DType dtype);
/// Codes, scales and zeros (minimum ÷ scale, 0 where the scale is 0) of the whole blocks of `in`; `out` has their size.
void read_codes(const PackedType& type, std::span<const std::byte> in, StoredCodes& out);

/// Whole blocks of `in` to `out`.
using Decoder = void (*)(std::span<const std::byte> in, std::span<float> out);
/// The decoder of a GGUF block type; null for other types, and for those of activations and the newest 1- and 2-bit
/// ones.
Decoder decoder_of(DType dtype);

}  // namespace quant::gguf
