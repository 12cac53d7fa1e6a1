#include "core/tensor/dtype.h"

#include <algorithm>
#include <array>
#include <limits>

namespace quant {
namespace {

constexpr DTypeInfo plain(DType dtype, std::string_view name, unsigned bits, bool real) {
  return {dtype, name, 1, bits, real, false};
}

/// Codes of a quantized checkpoint.
constexpr DTypeInfo codes(DType dtype, std::string_view name, unsigned bits) {
  return {dtype, name, 1, bits, true, true};
}

/// Block sizes of GGUF are given in bytes, as its own tables give them.
constexpr DTypeInfo gguf(DType dtype, std::string_view name, unsigned elements, unsigned bytes) {
  return {dtype, name, elements, bytes * 8, true, true};
}

// In the order of DType: the enumerator is the index.
constexpr std::array table = {
    plain(DType::f64, "F64", 64, true),
    plain(DType::f32, "F32", 32, true),
    plain(DType::f16, "F16", 16, true),
    plain(DType::bf16, "BF16", 16, true),
    plain(DType::f8_e4m3, "F8_E4M3", 8, true),
    plain(DType::f8_e5m2, "F8_E5M2", 8, true),
    plain(DType::f8_e4m3fnuz, "F8_E4M3FNUZ", 8, true),
    plain(DType::f8_e5m2fnuz, "F8_E5M2FNUZ", 8, true),
    plain(DType::f8_e8m0, "F8_E8M0", 8, false),  // powers of two only: scales of other tensors, no weights
    plain(DType::f6_e2m3, "F6_E2M3", 6, true),
    plain(DType::f6_e3m2, "F6_E3M2", 6, true),
    plain(DType::f4, "F4", 4, true),
    plain(DType::i64, "I64", 64, false),
    plain(DType::i32, "I32", 32, false),
    plain(DType::i16, "I16", 16, false),
    plain(DType::i8, "I8", 8, false),
    plain(DType::u64, "U64", 64, false),
    plain(DType::u32, "U32", 32, false),
    plain(DType::u16, "U16", 16, false),
    plain(DType::u8, "U8", 8, false),
    plain(DType::boolean, "BOOL", 8, false),
    plain(DType::c64, "C64", 64, false),
    plain(DType::i4, "I4", 4, false),
    plain(DType::u4, "U4", 4, false),
    gguf(DType::q4_0, "Q4_0", 32, 18),
    gguf(DType::q4_1, "Q4_1", 32, 20),
    gguf(DType::q5_0, "Q5_0", 32, 22),
    gguf(DType::q5_1, "Q5_1", 32, 24),
    gguf(DType::q8_0, "Q8_0", 32, 34),
    gguf(DType::q8_1, "Q8_1", 32, 36),
    gguf(DType::q2_k, "Q2_K", 256, 84),
    gguf(DType::q3_k, "Q3_K", 256, 110),
    gguf(DType::q4_k, "Q4_K", 256, 144),
    gguf(DType::q5_k, "Q5_K", 256, 176),
    gguf(DType::q6_k, "Q6_K", 256, 210),
    gguf(DType::q8_k, "Q8_K", 256, 292),
    gguf(DType::iq2_xxs, "IQ2_XXS", 256, 66),
    gguf(DType::iq2_xs, "IQ2_XS", 256, 74),
    gguf(DType::iq3_xxs, "IQ3_XXS", 256, 98),
    gguf(DType::iq1_s, "IQ1_S", 256, 50),
    gguf(DType::iq4_nl, "IQ4_NL", 32, 18),
    gguf(DType::iq3_s, "IQ3_S", 256, 110),
    gguf(DType::iq2_s, "IQ2_S", 256, 82),
    gguf(DType::iq4_xs, "IQ4_XS", 256, 136),
    gguf(DType::iq1_m, "IQ1_M", 256, 56),
    gguf(DType::tq1_0, "TQ1_0", 256, 54),
    gguf(DType::tq2_0, "TQ2_0", 256, 66),
    gguf(DType::mxfp4, "MXFP4", 32, 17),
    gguf(DType::nvfp4, "NVFP4", 64, 36),
    gguf(DType::q1_0, "Q1_0", 128, 18),
    gguf(DType::q2_0, "Q2_0", 64, 18),
    codes(DType::int2, "INT2", 2),
    codes(DType::int3, "INT3", 3),
    codes(DType::int4, "INT4", 4),
    codes(DType::int5, "INT5", 5),
    codes(DType::int6, "INT6", 6),
    codes(DType::int8, "INT8", 8),
    codes(DType::nf4, "NF4", 4),
    codes(DType::fp4, "FP4", 4),
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < table.size(); ++i)
    if (static_cast<std::size_t>(table[i].dtype) != i) return false;
  return true;
}
static_assert(in_order() && table.size() == static_cast<std::size_t>(DType::fp4) + 1);

}  // namespace

const DTypeInfo& info(DType dtype) { return table[static_cast<std::size_t>(dtype)]; }

std::span<const DTypeInfo> dtypes() { return table; }

std::optional<DType> dtype_named(std::string_view name) {
  const auto* found = std::find_if(table.begin(), table.end(), [name](const DTypeInfo& d) { return d.name == name; });
  return found == table.end() ? std::nullopt : std::optional(found->dtype);
}

std::optional<std::uint64_t> bytes_of(DType dtype, std::uint64_t elements) {
  const DTypeInfo& d = info(dtype);
  if (elements % d.block != 0) return std::nullopt;
  const std::uint64_t blocks = elements / d.block;
  if (blocks > (std::numeric_limits<std::uint64_t>::max() - 7) / d.block_bits) return std::nullopt;
  return (blocks * d.block_bits + 7) / 8;  // 4- and 6-bit elements are padded to a whole byte
}

}  // namespace quant
