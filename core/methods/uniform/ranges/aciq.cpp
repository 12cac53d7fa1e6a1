// range=aciq: the best clipping point of a bell curve (Banner et al. 2018, arXiv:1810.05723).

#include <array>
#include <optional>

#include "core/methods/uniform/ranges/ranges.h"

namespace quant::uniform {
namespace {

/// The authors' constants for 2 to 9 bits: α/σ, and α over the mean absolute deviation.
constexpr std::array gauss_factor = {1.71, 2.15, 2.55, 2.93, 3.28, 3.61, 3.92, 4.20};
constexpr std::array laplace_factor = {2.83, 3.89, 5.03, 6.20, 7.41, 8.64, 9.89, 11.16};
constexpr double heavy_tail = 1.5;  // excess kurtosis: Laplace has 3, Gauss 0

struct Moments {
  double mean = 0, sigma = 0, deviation = 0, kurtosis = 0;  ///< deviation: mean |w − mean|; kurtosis: excess
};

struct Sum {
  double value = 0;
  Sum& operator+=(const Sum& other) {
    value += other.value;
    return *this;
  }
};

/// Sums around the mean.
struct Spread {
  double deviation = 0, square = 0, fourth = 0;
  Spread& operator+=(const Spread& other) {
    deviation += other.deviation;
    square += other.square;
    fourth += other.fourth;
    return *this;
  }
};

/// Around the mean, or around `centre` of data that is one half of a bell curve.
Result<Moments> moments(const Parts& parts, std::uint64_t count, std::optional<double> centre) {
  const double n = double(count);
  QUANT_TRY(sum, sum_of<Sum>(parts, [](std::span<const float> w) {
              Sum out;
              for (const float x : w) out.value += double(x);
              return out;
            }));
  Moments m;
  m.mean = centre.value_or(sum.value / n);
  QUANT_TRY(spread, sum_of<Spread>(parts, [mean = m.mean](std::span<const float> w) {
              Spread out;
              for (const float x : w) {
                const double d = double(x) - mean;
                out.deviation += std::fabs(d);
                out.square += d * d;
                out.fourth += d * d * d * d;
              }
              return out;
            }));
  m.deviation = spread.deviation / n;
  m.sigma = std::sqrt(spread.square / n);
  m.kurtosis = spread.square > 0 ? spread.fourth * n / (spread.square * spread.square) - 3 : 0;
  return m;
}

}  // namespace

Result<Limits> aciq(const Parts& parts, const Form& form, Curve curve) {
  QUANT_TRY(ends, sum_of<Extremes>(parts, extremes_of));
  if (ends.n == 0) return Limits{};
  const Limits extremes{ends.lo, ends.hi};
  // Codes 0 … 2^b − 1 over one half of a curve have the step of b + 1 bits over both: its spread counts from 0.
  const bool half = form.span == Form::Span::width && form.widen && (ends.lo >= 0 || ends.hi <= 0);
  QUANT_TRY(m, moments(parts, ends.n, half ? std::optional(0.0) : std::nullopt));
  const bool laplace = curve == Curve::laplace || (curve == Curve::automatic && m.kurtosis > heavy_tail);
  const auto bits = std::size_t(form.bits - 2 + half);
  const double wanted = laplace ? laplace_factor[bits] * m.deviation : gauss_factor[bits] * m.sigma;
  if (wanted == 0) return extremes;  // all values are equal
  const double alpha = std::min(wanted, magnitude(extremes));
  if (form.span == Form::Span::magnitude) return clip(extremes, alpha, form.span);
  return Limits{std::max(extremes.lo, float(m.mean - alpha)), std::min(extremes.hi, float(m.mean + alpha))};
}

Limits aciq(std::span<const float> region, const Form& form, Curve curve) {
  return *aciq(InMemory(region), form, curve);
}

}  // namespace quant::uniform
