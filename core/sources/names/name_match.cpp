#include "core/sources/names/name_match.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/sources/names/roles.h"

namespace quant {
namespace {

constexpr std::string_view weight = ".weight", bias = ".bias";

std::string_view without_weight(std::string_view name) {
  return name.ends_with(weight) ? name.substr(0, name.size() - weight.size()) : name;
}

bool has_any(std::string_view name, std::span<const std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [name](auto word) { return name.find(word) != name.npos; });
}

constexpr std::array<std::string_view, 5> vision = {"vision", "visual", "v.blk.", "v.patch", "image_encoder"};
constexpr std::array<std::string_view, 3> audio = {"audio", "a.blk.", "speech"};
constexpr std::array<std::string_view, 4> cross = {"EncDecAttention", "encoder_attn", "cross_attn", "crossattention"};
constexpr std::array<std::string_view, 2> shared = {"shared_expert", "_shexp"};

/// The tower of a name: text where nothing is said.
std::string_view tower(std::string_view name) {
  if (has_any(name, vision)) return "vision";
  return has_any(name, audio) ? "audio" : "";
}

/// Encoder or decoder, where the name says so. BERT's `encoder.layer` has no counterpart in GGUF's `blk`, so this only
/// tells apart names that are alike in all else.
char half(std::string_view name) {
  if (name.starts_with("dec.") || name.find("decoder.") != name.npos) return 'd';
  return name.starts_with("enc.") || name.find("encoder.") != name.npos ? 'e' : ' ';
}

TensorInfo named(std::string_view name) {
  TensorInfo tensor;
  tensor.name = name;
  assign_roles(std::span(&tensor, 1));
  return tensor;
}

std::string key_of(const TensorInfo& t, std::optional<int> expert) {
  return fmt::format("{}|{}|{}|{}|{}{}{}", t.role, t.layer.value_or(-1), expert.value_or(-1), tower(t.name),
                     has_any(t.name, cross) ? 'x' : '-', has_any(t.name, shared) ? 's' : '-',
                     t.name.ends_with(bias) ? 'b' : 'w');
}

bool is_weight_of_block(const TensorInfo& t, int layer, std::string_view part) {
  if (t.layer != layer || t.name.ends_with(bias)) return false;
  const bool attention = t.role.starts_with("attn_"), mlp = t.role.starts_with("mlp_");
  return part == "attention" ? attention : part == "mlp" ? mlp : attention || mlp;
}

/// Which part of a block its name is of.
std::string_view part_of(std::string_view name) {
  constexpr std::array<std::string_view, 2> attention = {"attn", "attention"};
  constexpr std::array<std::string_view, 4> mlp = {"mlp", "moe", "feed_forward", "ffn"};
  const std::string_view last = name.substr(name.rfind('.') + 1);
  if (has_any(last, attention)) return "attention";
  return has_any(last, mlp) ? "mlp" : "";
}

}  // namespace

NameMatcher::NameMatcher(std::vector<std::string> names) : tensors_(names.size()) {
  for (std::size_t i = 0; i < names.size(); ++i) tensors_[i].name = std::move(names[i]);
  assign_roles(tensors_);
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    const TensorInfo& t = tensors_[i];
    exact_.emplace(t.name, i);
    bare_.emplace(without_weight(t.name), i);
    if (t.role != "other") by_key_[key_of(t, t.expert)].push_back(i);
  }
}

std::optional<std::size_t> NameMatcher::find(std::string_view name) const {
  if (const auto at = exact_.find(name); at != exact_.end()) return at->second;
  if (const auto at = bare_.find(without_weight(name)); at != bare_.end()) return at->second;
  const TensorInfo t = named(name);
  if (t.role == "other") return {};
  return only(key_of(t, t.expert), name);
}

/// The single name of a key; of several the single one of the same half.
std::optional<std::size_t> NameMatcher::only(const std::string& key, std::string_view name) const {
  const auto at = by_key_.find(key);
  if (at == by_key_.end()) return {};
  if (at->second.size() == 1) return at->second.front();
  std::optional<std::size_t> found;
  for (const std::size_t i : at->second) {
    if (half(tensors_[i].name) != half(name)) continue;
    if (found) return {};
    found = i;
  }
  return found;
}

std::optional<NameMatcher::Stacked> NameMatcher::find_stacked(std::string_view name) const {
  const TensorInfo t = named(name);
  if (t.role == "other" || !t.expert) return {};
  const auto index = only(key_of(t, std::nullopt), name);
  if (!index) return {};
  return Stacked{*index, static_cast<std::size_t>(*t.expert)};
}

std::vector<std::size_t> NameMatcher::find_block(std::string_view name) const {
  const auto layer = named(std::string(name) + ".").layer;  // the layer's number ends in a point
  std::vector<std::size_t> found;
  if (!layer) return found;
  for (std::size_t i = 0; i < tensors_.size(); ++i)
    if (tower(tensors_[i].name) == tower(name) && is_weight_of_block(tensors_[i], *layer, part_of(name)))
      found.push_back(i);
  return found;
}

std::vector<std::string> names_of(std::span<const TensorInfo> tensors) {
  std::vector<std::string> names;
  names.reserve(tensors.size());
  for (const TensorInfo& t : tensors) names.push_back(t.name);
  return names;
}

}  // namespace quant
