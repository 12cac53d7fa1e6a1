// range=aciq: the best clipping point of a bell curve (Banner et al. 2018, arXiv:1810.05723).

#include <array>

#include "core/methods/uniform/ranges/ranges.h"

namespace quant::uniform {
namespace {

/// The authors' constants for 2 to 8 bits: α/σ, and α over the mean absolute deviation.
constexpr std::array gauss_factor = {1.71, 2.15, 2.55, 2.93, 3.28, 3.61, 3.92};
constexpr std::array laplace_factor = {2.83, 3.89, 5.03, 6.20, 7.41, 8.64, 9.89};
constexpr double heavy_tail = 1.5;  // excess kurtosis: Laplace has 3, Gauss 0

struct Moments {
  double mean = 0, sigma = 0, deviation = 0, kurtosis = 0;  ///< deviation: mean |w − mean|; kurtosis: excess
};

Moments moments(std::span<const float> w) {
  const double n = double(w.size());
  Moments m;
  for (const float x : w) m.mean += double(x);
  m.mean /= n;
  double square = 0, fourth = 0;
  for (const float x : w) {
    const double d = double(x) - m.mean;
    m.deviation += std::fabs(d);
    square += d * d;
    fourth += d * d * d * d;
  }
  m.deviation /= n;
  m.sigma = std::sqrt(square / n);
  m.kurtosis = square > 0 ? fourth * n / (square * square) - 3 : 0;
  return m;
}

}  // namespace

Limits aciq(std::span<const float> region, const Form& form, Curve curve) {
  std::vector<float> scratch;
  const auto w = finite(region, scratch);
  if (w.empty()) return {};
  const Limits extremes = minmax(w);
  const Moments m = moments(w);
  const bool laplace = curve == Curve::laplace || (curve == Curve::automatic && m.kurtosis > heavy_tail);
  const auto bits = std::size_t(form.bits - 2);
  const double wanted = laplace ? laplace_factor[bits] * m.deviation : gauss_factor[bits] * m.sigma;
  if (wanted == 0) return extremes;  // all values are equal
  const double alpha = std::min(wanted, magnitude(extremes));
  if (form.span == Form::Span::magnitude) return clip(extremes, alpha, form.span);
  return {std::max(extremes.lo, float(m.mean - alpha)), std::min(extremes.hi, float(m.mean + alpha))};
}

}  // namespace quant::uniform
