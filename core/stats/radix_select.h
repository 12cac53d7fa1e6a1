#pragma once
// Exact order statistics of float32 values in bounded memory: 13 leading bits, then 10, then 9, one pass each.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/stats/bit_histogram.h"

namespace quant {

/// Maps a float32 to an unsigned integer of the same order (−0 below +0); finite values only.
inline std::uint32_t ordered_bits(float x) {
  const auto u = std::bit_cast<std::uint32_t>(x);
  return (u & 0x80000000u) ? ~u : (u | 0x80000000u);
}

/// Percentile "linear" (numpy) of n > 0 values v in order: v[low] + fraction · (v[high] − v[low]), high at most low
/// + 1.
struct LinearRank {
  std::uint64_t low, high;
  double fraction;
};
LinearRank linear_rank(double percentile, std::uint64_t n);

/// Percentiles "linear" (numpy) of the values whose 13-bit counts are known.
///
/// Use: construct from the counts; then, while !done(), pass every value to add() (any order, any number of copies
/// merged by merge()), and call advance(); then value(i).
class RadixSelect {
 public:
  /// `counts` by bit_key. `percentiles` in percent. Nothing to select where the total is 0.
  RadixSelect(const BitHistogram& counts, std::span<const double> percentiles);

  bool done() const { return pass_ >= 2 || ranks_.empty(); }
  int pass() const { return pass_; }

  /// Bins being refined, ascending: a value belongs to target t where (ordered_bits(x) >> shift()) == prefixes()[t]; it
  /// is then counted in counter(t)[(ordered_bits(x) >> next_shift()) & mask()]. Fast backends do this in vectors.
  std::span<const std::uint32_t> prefixes() const { return prefixes_; }
  int shift() const { return pass_ == 0 ? 19 : 9; }
  int next_shift() const { return pass_ == 0 ? 9 : 0; }
  std::uint32_t mask() const { return pass_ == 0 ? 1023u : 511u; }
  std::span<std::uint64_t> counter(std::size_t target) { return counters_[target]; }

  void add(float x);
  void merge(const RadixSelect& other);  ///< counters of another copy in the same pass
  void advance();

  /// The percentile i of the constructor, interpolated in double between its two order statistics; null for n = 0.
  std::optional<double> value(std::size_t i) const;

 private:
  struct Rank {          // one order statistic
    std::uint64_t rank;  // 0-based, within its current prefix
    std::size_t target;  // index into prefixes_
    std::uint32_t bits;  // ordered bits known so far
  };
  struct Interpolation {
    std::size_t low, high;  // indices into ranks_
    double fraction;
  };
  void collect_targets();

  int pass_ = 0;
  std::vector<Rank> ranks_;
  std::vector<Interpolation> wanted_;
  std::vector<std::uint32_t> prefixes_;
  std::vector<std::vector<std::uint64_t>> counters_;
};

}  // namespace quant
