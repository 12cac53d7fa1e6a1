#include "core/stats/value_stats.h"

#include <algorithm>
#include <cmath>

namespace quant {

void ValueSums::merge(const ValueSums& later) {
  nan += later.nan;
  inf += later.inf;
  zeros += later.zeros;
  subnormal += later.subnormal;
  if (later.count == 0) return;
  if (count == 0) {
    count = later.count, min = later.min, max = later.max;
    mean = later.mean, m2 = later.m2, m3 = later.m3, m4 = later.m4;
    return;
  }
  // Pairwise merge of central moments.
  const auto a = static_cast<double>(count), b = static_cast<double>(later.count);
  const double n = a + b, d = later.mean - mean;
  const double d_n = d / n, d2 = d * d_n;
  m4 += later.m4 + d2 * d_n * d_n * (a * b) * (a * a - a * b + b * b) +
        6 * d_n * d_n * (a * a * later.m2 + b * b * m2) + 4 * d_n * (a * later.m3 - b * m3);
  m3 += later.m3 + d2 * d_n * (a * b) * (a - b) + 3 * d_n * (a * later.m2 - b * m2);
  m2 += later.m2 + d2 * a * b;
  mean += d_n * b;
  count += later.count;
  min = std::min(min, later.min);
  max = std::max(max, later.max);
}

ValueSums value_sums(std::span<const float> values) {
  ValueSums s;
  double total = 0;
  for (const float x : values) {
    if (!std::isfinite(x)) {
      ++(std::isnan(x) ? s.nan : s.inf);
      continue;
    }
    if (s.count++ == 0) s.min = s.max = x;
    s.min = std::min(s.min, x);
    s.max = std::max(s.max, x);
    s.zeros += x == 0;
    s.subnormal += std::fpclassify(x) == FP_SUBNORMAL;
    total += x;
  }
  if (s.count == 0) return s;
  s.mean = total / static_cast<double>(s.count);
  double residue = 0;
  for (const float x : values) {
    if (!std::isfinite(x)) continue;
    const double d = x - s.mean, d2 = d * d;
    residue += d;
    s.m2 += d2;
    s.m3 += d2 * d;
    s.m4 += d2 * d2;
  }
  correct_mean(s, residue);
  return s;
}

void correct_mean(ValueSums& s, double residue) {
  // Moments about a point that is d away from the mean, moved to the mean.
  const auto n = static_cast<double>(s.count);
  const double d = residue / n;
  s.m4 += d * (-4 * s.m3 + d * (6 * s.m2 - 3 * d * d * n));
  s.m3 += d * (-3 * s.m2 + 2 * d * d * n);
  s.m2 -= d * d * n;
  s.mean += d;
}

ValueFigures value_figures(const ValueSums& sums) {
  ValueFigures f;
  f.sums = sums;
  if (sums.count == 0) return f;
  const auto n = static_cast<double>(sums.count);
  f.mean = sums.mean;
  f.absmax = std::max(std::fabs(static_cast<double>(sums.min)), std::fabs(static_cast<double>(sums.max)));
  const double variance = sums.min == sums.max ? 0 : std::max(0.0, sums.m2 / n);
  f.std = std::sqrt(variance);
  if (variance > 0) {
    f.skewness = sums.m3 / n / std::pow(variance, 1.5);
    f.kurtosis = sums.m4 / n / (variance * variance) - 3;
  }
  return f;
}

}  // namespace quant
