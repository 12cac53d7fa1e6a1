#include "core/methods/decode.h"

#include <bit>
#include <cassert>
#include <cstring>
#include <string>

#include "core/methods/gguf/blocks.h"
#include "core/tensor/float_format.h"

namespace quant {
namespace {

static_assert(std::endian::native == std::endian::little, "files are little-endian; a big-endian host must swap bytes");

using gguf::Decoder;

/// Stored numbers that C++ converts with one rounding.
template <class Stored>
void decode_numbers(std::span<const std::byte> in, std::span<float> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    Stored value;
    std::memcpy(&value, in.data() + i * sizeof(Stored), sizeof(Stored));
    out[i] = static_cast<float>(value);
  }
}

void decode_f32(std::span<const std::byte> in, std::span<float> out) {
  if (!out.empty()) std::memcpy(out.data(), in.data(), out.size_bytes());
}

void decode_bf16(std::span<const std::byte> in, std::span<float> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    std::uint16_t half;
    std::memcpy(&half, in.data() + i * 2, 2);
    out[i] = std::bit_cast<float>(std::uint32_t{half} << 16);
  }
}

/// All ones where a < b, else 0, for numbers below 2^31: plain arithmetic, which compilers turn into vectors where they
/// would make a branch of a condition.
std::uint32_t mask_below(std::uint32_t a, std::uint32_t b) { return std::uint32_t(std::int32_t(a - b) >> 31); }

/// Normal halves keep their fields under another bias, subnormal ones are the fraction bits below 2^−14, and the
/// largest exponent (Inf, NaN) becomes float32's largest.
void decode_f16(std::span<const std::byte> in, std::span<float> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    std::uint16_t half;
    std::memcpy(&half, in.data() + i * 2, 2);
    const std::uint32_t sign = std::uint32_t(half & 0x8000u) << 16, fields = std::uint32_t(half & 0x7FFFu) << 13;
    const std::uint32_t special = ~mask_below(fields, 31u << 23), subnormal = mask_below(fields, 1u << 23);
    const std::uint32_t wide = fields + (112u << 23) + (special & (112u << 23));
    const float fraction = std::bit_cast<float>(fields + (113u << 23)) - 0x1p-14f;
    const std::uint32_t bits = (std::bit_cast<std::uint32_t>(fraction) & subnormal) | (wide & ~subnormal);
    out[i] = std::bit_cast<float>(bits | sign);
  }
}

struct Table8 {
  float value[256];
};

/// All 256 values of a format of at most 8 bits.
constexpr Table8 table_of(const float_format::Format& format) {
  Table8 table{};
  for (unsigned i = 0; i < 256; ++i)
    table.value[i] = float_format::decode<float>(i & (2 * format.sign_bit() - 1), format);
  return table;
}

/// The "fnuz" kinds of fp8 (AMD, Graphcore): one more bias, no infinities, no −0: its pattern is the only NaN.
constexpr Table8 fnuz_table(int exponent_bits, int mantissa_bits) {
  Table8 table{};
  const float_format::Format format{"", exponent_bits, mantissa_bits, float_format::Specials::none};
  for (unsigned i = 0; i < 256; ++i)
    table.value[i] = i == 0x80 ? std::numeric_limits<float>::quiet_NaN() : float_format::decode<float>(i, format) / 2;
  return table;
}

/// Powers of two, 2^(e − 127); 0xFF is NaN (OCP MX 1.0).
constexpr Table8 e8m0_table() {
  Table8 table{};
  for (unsigned i = 0; i < 255; ++i) table.value[i] = std::bit_cast<float>(i == 0 ? 1u << 22 : i << 23);
  table.value[255] = std::numeric_limits<float>::quiet_NaN();
  return table;
}

constexpr Table8 e4m3 = table_of(float_format::fp8_e4m3), e5m2 = table_of(float_format::fp8_e5m2);
constexpr Table8 e4m3fnuz = fnuz_table(4, 3), e5m2fnuz = fnuz_table(5, 2), e8m0 = e8m0_table();
constexpr Table8 e2m3 = table_of(float_format::fp6_e2m3), e3m2 = table_of(float_format::fp6_e3m2);
constexpr Table8 e2m1 = table_of(float_format::fp4_e2m1);

template <const Table8& table>
void decode_table(std::span<const std::byte> in, std::span<float> out) {
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = table.value[std::to_integer<unsigned>(in[i])];
}

/// Element i of `bits` bits in a little-endian bit string.
unsigned bits_at(std::span<const std::byte> in, std::size_t i, unsigned bits) {
  const std::size_t first = i * bits / 8;
  unsigned pair = std::to_integer<unsigned>(in[first]);
  if (first + 1 < in.size()) pair |= std::to_integer<unsigned>(in[first + 1]) << 8;
  return (pair >> (i * bits % 8)) & ((1u << bits) - 1);
}

template <const Table8& table, unsigned bits>
void decode_packed(std::span<const std::byte> in, std::span<float> out) {
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = table.value[bits_at(in, i, bits)];
}

template <bool is_signed>
void decode_int4(std::span<const std::byte> in, std::span<float> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int code = int(bits_at(in, i, 4));
    out[i] = float(is_signed && code > 7 ? code - 16 : code);
  }
}

void decode_bool(std::span<const std::byte> in, std::span<float> out) {
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = in[i] == std::byte{0} ? 0.0f : 1.0f;
}

Decoder decoder_of(DType dtype) {
  switch (dtype) {
    case DType::f64: return decode_numbers<double>;
    case DType::f32: return decode_f32;
    case DType::f16: return decode_f16;
    case DType::bf16: return decode_bf16;
    case DType::f8_e4m3: return decode_table<e4m3>;
    case DType::f8_e5m2: return decode_table<e5m2>;
    case DType::f8_e4m3fnuz: return decode_table<e4m3fnuz>;
    case DType::f8_e5m2fnuz: return decode_table<e5m2fnuz>;
    case DType::f8_e8m0: return decode_table<e8m0>;
    case DType::f6_e2m3: return decode_packed<e2m3, 6>;
    case DType::f6_e3m2: return decode_packed<e3m2, 6>;
    case DType::f4: return decode_packed<e2m1, 4>;
    case DType::i64: return decode_numbers<std::int64_t>;
    case DType::i32: return decode_numbers<std::int32_t>;
    case DType::i16: return decode_numbers<std::int16_t>;
    case DType::i8: return decode_numbers<std::int8_t>;
    case DType::u64: return decode_numbers<std::uint64_t>;
    case DType::u32: return decode_numbers<std::uint32_t>;
    case DType::u16: return decode_numbers<std::uint16_t>;
    case DType::u8: return decode_numbers<std::uint8_t>;
    case DType::boolean: return decode_bool;
    case DType::i4: return decode_int4<true>;
    case DType::u4: return decode_int4<false>;
    default: return gguf::decoder_of(dtype);
  }
}

}  // namespace

bool can_decode(DType dtype) { return decoder_of(dtype) != nullptr; }

namespace {

/// The bytes of so many elements.
Result<std::span<const std::byte>> bytes_in(DType dtype, std::span<const std::byte> in, std::uint64_t elements) {
  const auto bytes = bytes_of(dtype, elements);
  if (bytes && *bytes <= in.size()) return in.first(*bytes);
  return failure(ErrorCode::malformed, "read values", std::string(info(dtype).name),
                 std::to_string(elements) + " elements do not fit " + std::to_string(in.size()) + " bytes",
                 "the file is cut or damaged, download it again");
}

}  // namespace

Result<void> decode_rows(DType dtype, std::span<const std::byte> in, std::uint64_t elements, std::span<float> out) {
  const std::string name(info(dtype).name);
  const Decoder decode = decoder_of(dtype);
  if (decode == nullptr)
    return failure(ErrorCode::unsupported, "read values", name, "there is no decoder for " + name,
                   "convert the file to F16, BF16 or F32 first");
  QUANT_TRY(stored, bytes_in(dtype, in, elements));
  assert(out.size() >= elements);
  decode(stored, out.first(elements));
  return {};
}

Result<void> decode_codes(DType dtype, std::span<const std::byte> in, std::uint64_t elements, StoredCodes& out) {
  const gguf::PackedType* type = gguf::packed_type_of(dtype);
  if (type == nullptr) {
    const std::string name(info(dtype).name);
    return failure(ErrorCode::unsupported, "read codes", name, "elements of " + name + " have no codes of their own",
                   "look at the values");
  }
  QUANT_TRY(stored, bytes_in(dtype, in, elements));
  out.resize(elements);
  gguf::read_codes(*type, stored, out);
  return {};
}

}  // namespace quant
