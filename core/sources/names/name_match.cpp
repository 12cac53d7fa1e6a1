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

/// Layers of a tower for pictures or sounds are none of the text's. BERT's `encoder.layer` has no counterpart in
/// GGUF's `blk`, so encoder and decoder only tell apart names that are alike in all else.
std::string_view tower(const TensorInfo& t) {
  return t.side == "encoder" || t.side == "decoder" ? std::string_view() : std::string_view(t.side);
}

TensorInfo named(std::string_view name) {
  TensorInfo tensor;
  tensor.name = name;
  assign_roles(std::span(&tensor, 1));
  return tensor;
}

std::string key_of(const TensorInfo& t, std::optional<int> expert) {
  return fmt::format("{}|{}|{}|{}|{}{}{}", t.role, t.layer.value_or(-1), expert.value_or(-1), tower(t),
                     t.cross ? 'x' : '-', t.shared ? 's' : '-', t.name.ends_with(bias) ? 'b' : 'w');
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
  return only(key_of(t, t.expert), t.side);
}

/// The single name of a key; of several the single one of the same side.
std::optional<std::size_t> NameMatcher::only(const std::string& key, std::string_view side) const {
  const auto at = by_key_.find(key);
  if (at == by_key_.end()) return {};
  if (at->second.size() == 1) return at->second.front();
  std::optional<std::size_t> found;
  for (const std::size_t i : at->second) {
    if (tensors_[i].side != side) continue;
    if (found) return {};
    found = i;
  }
  return found;
}

std::optional<NameMatcher::Stacked> NameMatcher::find_stacked(std::string_view name) const {
  const TensorInfo t = named(name);
  if (t.role == "other" || !t.expert) return {};
  const auto index = only(key_of(t, std::nullopt), t.side);
  if (!index) return {};
  return Stacked{*index, static_cast<std::size_t>(*t.expert)};
}

std::vector<std::size_t> NameMatcher::find_block(std::string_view name) const {
  const TensorInfo block = named(std::string(name) + ".");  // the layer's number ends in a point
  std::vector<std::size_t> found;
  if (!block.layer) return found;
  for (std::size_t i = 0; i < tensors_.size(); ++i)
    if (tower(tensors_[i]) == tower(block) && is_weight_of_block(tensors_[i], *block.layer, part_of(name)))
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
