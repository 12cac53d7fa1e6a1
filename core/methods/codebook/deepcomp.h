#pragma once
// What fast versions of deepcomp need to know of fitted rows.

#include <bit>
#include <cmath>
#include <cstdint>

#include "core/methods/quantizer.h"

namespace quant::deep_compression {

inline std::uint32_t magnitude_bits(float w) { return std::bit_cast<std::uint32_t>(std::fabs(w)); }

/// Which weights of a matrix go: magnitudes below the threshold, and at it those before `tie_end`.
struct Cut {
  std::uint32_t threshold = 0;  ///< as bits of |w|
  std::uint64_t tie_end = 0;    ///< element of the matrix

  bool operator()(float w, std::uint64_t index) const {
    const std::uint32_t bits = magnitude_bits(w);
    return bits < threshold || (bits == threshold && index < tie_end);
  }
};

/// Code 0 is what the cut takes and what is not finite, code 1 + c the nearest centroid c; with prune=0 code c.
/// codebook() holds the values by code of every matrix.
class Rows : public RowQuantizer {
 public:
  virtual const Cut& cut(std::uint64_t matrix) const = 0;
};

}  // namespace quant::deep_compression
