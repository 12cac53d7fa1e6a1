#pragma once
// A model's folder as one source.

#include <functional>

#include "core/sources/source.h"

namespace quant {

using OpenFile = std::function<Result<std::unique_ptr<Source>>(const std::filesystem::path&)>;

/// Opens the weights of a folder: the first of model.safetensors.index.json, model.safetensors, another safetensors
/// index, a lone safetensors file, pytorch_model.bin.index.json, pytorch_model.bin, a lone PyTorch, GGUF, ONNX, npz or
/// npy file. Weights in a further format are told in a note; of config.json and tokenizers the main facts are metadata.
/// Errors: io, unsupported (no weights, or several files of one kind).
Result<std::unique_ptr<Source>> open_folder(const std::filesystem::path& folder, const OpenFile& open);

}  // namespace quant
