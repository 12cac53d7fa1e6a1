#pragma once
// Uniform integers: ŵ = Δ·(q − z). The arithmetic that `rtn` and `article` share, and that fast versions repeat.

#include <functional>
#include <memory>
#include <span>

#include "core/methods/quantizer.h"
#include "core/methods/uniform/parts.h"

namespace quant::uniform {

/// Nearest integer, ties to even.
float rne(float v);

/// Range of the finite elements of a region; 0, 0 where there are none.
struct Limits {
  float lo = 0, hi = 0;
};

/// Δ and z of one region.
struct Grid {
  float scale = 1;
  float zero = 0;
};

/// How codes are laid over a range. All that a fast version needs besides the region.
struct Form {
  enum class Span {
    magnitude,  ///< Δ = max|w| / divisor
    width,      ///< Δ = (hi − lo) / divisor
  };
  int bits = 4;
  Span span = Span::magnitude;
  float divisor = 7;
  float code_lo = -8, code_hi = 7;
  bool zero_point = false;  ///< z = clamp(rne(−lo/Δ), code_lo, code_hi); else 0
  bool widen = false;       ///< the range is made to contain 0 first
  bool recip = false;       ///< w·(1/Δ) instead of w/Δ, except where 1/Δ is infinite
  bool half_scale = false;  ///< Δ is rounded to fp16 before codes are computed
  int decimals = -1;        ///< Δ is cut after this many decimals; −1 = not
  std::uint64_t scale_bytes = 2;
  unsigned trits_per_byte = 0;  ///< codes −1, 0, 1 stored as q + 1: 4 in two bits each, 5 in base 3; 0 = other codes
};

/// Δ and z that a form gives for a range. Δ = 0, also by underflow, is replaced by 1. Where hi − lo overflows, Δ is
/// hi/divisor − lo/divisor.
Grid grid(const Form& form, Limits range);

/// Range estimator: what `range=…` names. Sees one region, NaN and infinities included, which take no part.
/// Thread-safe. One file each in ranges/; ranges.h names them.
using Estimator = std::function<Limits(std::span<const float> region)>;
Limits minmax(std::span<const float> region);

/// Which elements share a scale: the words tensor, column, row; group where `group` > 0.
Region region_of(const Scheme& scheme);

/// Implications for methods with `gran` and `group`: group=N means gran=group; gran=group without N is gran=row.
/// Errors: bad_scheme where both are typed and contradict.
Result<void> normalise_regions(Scheme& scheme);

/// A scheme of this family before it has seen a tensor.
/// `of_parts`: the same estimator for matrices, which are read in parts; none where the extremes are all it needs,
/// which one pass finds for all candidates. `least`: elements that a region must have; smaller ones are refused.
std::unique_ptr<Quantizer> make(const Scheme& scheme, const Form& form, Estimator estimate,
                                PartsEstimator of_parts = {}, std::uint64_t least = 0);

}  // namespace quant::uniform
