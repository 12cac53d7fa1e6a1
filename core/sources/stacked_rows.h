#pragma once
// Matrices of one shape as one tensor: experts that one toolchain keeps together and another apart.

#include <memory>
#include <vector>

#include "core/tensor/tensor.h"

namespace quant {

/// The rows of `matrices` (at least one, all of one shape [rows, cols]) one after the other, as [n, rows, cols].
std::unique_ptr<TensorView> stacked_rows(std::vector<std::unique_ptr<TensorView>> matrices);

}  // namespace quant
