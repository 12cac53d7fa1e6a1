#pragma once
// Histograms that need no range beforehand: float32 values counted by their 13 leading bits.

#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

namespace quant {

inline constexpr std::size_t bit_bins = 8192;  // sign 1, exponent 8, mantissa 4: the counters fit the first-level cache

/// Key of a float32: its bits >> 19. ±0 and denormals share 0…15 / 4096…4111.
inline std::uint32_t bit_key(float x) { return std::bit_cast<std::uint32_t>(x) >> 19; }

/// Exact counts of float32 values by leading bits. Finite values only; NaN and Inf are counted apart.
struct BitHistogram {
  std::vector<std::uint64_t> counts = std::vector<std::uint64_t>(bit_bins);
  std::uint64_t nan = 0, inf = 0;

  void add(float x);
  void merge(const BitHistogram& other);
  std::uint64_t total() const;  ///< finite values
};

/// A histogram as people and JSON read it: ascending contiguous edges, each finite value once.
struct Histogram {
  std::vector<double> edges;            ///< n + 1
  std::vector<std::uint64_t> counts;    ///< n
  std::vector<std::uint64_t> clipping;  ///< n, or empty: the part of each bin whose code was clipped
  std::uint64_t nan = 0, inf = 0;
};

/// The native bins in ascending order, from the smallest to the largest that holds something. Bins of magnitudes below
/// 2^-24 of the largest are joined into one around 0 (exact still: joined, not sampled). Empty input: no bins.
Histogram native_histogram(const BitHistogram& counts, const BitHistogram* clipped = nullptr);

/// The same counts spread over equal linear bins of [lo, hi]; a native bin's count is spread evenly over its width.
/// For pictures only: use Recount (analysis.h) for exact linear bins.
std::vector<double> spread(const BitHistogram& counts, double lo, double hi, std::size_t bins);

}  // namespace quant
