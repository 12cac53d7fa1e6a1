#include "core/stats/error_stats.h"

#include <algorithm>
#include <cmath>

namespace quant {

namespace {

/// Nothing where the value is no number that can be printed (an error that overflowed a cast is infinite).
std::optional<double> finite(double x) { return std::isfinite(x) ? std::optional<double>(x) : std::nullopt; }

std::optional<double> entropy(const std::array<std::uint64_t, 256>& codes) {
  double total = 0;
  for (const auto n : codes) total += static_cast<double>(n);
  if (total == 0) return std::nullopt;
  double bits = 0;
  for (const auto n : codes) {
    if (n == 0) continue;
    const double p = static_cast<double>(n) / total;
    bits -= p * std::log2(p);
  }
  return bits;
}

void set_ratios(ErrorFigures& f, const ErrorSums& s) {
  if (s.w2 > 0) f.rel_fro = finite(std::sqrt(s.e2 / s.w2));
  if (s.w2 > 0 && s.e2 > 0) f.sqnr_db = finite(10 * std::log10(s.w2 / s.e2));
  if (s.w2 > 0 && s.q2 > 0) f.cosine = finite(s.wq / std::sqrt(s.w2 * s.q2));
}

}  // namespace

void ErrorSums::merge(const ErrorSums& later) {
  count += later.count;
  nan += later.nan;
  inf += later.inf;
  clipped += later.clipped;
  e += later.e;
  e2 += later.e2;
  e2_clipped += later.e2_clipped;
  w2 += later.w2;
  wq += later.wq;
  q2 += later.q2;
  max_abs = std::max(max_abs, later.max_abs);
}

void ErrorCounters::merge(const ErrorCounters& other) {
  error.merge(other.error);
  clipped.merge(other.clipped);
  for (std::size_t k = 0; k < step.size(); ++k) step[k] += other.step[k];
  for (std::size_t k = 0; k < code.size(); ++k) code[k] += other.code[k];
}

ErrorFigures figures(const ErrorStats& stats, int code_bits, std::uint64_t bytes, std::uint64_t elements) {
  const ErrorSums& s = stats.sums;
  ErrorFigures f;
  f.count = s.count;
  f.nan = s.nan;
  f.inf = s.inf;
  f.clipped = s.clipped;
  f.overflow = stats.counters.error.nan + stats.counters.error.inf;
  f.bytes = bytes;
  f.bpw = elements > 0 ? 8.0 * static_cast<double>(bytes) / static_cast<double>(elements) : 0;
  if (s.count == 0) return f;

  const auto n = static_cast<double>(s.count);
  f.mse = finite(s.e2 / n);
  f.rmse = finite(std::sqrt(s.e2 / n));
  f.max_abs = finite(s.max_abs);
  f.mean_error = finite(s.e / n);
  f.clip_share = static_cast<double>(s.clipped) / n;
  f.clipping_mse = finite(s.e2_clipped / n);
  f.rounding_mse = finite(s.clipped == s.count ? 0 : std::max(0.0, s.e2 - s.e2_clipped) / n);
  f.exact = s.e2 == 0;
  set_ratios(f, s);
  if (code_bits >= 1 && code_bits <= 8) f.code_entropy = entropy(stats.counters.code);
  return f;
}

}  // namespace quant
