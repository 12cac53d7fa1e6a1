// GGUF types that are read and not made here: ternary, NVFP4, and those whose codes name points of a grid.

#include <bit>
#include <cmath>
#include <cstring>

#include "core/methods/gguf/blocks.h"
#include "core/methods/gguf/grids.h"
#include "core/methods/gguf/search.h"

namespace quant::gguf {
namespace {

constexpr std::size_t super = 256;

/// Calls visit(stored block, its values) for every block.
template <class Visit>
void each_block(std::span<const std::byte> in, std::span<float> out, std::size_t bytes, std::size_t elements,
                Visit visit) {
  const auto* stored = reinterpret_cast<const std::uint8_t*>(in.data());
  for (std::size_t at = 0; at < out.size(); at += elements, stored += bytes) visit(stored, out.data() + at);
}

std::uint32_t word_at(const std::uint8_t* in) {
  return std::uint32_t(in[0]) | std::uint32_t(in[1]) << 8 | std::uint32_t(in[2]) << 16 | std::uint32_t(in[3]) << 24;
}

/// The eight signs that seven bits name: the eighth makes the number of negative ones even.
unsigned signs_of(unsigned seven) { return seven | unsigned(std::popcount(seven) & 1) << 7; }

constexpr float iq2_values[] = {8, 25, 43, 0};
constexpr float iq3_xxs_values[] = {4, 12, 20, 28, 36, 44, 52, 62};

/// Eight elements of an IQ2 point: scale · value, negative where the sign's bit is set.
void put_iq2(unsigned point, unsigned signs, float scale, float* out) {
  for (unsigned i = 0; i < 8; ++i) {
    const float value = scale * iq2_values[point >> (2 * i) & 3];
    out[i] = (signs >> i & 1) != 0 ? -value : value;
  }
}

/// Four elements of an IQ3 point.
void put_iq3(const auto& value_of, unsigned point, unsigned signs, float scale, float* out) {
  for (unsigned i = 0; i < 4; ++i) {
    const float value = scale * value_of(point >> (4 * i) & 7);
    out[i] = (signs >> i & 1) != 0 ? -value : value;
  }
}

/// Eight elements of an IQ1 point, all moved by ±1/8.
void put_iq1(unsigned point, bool down, float scale, float* out) {
  const float shift = down ? -0.125f : 0.125f;
  for (unsigned i = 0; i < 8; ++i) out[i] = scale * (float(int(point >> (2 * i) & 3) - 1) + shift);
}

float xxs_value(unsigned digit) { return iq3_xxs_values[digit]; }
float s_value(unsigned digit) { return float(2 * digit + 1); }

/// (½ + sc)·¼ of d, as IQ2 scales are.
float iq2_scale(float d, unsigned sc) { return d * (0.5f + float(sc)) * 0.25f; }

/// qs @0, d @64: element 128H + 32k + m in bits 2k of byte 32H + m.
void unpack_tq2_0(const std::uint8_t* block, const Unpacked& out) {
  out.scales[0] = from_half(half_at(block + 64));
  for (std::size_t i = 0; i < super; ++i) {
    const int digit = block[32 * (i / 128) + i % 32] >> (2 * (i % 128 / 32)) & 3;
    out.codes[i] = std::uint8_t(digit - 1);
  }
}

/// Five ternary digits a byte, the first the most significant; 32 bytes, then 16, then 4 of four digits; d @52.
void unpack_tq1_0(const std::uint8_t* block, const Unpacked& out) {
  constexpr unsigned powers[] = {1, 3, 9, 27, 81};
  constexpr struct { std::size_t byte, count, digits; } parts[] = {{0, 32, 5}, {32, 16, 5}, {48, 4, 4}};
  out.scales[0] = from_half(half_at(block + 52));
  auto code = out.codes.begin();
  for (const auto& part : parts)
    for (std::size_t k = 0; k < part.digits; ++k)
      for (std::size_t m = 0; m < part.count; ++m) {
        const unsigned rest = block[part.byte + m] * powers[k] & 0xFF;
        *code++ = std::uint8_t(int(rest * 3 >> 8) - 1);
      }
}

/// Half of an unsigned E4M3; its NaN counts as 0.
float half_scale(unsigned x) {
  const int exponent = int(x >> 3 & 15);
  const float fraction = float(x & 7);
  if (x == 0 || x == 0x7F) return 0.0f;
  return 0.5f * (exponent == 0 ? fraction * 0x1p-9f : std::ldexp(1 + fraction / 8, exponent - 7));
}

/// Four unsigned E4M3 scales @0, codes of 16 elements each in 8 bytes @4: byte j has elements j and j + 8.
void unpack_nvfp4(const std::uint8_t* block, const Unpacked& out) {
  for (std::size_t s = 0; s < 4; ++s) {
    out.scales[s] = half_scale(block[s]);
    for (std::size_t j = 0; j < 8; ++j) {
      out.codes[16 * s + j] = block[4 + 8 * s + j] & 15;
      out.codes[16 * s + j + 8] = block[4 + 8 * s + j] >> 4;
    }
  }
}

}  // namespace

constinit const PackedType tq1_0_type{
    .dtype = DType::tq1_0, .sub = super, .bits = 2, .is_signed = true, .unpack = unpack_tq1_0};
constinit const PackedType tq2_0_type{
    .dtype = DType::tq2_0, .sub = super, .bits = 2, .is_signed = true, .unpack = unpack_tq2_0};
constinit const PackedType nvfp4_type{
    .dtype = DType::nvfp4, .sub = 16, .bits = 4, .levels = e2m1_doubled, .unpack = unpack_nvfp4};

/// d @0; a group of 32 is 8 bytes: four grid indices, then four times seven sign bits and a 4-bit scale.
void decode_iq2_xxs(std::span<const std::byte> in, std::span<float> out) {
  each_block(in, out, 66, super, [](const std::uint8_t* block, float* values) {
    const float d = from_half(half_at(block));
    for (std::size_t g = 0; g < 8; ++g) {
      const std::uint8_t* const index = block + 2 + 8 * g;
      const std::uint32_t word = word_at(index + 4);
      for (std::size_t k = 0; k < 4; ++k, values += 8)
        put_iq2(iq2_xxs_grid[index[k]], signs_of(word >> (7 * k) & 127), iq2_scale(d, word >> 28), values);
    }
  });
}

/// d @0; 16-bit codes @2: nine bits of grid index, seven sign bits; 4-bit scales of 16 elements @66.
void decode_iq2_xs(std::span<const std::byte> in, std::span<float> out) {
  each_block(in, out, 74, super, [](const std::uint8_t* block, float* values) {
    const float d = from_half(half_at(block));
    for (std::size_t k = 0; k < 32; ++k, values += 8) {
      const unsigned code = half_at(block + 2 + 2 * k), scale = block[66 + k / 4] >> (4 * (k / 2 % 2)) & 15;
      put_iq2(iq2_xs_grid[code & 511], signs_of(code >> 9), iq2_scale(d, scale), values);
    }
  });
}

/// d @0; low eight bits of the indices @2, sign bytes @34, two more bits of four indices a byte @66, scales @74.
void decode_iq2_s(std::span<const std::byte> in, std::span<float> out) {
  each_block(in, out, 82, super, [](const std::uint8_t* block, float* values) {
    const float d = from_half(half_at(block));
    for (std::size_t k = 0; k < 32; ++k, values += 8) {
      const unsigned high = block[66 + k / 4] >> (2 * (k % 4)) & 3, scale = block[74 + k / 4] >> (4 * (k / 2 % 2)) & 15;
      put_iq2(iq2_s_grid[block[2 + k] | high << 8], block[34 + k], iq2_scale(d, scale), values);
    }
  });
}

/// d @0; 64 grid indices @2; for each 32 elements four times seven sign bits and a 4-bit scale @66.
void decode_iq3_xxs(std::span<const std::byte> in, std::span<float> out) {
  each_block(in, out, 98, super, [](const std::uint8_t* block, float* values) {
    const float d = from_half(half_at(block));
    for (std::size_t k = 0; k < 64; ++k, values += 4) {
      const std::uint32_t word = word_at(block + 66 + 4 * (k / 8));
      const float scale = d * (0.5f + float(word >> 28)) * 0.5f;
      const unsigned signs = signs_of(word >> (7 * (k % 8 / 2)) & 127) >> (4 * (k % 2));
      put_iq3(xxs_value, iq3_xxs_grid[block[2 + k]], signs, scale, values);
    }
  });
}

/// d @0; low eight bits of the indices @2, their ninth bits @66, sign bits @74, 4-bit scales of 32 elements @106.
void decode_iq3_s(std::span<const std::byte> in, std::span<float> out) {
  each_block(in, out, 110, super, [](const std::uint8_t* block, float* values) {
    const float d = from_half(half_at(block));
    for (std::size_t k = 0; k < 64; ++k, values += 4) {
      const unsigned high = block[66 + k / 8] >> (k % 8) & 1, sc = block[106 + k / 16] >> (4 * (k / 8 % 2)) & 15;
      const unsigned signs = unsigned(block[74 + k / 2]) >> (4 * (k % 2));
      put_iq3(s_value, iq3_s_grid[block[2 + k] | high << 8], signs, d * float(1 + 2 * sc), values);
    }
  });
}

/// d @0; low eight bits of the indices @2; for each 32 elements @34: three more bits of four indices, a 3-bit scale and
/// the direction of the shift.
void decode_iq1_s(std::span<const std::byte> in, std::span<float> out) {
  each_block(in, out, 50, super, [](const std::uint8_t* block, float* values) {
    const float d = from_half(half_at(block));
    for (std::size_t k = 0; k < 32; ++k, values += 8) {
      const unsigned more = half_at(block + 34 + 2 * (k / 4)), high = more >> (3 * (k % 4)) & 7;
      const float scale = d * float(2 * (more >> 12 & 7) + 1);
      put_iq1(iq1_s_grid[block[2 + k] | high << 8], (more & 0x8000) != 0, scale, values);
    }
  });
}

/// Low eight bits of the indices @0; @32 a nibble for each: three more bits and the direction of the shift; @48 four
/// 16-bit words, each with four 3-bit scales of 16 elements and four bits of d.
void decode_iq1_m(std::span<const std::byte> in, std::span<float> out) {
  each_block(in, out, 56, super, [](const std::uint8_t* block, float* values) {
    unsigned half = 0;
    for (std::size_t i = 0; i < 4; ++i) half |= unsigned(half_at(block + 48 + 2 * i) >> 12) << (4 * i);
    const float d = from_half(std::uint16_t(half));
    for (std::size_t k = 0; k < 32; ++k, values += 8) {
      const unsigned more = block[32 + k / 2] >> (4 * (k % 2)) & 15;
      const unsigned sc = half_at(block + 48 + 2 * (k / 8)) >> (3 * (k / 2 % 4)) & 7;
      put_iq1(iq1_s_grid[block[k] | (more & 7) << 8], (more & 8) != 0, d * float(2 * sc + 1), values);
    }
  });
}

}  // namespace quant::gguf
