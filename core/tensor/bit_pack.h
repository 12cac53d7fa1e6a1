#pragma once
// Codes as a little-endian bit string: element i at bits [i·b, (i+1)·b), the first in the lowest bits.

#include <cstdint>
#include <span>
#include <vector>

namespace quant {

/// Whole bytes of n elements of `bits` bits; no overflow for n below 2^58.
constexpr std::uint64_t packed_bytes(std::uint64_t n, std::uint64_t bits) { return (n * bits + 7) / 8; }

/// The low `bits` (1…8) bits of every code, one after the other.
inline std::vector<std::uint8_t> pack_bits(std::span<const std::uint8_t> codes, unsigned bits) {
  std::vector<std::uint8_t> out;
  out.reserve(packed_bytes(codes.size(), bits));
  unsigned pending = 0, held = 0;
  for (const std::uint8_t code : codes) {
    pending |= (code & ((1u << bits) - 1)) << held;
    held += bits;
    if (held >= 8) {
      out.push_back(std::uint8_t(pending));
      pending >>= 8;
      held -= 8;
    }
  }
  if (held > 0) out.push_back(std::uint8_t(pending));
  return out;
}

}  // namespace quant
