#include "core/sources/quantized/quant_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "core/base/file.h"
#include "core/base/text.h"
#include "core/sources/json_events.h"

namespace quant {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr std::uint64_t most_bytes = std::uint64_t{16} << 20;

/// Accepts anything: what is left of the parse is its syntax, its depth and its encoding.
class AnyJson final : public JsonEvents {
 public:
  void begin_object() override {}
  void end_object() override {}
  void begin_array() override {}
  void end_array() override {}
  void key(std::string&&) override {}
  void text(std::string&&) override {}
  void natural(std::uint64_t) override {}
  void other(std::string_view) override {}
};

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

/// The JSON object of a file, or nothing and a note.
std::optional<json> object_in(const fs::path& path, std::vector<std::string>& notes) {
  const auto ignored = [&](const std::string& why) {
    notes.push_back(fmt::format("{} is ignored: {}", path.filename().string(), why));
  };
  const auto text = read_text(path, most_bytes);
  if (!text) return ignored(text.error().why), std::nullopt;
  AnyJson syntax;
  if (!parse_json(*text, "config", syntax)) return ignored(syntax.why()), std::nullopt;
  json tree = json::parse(*text, nullptr, false);
  if (!tree.is_object()) return ignored("it is no object"), std::nullopt;
  return tree;
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
  std::error_code ec;
  if (fs::is_regular_file(folder / "config.json", ec)) {
    if (const auto tree = object_in(folder / "config.json", notes)) {
      for (const char* key : {"quantization_config", "quantization"}) {
        const auto found = tree->find(key);
        if (found != tree->end() && found->is_object()) return from_object(*found);
      }
    }
  }
  if (fs::is_regular_file(folder / "quantize_config.json", ec)) {
    if (const auto tree = object_in(folder / "quantize_config.json", notes)) {
      QuantConfig config = from_object(*tree);
      if (config.method.empty()) config.method = "gptq";  // the file's name is AutoGPTQ's
      return config;
    }
  }
  return {};
}

}  // namespace quant
