// ONNX models: initializers and large constants, embedded or in files beside the model.

#include "core/sources/onnx/onnx.h"

#include <fmt/format.h>

#include "core/sources/onnx/graph.h"
#include "core/sources/onnx/qdq.h"

namespace quant {

Result<std::unique_ptr<Source>> open_onnx(std::shared_ptr<const ByteStore> bytes, const std::filesystem::path& path) {
  const std::uint64_t size = bytes->size();
  ExternalFiles external(path);
  QUANT_TRY(model, read_onnx_model(std::move(bytes), external));
  StoredSource::Content content;
  content.files.push_back({path, size});
  std::map<const ByteStore*, std::uint32_t> number;
  for (const auto& [location, data] : external.files()) {
    number.emplace(data.get(), static_cast<std::uint32_t>(content.files.size()));
    content.files.push_back({data->path(), data->size()});
  }
  for (StoredTensor& tensor : model.tensors) {
    const auto found = number.find(tensor.bytes.get());
    if (found != number.end()) tensor.info.file = found->second;
  }
  content.tensors = std::move(model.tensors);
  content.metadata = std::move(model.metadata);
  content.notes = std::move(model.notes);
  QUANT_TRY(source, StoredSource::create("onnx", path, std::move(content)));
  std::vector<std::string> notes;
  auto weights = dequantized_weights(*source, model.nodes, notes);
  if (weights.empty() && notes.empty()) return source;
  return with_unpacked(std::move(source), std::move(weights), std::move(notes));
}

namespace {

Result<std::unique_ptr<Source>> open(const std::filesystem::path& path) {
  QUANT_TRY(file, InputFile::open(path));
  return open_onnx(std::move(file), path);
}

/// A small ir_version first, then one of the fields that writers put after it. Damaged models are known by their
/// ending.
bool sniff(std::span<const std::byte> head, const std::filesystem::path& path) {
  if (head.size() < 3 || head[0] != std::byte{0x08} || head[1] >= std::byte{0x20}) return false;
  const auto next = std::to_integer<unsigned>(head[2]);
  return path.extension() == ".onnx" || next == 0x12 || next == 0x3A || next == 0x42;
}

}  // namespace

extern const Container onnx;
constinit const Container onnx{.id = "onnx",
                               .title = "ONNX (embedded and external data, QDQ, MatMulNBits)",
                               .writes = false,
                               .sniff = sniff,
                               .open = open};

}  // namespace quant
