#pragma once
// Statistics of a tensor's values from every element, mergeable.

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "core/stats/bit_histogram.h"

namespace quant {

/// Count, extremes and central moments of finite values; merged pairwise.
struct ValueSums {
  std::uint64_t count = 0, nan = 0, inf = 0, zeros = 0, subnormal = 0;
  float min = 0, max = 0;                   ///< of finite values; 0 where count = 0
  double mean = 0, m2 = 0, m3 = 0, m4 = 0;  ///< central: Σ(x − mean)^k

  void merge(const ValueSums& later);
};

/// Sums of these values alone: two passes, the second about the mean of the first.
ValueSums value_sums(std::span<const float> values);
/// Moves moments that were taken about `sums.mean` to the true mean; `residue` is Σ(x − sums.mean).
void correct_mean(ValueSums& sums, double residue);

inline constexpr std::array<double, 9> value_percentiles = {0.1, 1, 5, 25, 50, 75, 95, 99, 99.9};

/// The figures that `stats` prints.
struct ValueFigures {
  ValueSums sums;
  std::optional<double> mean, std, skewness, kurtosis;  ///< population; kurtosis in excess of 3
  std::optional<double> absmax;
  std::uint64_t outliers = 0;  ///< |x − mean| > 6·std
  std::array<std::optional<double>, value_percentiles.size()> percentiles;
  BitHistogram histogram;
};

/// All but outliers, percentiles and the histogram.
ValueFigures value_figures(const ValueSums& sums);

}  // namespace quant
