#pragma once
// Tensors under the names of another toolchain: `blk.3.ffn_up.weight` and `model.layers.3.mlp.up_proj` are the same.

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/tensor/tensor.h"

namespace quant {

/// Finds names in a list by the names that other tools have for the same tensors: exact; then with or without
/// `.weight`; then by role, layer and expert, and by side (vision, audio, encoder, decoder), cross attention and shared
/// expert where names have them. Never by position, and never where several names would do.
class NameMatcher {
 public:
  explicit NameMatcher(std::vector<std::string> names);

  /// Position of the name that stands for the same tensor.
  std::optional<std::size_t> find(std::string_view name) const;

  /// For one expert's tensor: the position of the name of all experts together (`…_exps`), and the expert's number.
  struct Stacked {
    std::size_t index;
    std::size_t expert;
  };
  std::optional<Stacked> find_stacked(std::string_view name) const;

  /// Positions of the weights of one block's attention or MLP (`model.layers.3.self_attn`, `….mlp`), or of the whole
  /// block where the name says neither (`….parallel_decoder`); empty where there are none.
  std::vector<std::size_t> find_block(std::string_view name) const;

 private:
  std::optional<std::size_t> only(const std::string& key, std::string_view side) const;

  std::vector<TensorInfo> tensors_;  // names with roles; nothing else is set
  std::map<std::string, std::size_t, std::less<>> exact_, bare_;
  std::map<std::string, std::vector<std::size_t>, std::less<>> by_key_;
};

/// The names of tensors, in their order.
std::vector<std::string> names_of(std::span<const TensorInfo> tensors);

}  // namespace quant
