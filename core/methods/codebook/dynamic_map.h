#pragma once
// The dynamic 8-bit map that bitsandbytes stores block scales in (arXiv:1511.04561, arXiv:2110.02861).

#include <cstdint>
#include <span>
#include <vector>

namespace quant {

/// The 256 sorted values of the map: 0, 1 and, in decades from 1e-6 to 1, midpoints of 2^i cells of either sign.
std::span<const float> dynamic_map();

/// Index of the nearest map value; a tie takes the lower one. x in [−1, 1].
std::uint8_t dynamic_code(float x);

/// How the nearest map value is found.
enum class Lookup {
  exact,  ///< dynamic_code
  table,  ///< as bitsandbytes' CPU library: the code of the nearest of 65,536 points of [−1, 1]
};

/// Block scales after double quantization: their mean (in double, rounded once) is taken off, the rest is stored by the
/// map in blocks of 256 with a float32 absmax of its own, and restored.
std::vector<float> double_quantized(std::span<const float> scales, Lookup lookup = Lookup::exact);

}  // namespace quant
