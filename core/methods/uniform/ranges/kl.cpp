// range=kl: TensorRT's entropy calibration on |w| (Migacz, GTC 2017).

#include <functional>
#include <limits>
#include <numeric>

#include "core/methods/uniform/ranges/ranges.h"

namespace quant::uniform {
namespace {

constexpr std::size_t first_cut = 128;

/// Counts of |w| in equal bins of [0, peak], the last edge inclusive.
Result<std::vector<double>> histogram(const Parts& parts, double peak) {
  std::vector<std::vector<double>> found(std::size_t(parts.workers()), std::vector<double>(kl_bins));
  QUANT_CHECK(parts.each([&](std::span<const float> w, std::size_t, int worker) {
    std::vector<double>& counts = found[std::size_t(worker)];
    for (const float x : w) {
      const double at = std::fabs(double(x)) / peak * double(kl_bins);
      ++counts[std::min<std::size_t>(std::size_t(at), kl_bins - 1)];
    }
  }));
  std::vector<double> counts = std::move(found.front());
  for (std::size_t i = 1; i < found.size(); ++i)
    std::transform(counts.begin(), counts.end(), found[i].begin(), counts.begin(), std::plus<>());
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

/// The same divergences from prefix sums, a logarithm a level instead of one a bin: within 1e-9 of the definition,
/// which then decides between the few that are that close to the least.
class Prefixes {
 public:
  explicit Prefixes(std::span<const double> counts) : counts_(counts), sums_(counts.size() + 1) {
    for (std::size_t k = 0; k < counts.size(); ++k) {
      const double c = counts[k];
      sums_[k + 1] = {sums_[k].count + c, sums_[k].bins + (c > 0), sums_[k].entropy + (c > 0 ? c * std::log(c) : 0.0)};
    }
  }

  double divergence(std::size_t size, std::size_t levels) const {
    const double inside = sums_[size].count, total = sums_.back().count, last = counts_[size - 1];
    const double tail = total - inside, held = last + tail;
    if (held > 0 && last == 0) return std::numeric_limits<double>::infinity();
    double sum = sums_[size].entropy, mean = 1;
    for (std::size_t j = 0; j < levels; ++j) {
      const Sums& low = sums_[(j * size + levels - 1) / levels];
      const Sums& high = sums_[((j + 1) * size + levels - 1) / levels];
      const double count = high.count - low.count, bins = high.bins - low.bins;
      if (count == 0) continue;
      mean = count / bins;
      sum -= count * std::log(mean);
    }
    if (last > 0) sum += held * std::log(held / mean) - last * std::log(last / mean);  // the last level's mean
    return sum / total + std::log(inside / total);
  }

 private:
  struct Sums {
    double count = 0, bins = 0, entropy = 0;
  };
  std::span<const double> counts_;
  std::vector<Sums> sums_;
};

/// The size with the least divergence, the largest of equals.
std::size_t best_size(std::span<const double> counts, std::size_t levels) {
  constexpr double close = 1e-9;
  const Prefixes prefixes(counts);
  std::vector<double> rough;
  for (std::size_t size = first_cut; size <= kl_bins; ++size) rough.push_back(prefixes.divergence(size, levels));
  const double bound = *std::min_element(rough.begin(), rough.end()) + close;
  double least = std::numeric_limits<double>::infinity();
  std::size_t best = kl_bins;
  for (std::size_t size = first_cut; size <= kl_bins; ++size) {
    if (rough[size - first_cut] > bound) continue;
    const double d = divergence(counts, size, levels);
    if (d <= least) least = d, best = size;
  }
  return best;
}

}  // namespace

Result<Limits> kl(const Parts& parts, const Form& form) {
  QUANT_TRY(ends, sum_of<Extremes>(parts, extremes_of));
  const Limits extremes{ends.lo, ends.hi};
  const double peak = magnitude(extremes);
  if (peak == 0) return Limits{};
  QUANT_TRY(counts, histogram(parts, peak));
  const std::size_t best = best_size(counts, std::size_t{1} << (form.bits - 1));
  return clip(extremes, double(best) * peak / double(kl_bins), form.span);
}

Limits kl(std::span<const float> region, const Form& form) { return *kl(InMemory(region), form); }

}  // namespace quant::uniform
