#pragma once
// Storage types of tensors: how many bytes, what they are called in each container.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace quant {

/// A stored element or block type. Names follow safetensors for plain types and GGUF for block types; INT2 … INT8, NF4
/// and FP4 are codes whose scales lie in other tensors of a quantized checkpoint.
enum class DType : std::uint8_t {
  f64,
  f32,
  f16,
  bf16,
  f8_e4m3,
  f8_e5m2,
  f8_e4m3fnuz,
  f8_e5m2fnuz,
  f8_e8m0,
  f6_e2m3,
  f6_e3m2,
  f4,
  i64,
  i32,
  i16,
  i8,
  u64,
  u32,
  u16,
  u8,
  boolean,
  c64,
  i4,
  u4,
  q4_0,
  q4_1,
  q5_0,
  q5_1,
  q8_0,
  q8_1,
  q2_k,
  q3_k,
  q4_k,
  q5_k,
  q6_k,
  q8_k,
  iq2_xxs,
  iq2_xs,
  iq3_xxs,
  iq1_s,
  iq4_nl,
  iq3_s,
  iq2_s,
  iq4_xs,
  iq1_m,
  tq1_0,
  tq2_0,
  mxfp4,
  nvfp4,
  q1_0,
  q2_0,
  int2,
  int3,
  int4,
  int5,
  int6,
  int8,
  nf4,
  fp4,
};

/// What a storage type is. `block` elements take `block_bits` bits together (8-bit types: 1 element, 8 bits).
struct DTypeInfo {
  DType dtype;
  std::string_view name;  ///< as inspect prints it: "F32", "BF16", "Q4_K"
  unsigned block;         ///< elements of a block; 1 for plain types
  unsigned block_bits;    ///< bits of a block
  bool real;              ///< holds real numbers that can be analysed (floats and GGUF blocks)
  bool packed;            ///< a quantized block type of a container
};

const DTypeInfo& info(DType dtype);
std::span<const DTypeInfo> dtypes();

/// The type of this name (exact, as inspect prints it); nothing where there is none.
std::optional<DType> dtype_named(std::string_view name);

/// Bytes of n elements; nothing where n is no multiple of the block, or the product overflows.
std::optional<std::uint64_t> bytes_of(DType dtype, std::uint64_t elements);

}  // namespace quant
