#pragma once
// Quantiles of densities: samples without the noise of random ones.

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace quant::test {

/// Φ⁻¹(p) to double precision: a logarithmic start, then Newton's method on erfc.
inline double normal_quantile(double p) {
  const double tail = std::min(p, 1 - p), t = std::sqrt(-2 * std::log(tail));
  double x = -(t - (2.515517 + 0.802853 * t + 0.010328 * t * t) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))));
  for (int i = 0; i < 2; ++i) {
    const double f = 0.5 * std::erfc(-x / std::numbers::sqrt2) - tail;
    x -= f / (std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi));
  }
  return p < 0.5 ? x : -x;
}

/// Quantiles F⁻¹((i + ½)/n) of unit variance.
inline std::vector<float> samples(bool laplace, std::size_t n) {
  std::vector<float> w(n);
  for (std::size_t i = 0; i < n / 2; ++i) {
    const double p = (double(i) + 0.5) / double(n);
    const double x = laplace ? std::log(2 * p) / std::numbers::sqrt2 : normal_quantile(p);
    w[i] = float(x), w[n - 1 - i] = float(-x);
  }
  return w;
}

}  // namespace quant::test
