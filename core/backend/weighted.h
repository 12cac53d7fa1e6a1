#pragma once
// Errors weighted by what the layer's inputs are like: a column whose inputs are large hurts more.

#include <span>

#include "core/backend/analysis.h"

namespace quant {

/// A scheme that took a tensor, and its result.
struct Weighed {
  const RowQuantizer* quantizer = nullptr;
  Analysis* out = nullptr;  ///< its `device` says where the scheme ran, and runs again
};

/// Sets figures.weighted_error and weighted_mse from the second moments that the calibration of `devices` has of the
/// tensor; does nothing where it has none, or another number of them. One pass over the tensor. Errors: of reading and
/// of the backends, cancelled.
Result<void> weigh(const TensorView& view, std::span<const Weighed> schemes, const Devices& devices, JobContext& job);

/// The same for a stored tensor beside its original.
Result<void> weigh(const TensorView& stored, const TensorView& original, Analysis& out, const Devices& devices,
                   JobContext& job);

}  // namespace quant
