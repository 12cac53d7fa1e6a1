// range=octav: Newton's method on rounding plus clipping error (Sakr et al. 2022, arXiv:2206.06501).

#include "core/methods/uniform/ranges/ranges.h"

namespace quant::uniform {
namespace {

constexpr int most_steps = 50;
constexpr double tolerance = 1e-6;

/// Magnitudes on either side of a clipping point.
struct Sides {
  double sum_above = 0;
  std::uint64_t above = 0, inside = 0;  ///< inside: 0 < |w| ≤ s
  Sides& operator+=(const Sides& other) {
    sum_above += other.sum_above;
    above += other.above;
    inside += other.inside;
    return *this;
  }
};

Sides sides(std::span<const float> w, double s) {
  Sides out;
  for (const float x : w) {
    const double a = std::fabs(double(x));
    if (a > s)
      out.sum_above += a, ++out.above;
    else if (a > 0)
      ++out.inside;
  }
  return out;
}

Result<Sides> sides(const Parts& parts, double s) {
  return sum_of<Sides>(parts, [s](std::span<const float> w) { return sides(w, s); });
}

}  // namespace

Result<Limits> octav(const Parts& parts, const Form& form) {
  QUANT_TRY(ends, sum_of<Extremes>(parts, extremes_of));
  const Limits extremes{ends.lo, ends.hi};
  QUANT_TRY(all, sides(parts, 0));
  if (all.above == 0) return Limits{};
  const double noise = std::pow(4.0, -form.bits) / 3;
  double s = 3 * all.sum_above / double(ends.n);
  for (int step = 0; step < most_steps; ++step) {
    QUANT_TRY(at, sides(parts, s));
    if (at.above == 0) {  // nothing clips: once from the mean of what is not 0, later there is nothing to gain
      if (step > 0) return clip(extremes, magnitude(extremes), form.span);
      s = all.sum_above / double(all.above);
      continue;
    }
    const double next = at.sum_above / (noise * double(at.inside) + double(at.above));
    const bool settled = std::fabs(next - s) <= tolerance * s;
    s = next;
    if (settled) break;
  }
  return clip(extremes, s, form.span);
}

Limits octav(std::span<const float> region, const Form& form) { return *octav(InMemory(region), form); }

}  // namespace quant::uniform
