#include "core/sources/quantized/quant_config.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/sources/bytes/json_object.h"

namespace quant {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

std::optional<std::int64_t> integer(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_integer()) return {};
  return found->get<std::int64_t>();
}

std::string lower_text(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return {};
  std::string text = found->get<std::string>().substr(0, 64);
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// compressed-tensors: a scheme a group of modules. What all groups agree on stands for the model.
void read_config_groups(const json& object, QuantConfig& config) {
  const auto groups = object.find("config_groups");
  if (groups == object.end() || !groups->is_object()) return;
  bool first = true;
  for (const auto& [name, group] : groups->items()) {
    const auto weights = group.is_object() ? group.find("weights") : group.end();
    if (!group.is_object() || weights == group.end() || !weights->is_object()) continue;
    const auto bits = integer(*weights, "num_bits"), size = integer(*weights, "group_size");
    if (first) config.bits = bits, config.group_size = size;
    if (config.bits != bits) config.bits.reset();
    if (config.group_size != size) config.group_size.reset();
    first = false;
  }
}

QuantConfig from_object(const json& object) {
  QuantConfig config;
  config.method = lower_text(object, "quant_method");
  for (const char* key : {"checkpoint_format", "format", "version", "mode"}) {
    if (config.format.empty()) config.format = lower_text(object, key);
  }
  config.bits = integer(object, "bits");
  config.group_size = integer(object, "group_size");
  if (const auto block = object.find("weight_block_size"); block != object.end() && block->is_array()) {
    for (const json& side : *block) {
      if (side.is_number_integer() && config.block_size.size() < 2)
        config.block_size.push_back(side.get<std::int64_t>());
    }
  }
  read_config_groups(object, config);
  for (const auto& [name, value] : object.items()) {
    if (!value.is_object()) continue;
    const QuantConfig::Override own{integer(value, "bits"), integer(value, "group_size")};
    if (own.bits || own.group_size) config.modules.emplace(name, own);
  }
  return config;
}

}  // namespace

std::optional<std::int64_t> QuantConfig::bits_of(const std::string& module) const {
  const auto own = modules.find(module);
  return own != modules.end() && own->second.bits ? own->second.bits : bits;
}

std::optional<std::int64_t> QuantConfig::group_size_of(const std::string& module) const {
  const auto own = modules.find(module);
  return own != modules.end() && own->second.group_size ? own->second.group_size : group_size;
}

QuantConfig read_quant_config(const fs::path& folder, std::vector<std::string>& notes) {
  if (const auto tree = json_object(folder / "config.json", notes)) {
    for (const char* key : {"quantization_config", "quantization"}) {
      const auto found = tree->find(key);
      if (found != tree->end() && found->is_object()) return from_object(*found);
    }
  }
  if (const auto tree = json_object(folder / "quantize_config.json", notes)) {
    QuantConfig config = from_object(*tree);
    if (config.method.empty()) config.method = "gptq";  // the file's name is AutoGPTQ's
    return config;
  }
  return {};
}

}  // namespace quant
