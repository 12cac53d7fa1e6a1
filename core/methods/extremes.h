#pragma once
// Smallest and largest values, in vectors.

#include <span>

#include "core/methods/quantizer.h"

namespace quant {

/// Widens `range` to hold every finite value, and counts the others.
void widen(TensorFacts::Range& range, std::span<const float> values);

/// Widens lo[c] and hi[c] to hold values[c], of which all are as many. False, and nothing done, where one of the values
/// is not finite.
bool widen_each(std::span<const float> values, std::span<float> lo, std::span<float> hi);

}  // namespace quant
