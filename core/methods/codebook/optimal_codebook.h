#pragma once
// The best codebook of K levels for values on a line.

#include <cstdint>
#include <span>
#include <vector>

namespace quant {

/// A value and how much its squared error counts; equal values have been merged.
struct WeightedValue {
  double value = 0;
  double weight = 1;
};

/// The global minimum of Σ a (v − C[q])² over codebooks of `levels` values: ascending centroids, by dynamic programming
/// over cells of neighbours whose split points are monotone (divide and conquer, O(levels · n log n) time, O(n) memory;
/// Wu 1991, Grønlund et al. 2017, arXiv:1701.07204). `points` ascending and distinct. Fewer points than levels: they
/// are the codebook, padded with the last; none: zeros.
std::vector<float> optimal_codebook(std::span<const WeightedValue> points, std::size_t levels);

/// Ascending thresholds, at most 255, counted without branches: values come in no order, and branches would be guessed
/// wrong half of the time.
class Thresholds {
 public:
  explicit Thresholds(std::vector<float> ascending);

  /// How many are below v.
  std::size_t below(float v) const {
    return count([v](float t) { return t < v; });
  }
  /// How many are below v or equal.
  std::size_t up_to(float v) const {
    return count([v](float t) { return t <= v; });
  }

 private:
  template <class Holds>
  std::size_t count(Holds holds) const {
    std::size_t found = 0;
    for (std::size_t step = (padded_.size() + 1) / 2; step > 0; step /= 2)
      found += holds(padded_[found + step - 1]) ? step : 0;
    return found;
  }

  std::vector<float> padded_;  ///< to 2^k − 1 by infinities, which no value passes
};

/// Code of a value: the number of midpoints of neighbours (float32) strictly below it.
class NearestLevel {
 public:
  explicit NearestLevel(std::span<const float> codebook);
  std::uint8_t operator()(float v) const { return static_cast<std::uint8_t>(midpoints_.below(v)); }

 private:
  Thresholds midpoints_;
};

/// Gap between the two levels around a value, the outermost beyond them; 0 where all are equal.
class LevelGaps {
 public:
  explicit LevelGaps(std::span<const float> codebook);
  float operator()(float v) const { return gaps_[inner_.up_to(v)]; }

 private:
  Thresholds inner_;         ///< all levels but the outermost two
  std::vector<float> gaps_;  ///< by how many of those are passed
};

}  // namespace quant
