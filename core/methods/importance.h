#pragma once
// How much the errors of a column count, from what runs of the model have shown.

#include <vector>

#include "core/base/result.h"
#include "core/methods/scheme.h"
#include "core/tensor/calibration.h"
#include "core/tensor/tensor.h"

namespace quant {

/// Second moments of the tensor's inputs: one a column, or one a column of each matrix. `word` is what the scheme asks
/// by ("imatrix", "weight=imatrix"): messages advise to leave it out. Empty where the calibration knows nothing of the
/// tensor. Errors: unsupported (no calibration), refused (another number of columns, values that are no second
/// moments).
Result<std::vector<float>> column_importance(const Scheme& scheme, const std::string& word, const TensorView& view,
                                             const Calibration* calibration);

}  // namespace quant
