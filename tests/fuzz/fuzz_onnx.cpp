// Whole models: protobuf messages, tensors in typed fields, nodes that dequantize. External files are missing.
#include "core/sources/onnx/onnx.h"
#include "tests/fuzz/read_tensors.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (const auto source = quant::open_onnx(file_of(data, size), "fuzz.onnx")) read_source(**source);
  return 0;
}
