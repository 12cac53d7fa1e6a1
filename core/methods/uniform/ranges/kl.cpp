// range=kl: TensorRT's entropy calibration on |w| (Migacz, GTC 2017).

#include <limits>
#include <numeric>

#include "core/methods/uniform/ranges/ranges.h"

namespace quant::uniform {
namespace {

constexpr std::size_t first_cut = 128;

/// Counts of |w| in equal bins of [0, peak], the last edge inclusive.
std::vector<double> histogram(std::span<const float> w, double peak) {
  std::vector<double> counts(kl_bins, 0.0);
  for (const float x : w) {
    const double at = std::fabs(double(x)) / peak * double(kl_bins);
    ++counts[std::min<std::size_t>(std::size_t(at), kl_bins - 1)];
  }
  counts[0] = counts[1];  // TensorRT: exact zeros would outweigh all else
  return counts;
}

/// Σ P ln(P/Q) of the first `size` bins: P keeps what lies above in its last bin, Q is `levels` intervals whose count
/// is spread over their non-empty bins.
double divergence(std::span<const double> counts, std::size_t size, std::size_t levels) {
  const double tail = std::accumulate(counts.begin() + std::ptrdiff_t(size), counts.end(), 0.0);
  const double inside = std::accumulate(counts.begin(), counts.begin() + std::ptrdiff_t(size), 0.0);
  double sum = 0;
  for (std::size_t j = 0; j < levels; ++j) {
    const std::size_t begin = (j * size + levels - 1) / levels, end = ((j + 1) * size + levels - 1) / levels;
    double count = 0, bins = 0;
    for (std::size_t k = begin; k < end; ++k) count += counts[k], bins += counts[k] > 0;
    for (std::size_t k = begin; k < end; ++k) {
      const double p = (counts[k] + (k + 1 == size ? tail : 0.0)) / (inside + tail);
      if (p == 0) continue;
      if (counts[k] == 0) return std::numeric_limits<double>::infinity();  // the tail falls on an empty bin: Q is 0
      sum += p * std::log(p / (count / bins / inside));
    }
  }
  return sum;
}

}  // namespace

Limits kl(std::span<const float> region, const Form& form) {
  std::vector<float> scratch;
  const auto w = finite(region, scratch);
  const Limits extremes = minmax(w);
  const double peak = magnitude(extremes);
  if (peak == 0) return {};
  const auto counts = histogram(w, peak);
  const std::size_t levels = std::size_t{1} << (form.bits - 1);
  double least = std::numeric_limits<double>::infinity();
  std::size_t best = kl_bins;
  for (std::size_t size = first_cut; size <= kl_bins; ++size) {
    const double d = divergence(counts, size, levels);
    if (d <= least) least = d, best = size;
  }
  return clip(extremes, double(best) * peak / double(kl_bins), form.span);
}

}  // namespace quant::uniform
