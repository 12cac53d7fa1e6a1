#pragma once
// Weights that an ONNX model stores quantized: DequantizeLinear of initializers, and MatMulNBits.

#include <vector>

#include "core/sources/onnx/graph.h"
#include "core/sources/unpacked_source.h"

namespace quant {

/// The weights that the nodes of a model make from its listed tensors. A node whose inputs are no initializers, or do
/// not fit, makes none: then its tensors stay as they are, and a note says why.
std::vector<UnpackedWeight> dequantized_weights(const Source& source, const std::vector<QuantNode>& nodes,
                                                std::vector<std::string>& notes);

}  // namespace quant
