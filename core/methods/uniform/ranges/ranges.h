#pragma once
// Range estimators of rtn. Each returns the limits of one region: −α, α for a form that spans a
// magnitude, lo and hi for one that spans a width. Regions without finite values give 0, 0.
//
// A region in memory is given as it lies; a matrix too large for that is read in parts, as often as the estimator
// needs.

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/methods/uniform/parts.h"
#include "core/methods/uniform/uniform.h"

namespace quant::uniform {

/// What `range=` of the scheme names, of regions in memory and of matrices.
Estimator estimator(const Scheme& scheme, const Form& form);
PartsEstimator parts_estimator(const Scheme& scheme, const Form& form);

/// Percentile p of |w|; for a width the percentiles 100 − p and p of w. `p` in percent.
Limits percentile(std::span<const float> region, Form::Span span, double p);
Result<Limits> percentile(const Parts& parts, Form::Span span, double p);

/// The cut of the min-max range to i/100, i = 100…1, with the smallest squared error; the wider range wins ties.
Limits least_squares(std::span<const float> region, const Form& form);
Result<Limits> least_squares(const Parts& parts, const Form& form);

/// OCTAV's fixed point (arXiv:2206.06501).
Limits octav(std::span<const float> region, const Form& form);
Result<Limits> octav(const Parts& parts, const Form& form);

enum class Curve { automatic, gauss, laplace };
/// ACIQ (arXiv:1810.05723): the curve's constant for the bits, times σ or mean |w − mean|, at most max |w|. Asymmetric
/// ranges of one-signed regions are half a curve around 0: the constant of one bit more.
Limits aciq(std::span<const float> region, const Form& form, Curve curve);
Result<Limits> aciq(const Parts& parts, const Form& form, Curve curve);

inline constexpr std::uint64_t kl_bins = 2048;
/// Least KL divergence between |w| cut at a bin edge and its quantized histogram (TensorRT). Needs kl_bins elements.
Limits kl(std::span<const float> region, const Form& form);
Result<Limits> kl(const Parts& parts, const Form& form);

/// −α, α; for a width the region's own extremes inside of it.
Limits clip(Limits extremes, double alpha, Form::Span span);

/// Largest magnitude of a range.
inline double magnitude(Limits range) { return std::max(std::fabs(double(range.lo)), std::fabs(double(range.hi))); }

}  // namespace quant::uniform
