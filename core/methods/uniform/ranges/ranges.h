#pragma once
// Range estimators of rtn. Each returns the limits of one region: −α, α for a form that spans a
// magnitude, lo and hi for one that spans a width. Regions without finite values give 0, 0.

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/methods/uniform/uniform.h"

namespace quant::uniform {

/// What `range=` of the scheme names.
Estimator estimator(const Scheme& scheme, const Form& form);

/// Percentile p of |w|; for a width the percentiles 100 − p and p of w. `p` in percent.
Limits percentile(std::span<const float> region, Form::Span span, double p);

/// The cut of the min-max range to i/100, i = 100…1, with the smallest squared error; the wider range wins ties.
Limits least_squares(std::span<const float> region, const Form& form);

/// OCTAV's fixed point (arXiv:2206.06501).
Limits octav(std::span<const float> region, const Form& form);

enum class Curve { automatic, gauss, laplace };
/// ACIQ (arXiv:1810.05723): the curve's constant for the bits, times σ or mean |w − mean|, at most max |w|.
Limits aciq(std::span<const float> region, const Form& form, Curve curve);

inline constexpr std::uint64_t kl_bins = 2048;
/// Least KL divergence between |w| cut at a bin edge and its quantized histogram (TensorRT). Needs kl_bins elements.
Limits kl(std::span<const float> region, const Form& form);

/// The finite values of a region: itself where all are, else copied into `scratch`.
std::span<const float> finite(std::span<const float> region, std::vector<float>& scratch);

/// −α, α; for a width the region's own extremes inside of it.
Limits clip(Limits extremes, double alpha, Form::Span span);

/// Largest magnitude of a range.
inline double magnitude(Limits range) { return std::max(std::fabs(double(range.lo)), std::fabs(double(range.hi))); }

}  // namespace quant::uniform
