#pragma once
// Error of a tensor under one scheme: sums and counters of every element, mergeable, and the figures made from them.

#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/stats/bit_histogram.h"

namespace quant {

/// Sums over finite elements; e = ŵ − w, both float32, subtracted in double.
/// Kept per tile and merged in tile order, so that the result does not depend on threads.
struct ErrorSums {
  std::uint64_t count = 0;  ///< finite elements
  std::uint64_t nan = 0, inf = 0, clipped = 0;
  double e = 0, e2 = 0, e2_clipped = 0;
  double w2 = 0, wq = 0, q2 = 0;  ///< Σw², Σwŵ, Σŵ²
  double max_abs = 0;

  void merge(const ErrorSums& later);
};

inline constexpr std::size_t step_bins = 130;  // e/Δ in bins of 1/64 over [−1, 1], an overflow counter at each end

/// Bin of one element: the quotient of float32(e) and its float32 step, rounded to float32. The step is above 0;
/// elements without a step are not counted.
inline std::size_t step_bin(float error, float step) {
  const float t = error / step;
  if (t < -1.0f) return 0;
  return t < 1.0f ? static_cast<std::size_t>(65 + static_cast<int>(std::floor(64.0f * t))) : step_bins - 1;
}

/// Counters over finite elements; merging is plain addition, in any order.
struct ErrorCounters {
  BitHistogram error;                           ///< of e rounded to float32
  BitHistogram clipped;                         ///< its clipped part
  std::array<std::uint64_t, step_bins> step{};  ///< e/Δ: [0] below −1, [1 + k] = [−1 + k/64, −1 + (k+1)/64), [129] ≥ 1
  std::array<std::uint64_t, 256> code{};  ///< by code & 255

  void merge(const ErrorCounters& other);
};

struct ErrorStats {
  ErrorSums sums;
  ErrorCounters counters;
  void merge(const ErrorStats& later) { sums.merge(later.sums), counters.merge(later.counters); }
};

/// The figures of one (tensor, scheme), as `analyze` prints them. nullopt where a ratio is undefined.
struct ErrorFigures {
  std::uint64_t count = 0, nan = 0, inf = 0, clipped = 0;
  std::uint64_t overflow = 0;  ///< finite elements whose error no float32 holds: the cast made them infinite or NaN
  std::uint64_t bytes = 0;
  double bpw = 0;
  std::optional<double> mse, rmse, rel_fro, sqnr_db, cosine, max_abs, mean_error, clip_share, rounding_mse,
      clipping_mse, code_entropy, p50_abs, p95_abs, p99_abs;
  bool exact = false;  ///< Σe² = 0
  /// With second moments a_j of the inputs: Σ a_j·e_ij², and that divided by rows · Σa_j.
  std::optional<double> weighted_error, weighted_mse;
};

/// All but the percentiles. The counters hold finite elements alone. `code_bits` 0: no entropy. `elements`: all, for
/// bpw.
ErrorFigures figures(const ErrorStats& stats, int code_bits, std::uint64_t bytes, std::uint64_t elements);

}  // namespace quant
