#pragma once
// Two bits of each of 256 elements, as q2_k and q3_k store them: half-blocks of 128, each in 32 bytes.

#include <cstdint>
#include <span>

namespace quant::gguf {

inline void pack_two_bits(std::span<const std::uint8_t> codes, std::uint8_t* out) {
  for (std::size_t half = 0; half < 2; ++half)
    for (std::size_t i = 0; i < 32; ++i) {
      const auto* const c = codes.data() + 128 * half + i;
      out[32 * half + i] = std::uint8_t((c[0] & 3) | (c[32] & 3) << 2 | (c[64] & 3) << 4 | (c[96] & 3) << 6);
    }
}

inline void unpack_two_bits(const std::uint8_t* in, std::span<std::uint8_t> codes) {
  for (std::size_t half = 0; half < 2; ++half)
    for (std::size_t part = 0; part < 4; ++part)
      for (std::size_t i = 0; i < 32; ++i)
        codes[128 * half + 32 * part + i] = std::uint8_t((in[32 * half + i] >> (2 * part)) & 3);
}

}  // namespace quant::gguf
