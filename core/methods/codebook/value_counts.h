#pragma once
// The distinct values of a tensor and how often each occurs, in bounded memory.

#include <span>
#include <vector>

#include "core/methods/codebook/optimal_codebook.h"

namespace quant {

/// Counts finite values. Up to 2^20 distinct ones are kept as they are; beyond, those that share sign, exponent and 12
/// mantissa bits are merged into their mean (relative width at most 2^−12).
class ValueCounts {
 public:
  void add(std::span<const float> values);
  /// The same where value i counts weights[i] times; weights ≥ 0.
  void add(std::span<const float> values, std::span<const float> weights);
  /// Ascending. Leaves the counter empty.
  std::vector<WeightedValue> take();
  bool approximate() const { return !bins_.empty(); }

 private:
  struct Bin {
    double sum = 0, count = 0;
  };
  void merge(std::span<const float> sorted, std::span<const float> weights = {});
  void to_bin(double value, double count);

  std::vector<WeightedValue> distinct_;
  std::vector<Bin> bins_;  ///< by the 21 leading bits of a value in ascending order; empty while all are kept
};

}  // namespace quant
