#pragma once
// Counters of the SIMD kernels: what stays in the first-level cache while a tile is counted.

#include <cstddef>
#include <cstdint>

#include "core/methods/quantizer.h"
#include "core/stats/error_stats.h"

namespace quant {

inline constexpr std::size_t chunk_max = 512;  // elements encoded before they are counted: 8 KiB of buffers

/// Counters of one tile, 32 bits wide so that they stay in the first-level cache; a tile has fewer than 2^32 elements.
/// Codes of up to five bits are counted together with their step bin: one increment for both.
struct alignas(64) TileCounters {
  static constexpr int joint_bits = 5;
  static constexpr std::size_t stepless = step_bins;  ///< the bin of elements without a step, which are not counted
  static constexpr std::size_t stride = step_bins + 1;

  std::uint32_t error[bit_bins] = {};
  std::uint32_t joint[(1 << joint_bits) * stride] = {};  ///< code * stride + step bin; code 0 where wider or none
  std::uint32_t code[256] = {};                          ///< codes of more than five bits, from the lowest on

  /// Codes here are counted from the lowest on; `into` has them by their stored byte.
  void flush(const CodeForm& form, ErrorCounters& into) const;
};

}  // namespace quant
