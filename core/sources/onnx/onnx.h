#pragma once
// ONNX models as sources (onnx.proto of the ONNX project).

#include "core/sources/source.h"

namespace quant {

/// The model in `bytes`; `path` is its own, beside which external data lies. Errors: malformed and unsafe, naming the
/// field; unsupported; io.
Result<std::unique_ptr<Source>> open_onnx(std::shared_ptr<const ByteStore> bytes, const std::filesystem::path& path);

}  // namespace quant
