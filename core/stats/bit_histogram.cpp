#include "core/stats/bit_histogram.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace quant {

namespace {

constexpr std::size_t magnitudes = 4080;  // keys of finite magnitudes: 255 exponents × 16; 4080 is Inf
constexpr std::size_t sign_key = 4096;    // added to the key of a negative value
constexpr std::size_t joined = 24 * 16;   // keys of 24 octaves: what lies below 2^-24 of the largest is one bin

/// Lower edge of the bin of magnitude key m (upper edge of m − 1); m = 4080 gives 2^128.
double edge(std::size_t m) {
  if (m < 16) return std::ldexp(static_cast<double>(m), -130);  // denormals: the bits << 19 in units of 2^-149
  return std::ldexp(static_cast<double>(16 + m % 16), static_cast<int>(m / 16) - 127 - 4);
}

bool holds(const BitHistogram& h, std::size_t m) { return h.counts[m] + h.counts[sign_key + m] > 0; }

std::uint64_t sum(const BitHistogram& h, std::size_t first, std::size_t last) {
  return std::accumulate(h.counts.begin() + static_cast<std::ptrdiff_t>(first),
                         h.counts.begin() + static_cast<std::ptrdiff_t>(last), std::uint64_t{0});
}

/// Ascending counts: negative magnitudes from `top` down to `low`, the joined bin, positive ones upward.
std::vector<std::uint64_t> ascending(const BitHistogram& h, std::size_t low, std::size_t top) {
  std::vector<std::uint64_t> counts;
  for (std::size_t m = top + 1; m-- > low;) counts.push_back(h.counts[sign_key + m]);
  counts.push_back(sum(h, 0, low) + sum(h, sign_key, sign_key + low));
  for (std::size_t m = low; m <= top; ++m) counts.push_back(h.counts[m]);
  return counts;
}

}  // namespace

void BitHistogram::add(float x) {
  if (std::isnan(x)) {
    ++nan;
  } else if (std::isinf(x)) {
    ++inf;
  } else {
    ++counts[bit_key(x)];
  }
}

void BitHistogram::merge(const BitHistogram& other) {
  for (std::size_t k = 0; k < bit_bins; ++k) counts[k] += other.counts[k];
  nan += other.nan;
  inf += other.inf;
}

std::uint64_t BitHistogram::total() const { return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}); }

Histogram native_histogram(const BitHistogram& counts, const BitHistogram* clipped) {
  Histogram out;
  out.nan = counts.nan;
  out.inf = counts.inf;
  std::size_t top = magnitudes;
  while (top > 0 && !holds(counts, top - 1)) --top;
  if (top == 0) return out;
  --top;
  const std::size_t low = top > joined ? top - joined : 1;

  std::vector<double> edges;
  for (std::size_t m = top + 1; m >= low; --m) edges.push_back(-edge(m));
  for (std::size_t m = low; m <= top + 1; ++m) edges.push_back(edge(m));
  const std::vector<std::uint64_t> all = ascending(counts, low, top);
  const auto filled = [](std::uint64_t n) { return n > 0; };
  const auto first = std::find_if(all.begin(), all.end(), filled) - all.begin();
  const auto last = all.rend() - std::find_if(all.rbegin(), all.rend(), filled);

  out.counts.assign(all.begin() + first, all.begin() + last);
  out.edges.assign(edges.begin() + first, edges.begin() + last + 1);
  if (clipped) {
    const std::vector<std::uint64_t> part = ascending(*clipped, low, top);
    out.clipping.assign(part.begin() + first, part.begin() + last);
  }
  return out;
}

std::vector<double> spread(const BitHistogram& counts, double lo, double hi, std::size_t bins) {
  std::vector<double> out(bins);
  if (bins == 0 || !(lo < hi)) return out;
  const double width = (hi - lo) / static_cast<double>(bins);
  const auto pour = [&](double from, double to, double n) {
    const double begin = std::max(from, lo), end = std::min(to, hi);
    if (!(begin < end)) return;
    const auto first = static_cast<std::size_t>((begin - lo) / width);
    for (std::size_t b = std::min(first, bins - 1); b < bins; ++b) {
      const double left = lo + width * static_cast<double>(b);
      if (left >= end) break;
      const double right = b + 1 == bins ? hi : left + width;
      out[b] += n * std::max(0.0, std::min(right, end) - std::max(left, begin)) / (to - from);
    }
  };
  for (std::size_t m = 0; m < magnitudes; ++m) {
    if (const auto n = counts.counts[m]) pour(edge(m), edge(m + 1), static_cast<double>(n));
    if (const auto n = counts.counts[sign_key + m]) pour(-edge(m + 1), -edge(m), static_cast<double>(n));
  }
  return out;
}

}  // namespace quant
