#pragma once
// One TensorProto of an ONNX model: checked header, and where its elements lie.

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "core/base/file.h"
#include "core/sources/listing.h"
#include "core/sources/onnx/wire_reader.h"

namespace quant {

/// The files of external data, each opened once.
class ExternalFiles {
 public:
  explicit ExternalFiles(std::filesystem::path model) : model_(std::move(model)) {}
  /// The file that `location` means, beside or below the model. Errors: unsafe, malformed, io; all name external_data.
  Result<std::shared_ptr<const InputFile>> open(const std::string& location);
  const std::map<std::string, std::shared_ptr<const InputFile>>& files() const { return files_; }

 private:
  std::filesystem::path model_;
  std::map<std::string, std::shared_ptr<const InputFile>> files_;
};

/// What a TensorProto holds. Without `tensor` it is one that is named and left out (texts, 2-bit integers).
struct OnnxTensor {
  std::string name;
  std::optional<StoredTensor> tensor;
  std::string left_out;  ///< why
};

/// Reads the message; elements in typed fields are checked, and decoded when they are read. Errors: malformed and
/// unsafe, naming the field of TensorProto; io.
Result<OnnxTensor> read_tensor_proto(WireReader message, ExternalFiles& external);

}  // namespace quant
