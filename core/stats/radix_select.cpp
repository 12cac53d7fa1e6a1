#include "core/stats/radix_select.h"

#include <algorithm>
#include <cmath>

namespace quant {

namespace {

/// Counts by bit_key in the order of the values: entry k counts the values whose ordered_bits >> 19 is k.
std::vector<std::uint64_t> in_order(const BitHistogram& counts) {
  constexpr std::size_t half = bit_bins / 2;
  std::vector<std::uint64_t> ordered(bit_bins);
  for (std::size_t k = 0; k < half; ++k) {
    ordered[half + k] = counts.counts[k];
    ordered[half - 1 - k] = counts.counts[half + k];
  }
  return ordered;
}

/// The counter that holds this rank, which becomes the rank inside it.
std::uint32_t find(std::span<const std::uint64_t> counters, std::uint64_t& rank) {
  std::uint32_t k = 0;
  while (k + 1 < counters.size() && rank >= counters[k]) rank -= counters[k++];
  return k;
}

float from_ordered(std::uint32_t bits) {
  return std::bit_cast<float>((bits & 0x80000000u) ? (bits & 0x7fffffffu) : ~bits);
}

}  // namespace

LinearRank linear_rank(double percentile, std::uint64_t n) {
  const double at = std::clamp(percentile / 100, 0.0, 1.0) * static_cast<double>(n - 1);
  const auto low = std::min(static_cast<std::uint64_t>(at), n - 1);
  return {low, std::min(low + 1, n - 1), at - static_cast<double>(low)};
}

RadixSelect::RadixSelect(const BitHistogram& counts, std::span<const double> percentiles) {
  const std::uint64_t n = counts.total();
  if (n == 0) return;
  const std::vector<std::uint64_t> ordered = in_order(counts);
  const auto add_rank = [&](std::uint64_t rank) {
    const std::uint32_t bits = find(ordered, rank);
    ranks_.push_back({rank, 0, bits});
    return ranks_.size() - 1;
  };
  for (const double p : percentiles) {
    const LinearRank rank = linear_rank(p, n);
    const std::size_t first = add_rank(rank.low);
    wanted_.push_back({first, add_rank(rank.high), rank.fraction});
  }
  collect_targets();
}

void RadixSelect::collect_targets() {
  prefixes_.clear();
  for (const Rank& r : ranks_) prefixes_.push_back(r.bits);
  std::sort(prefixes_.begin(), prefixes_.end());
  prefixes_.erase(std::unique(prefixes_.begin(), prefixes_.end()), prefixes_.end());
  for (Rank& r : ranks_) {
    r.target =
        static_cast<std::size_t>(std::lower_bound(prefixes_.begin(), prefixes_.end(), r.bits) - prefixes_.begin());
  }
  counters_.assign(prefixes_.size(), std::vector<std::uint64_t>(mask() + 1));
}

void RadixSelect::add(float x) {
  const std::uint32_t bits = ordered_bits(x), lead = bits >> shift();
  const auto at = std::lower_bound(prefixes_.begin(), prefixes_.end(), lead);
  if (at == prefixes_.end() || *at != lead) return;
  ++counters_[static_cast<std::size_t>(at - prefixes_.begin())][(bits >> next_shift()) & mask()];
}

void RadixSelect::merge(const RadixSelect& other) {
  for (std::size_t t = 0; t < counters_.size(); ++t) {
    for (std::size_t k = 0; k < counters_[t].size(); ++k) counters_[t][k] += other.counters_[t][k];
  }
}

void RadixSelect::advance() {
  if (done()) return;
  const int width = shift() - next_shift();
  for (Rank& r : ranks_) r.bits = (r.bits << width) | find(counters_[r.target], r.rank);
  ++pass_;
  if (!done()) collect_targets();
}

std::optional<double> RadixSelect::value(std::size_t i) const {
  if (ranks_.empty() || !done()) return std::nullopt;
  const Interpolation& w = wanted_[i];
  const double low = from_ordered(ranks_[w.low].bits), high = from_ordered(ranks_[w.high].bits);
  return low + w.fraction * (high - low) + 0.0;  // + 0.0: −0 becomes 0
}

}  // namespace quant
