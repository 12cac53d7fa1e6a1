#pragma once
// What the SIMD kernels pass between encoding and counting: a short run of elements in the first-level cache.

#include <cstddef>
#include <cstdint>

#include "core/stats/error_stats.h"

namespace quant {

inline constexpr std::size_t chunk_max = 512;  // elements; all buffers of a chunk take 8 KiB

/// Elements of one row under one scheme. Arrays are padded with what zeros give to a multiple of 16 elements.
struct Chunk {
  const float* w = nullptr;
  const float* values = nullptr;
  const std::uint8_t* codes = nullptr;    ///< null: the scheme has none
  const std::uint8_t* clipped = nullptr;  ///< null: none was
  const float* steps = nullptr;           ///< null: `step` is every element's
  float step = 0;
  std::size_t n = 0;
};

/// Counters of one tile, 32 bits wide so that they stay in the first-level cache; a tile has fewer than 2^32 elements.
/// Codes of up to five bits are counted together with their step bin: one increment for both.
struct alignas(64) TileCounters {
  static constexpr int joint_bits = 5;

  std::uint32_t error[bit_bins] = {};
  std::uint32_t joint[(1 << joint_bits) * step_bins] = {};  ///< (code & mask) * step_bins + step bin; code 0 if wider
  std::uint32_t code[256] = {};                             ///< codes of more than five bits

  void flush(int code_bits, bool is_signed, ErrorCounters& into) const;
};

}  // namespace quant
