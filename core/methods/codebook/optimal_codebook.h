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

/// Code of a value: the number of midpoints of neighbours (float32) strictly below it.
class NearestLevel {
 public:
  explicit NearestLevel(std::span<const float> codebook);
  std::uint8_t operator()(float v) const;

 private:
  std::vector<float> midpoints_;
};

/// Gap between the two levels around v, the outermost beyond them; 0 where all are equal.
float level_gap(std::span<const float> codebook, float v);

}  // namespace quant
