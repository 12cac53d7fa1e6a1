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

}  // namespace

Limits octav(std::span<const float> region, const Form& form) {
  std::vector<float> scratch;
  const auto w = finite(region, scratch);
  const Limits extremes = minmax(w);
  const Sides all = sides(w, 0);
  if (all.above == 0) return {};
  const double noise = std::pow(4.0, -form.bits) / 3;
  double s = 3 * all.sum_above / double(w.size());
  for (int step = 0; step < most_steps; ++step) {
    const Sides at = sides(w, s);
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

}  // namespace quant::uniform
