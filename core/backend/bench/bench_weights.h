#pragma once
// Weights for measurements.

#include <cstdint>
#include <vector>

namespace quant {

/// Deterministic: normal with σ = 0.02, and 0.1 % outliers of ten times that.
std::vector<float> bench_weights(std::uint64_t n);

}  // namespace quant
