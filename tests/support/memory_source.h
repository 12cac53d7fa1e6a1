#pragma once
// A source without a file: tensors that lie in memory, for tests of what stands above the readers.

#include <cmath>
#include <random>

#include "core/sources/source.h"

namespace quant::test {

class MemorySource final : public Source {
 public:
  explicit MemorySource(std::string path = "/models/memory.safetensors") : path_(std::move(path)) {}

  /// Normal weights with a few large ones, from the seed alone.
  void add(std::string name, std::vector<std::uint64_t> shape, std::string role = "other",
           std::optional<int> layer = {}, unsigned seed = 1) {
    TensorInfo info;
    info.name = std::move(name), info.shape = std::move(shape), info.role = std::move(role), info.layer = layer;
    info.bytes = 4 * info.elements(), info.offset = file_.bytes;
    std::mt19937_64 random(seed);
    std::normal_distribution<float> normal(0, 0.02f);
    std::vector<float> w(info.elements());
    for (auto& x : w) x = normal(random) * (random() % 50 == 0 ? 6.0f : 1.0f);
    values_.push_back(std::move(w));
    file_.path = path_, file_.bytes += info.bytes;
    tensors_.push_back(std::move(info));
  }

  void describe(std::string key, std::string value) { metadata_.emplace_back(std::move(key), std::move(value)); }

  std::string_view format() const override { return "safetensors"; }
  const std::filesystem::path& path() const override { return path_; }
  std::span<const SourceFile> files() const override { return {&file_, 1}; }
  std::span<const TensorInfo> tensors() const override { return tensors_; }
  std::span<const std::pair<std::string, std::string>> metadata() const override { return metadata_; }
  std::span<const std::string> notes() const override { return {}; }
  Result<std::unique_ptr<TensorView>> view(std::size_t index) const override {
    return memory_tensor(tensors_[index].name, tensors_[index].shape, values_[index]);
  }
  Result<std::shared_ptr<const ByteStore>> bytes(std::size_t index) const override {
    const auto raw = std::as_bytes(std::span(values_[index]));
    return memory_bytes(tensors_[index].name, {raw.begin(), raw.end()});
  }

 private:
  std::filesystem::path path_;
  SourceFile file_;
  std::vector<TensorInfo> tensors_;
  std::vector<std::vector<float>> values_;
  std::vector<std::pair<std::string, std::string>> metadata_;
};

/// Two layers of a Llama, with embedding, head and norms.
inline MemorySource small_llama(std::string path = "/models/memory.safetensors") {
  MemorySource s(std::move(path));
  unsigned seed = 1;
  s.add("model.embed_tokens.weight", {64, 64}, "embed", {}, seed++);
  for (int layer = 0; layer < 2; ++layer) {
    const auto block = "model.layers." + std::to_string(layer) + ".";
    s.add(block + "input_layernorm.weight", {64}, "norm", layer, seed++);
    s.add(block + "self_attn.q_proj.weight", {64, 64}, "attn_q", layer, seed++);
    s.add(block + "self_attn.k_proj.weight", {32, 64}, "attn_k", layer, seed++);
    s.add(block + "self_attn.v_proj.weight", {32, 64}, "attn_v", layer, seed++);
    s.add(block + "self_attn.o_proj.weight", {64, 64}, "attn_o", layer, seed++);
    s.add(block + "mlp.down_proj.weight", {64, 128}, "mlp_down", layer, seed++);
  }
  s.add("model.norm.weight", {64}, "norm", {}, seed++);
  s.add("lm_head.weight", {64, 64}, "head", {}, seed++);
  return s;
}

}  // namespace quant::test
