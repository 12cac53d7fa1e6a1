#pragma once
// Names of tensors → role, layer, expert. The rules are data: resources/roles.json.

#include <span>

#include "core/tensor/tensor.h"

namespace quant {

/// Sets role, layer and expert of each tensor from its name; `other` where no rule fits, no layer or expert where the
/// name has none. Names of Llama, GPT-2, BERT, T5, mixtures of experts and GGUF files are known.
void assign_roles(std::span<TensorInfo> tensors);

/// The rule table as JSON, as it is built in.
std::string_view role_rules();

}  // namespace quant
