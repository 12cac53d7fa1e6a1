#pragma once
// The parts of an ONNX graph that hold weights: initializers, constants, and the nodes that dequantize them.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/sources/onnx/tensor_proto.h"

namespace quant {

/// A node that dequantizes initializers.
struct QuantNode {
  enum class Kind { dequantize_linear, mat_mul_n_bits };
  Kind kind = Kind::dequantize_linear;
  std::vector<std::string> inputs;  ///< an empty name where an optional input is left out
  std::string output;
  std::map<std::string, std::int64_t> attributes;  ///< those that are integers
};

/// Everything of a model file.
struct OnnxModel {
  std::vector<StoredTensor> tensors;  ///< `file` of an external one is 1 or more
  std::vector<QuantNode> nodes;
  std::vector<std::pair<std::string, std::string>> metadata;
  std::vector<std::string> notes;
};

/// Reads a ModelProto, graphs inside nodes included. Errors: malformed and unsafe, naming the field; io.
Result<OnnxModel> read_onnx_model(std::shared_ptr<const ByteStore> bytes, ExternalFiles& external);

}  // namespace quant
