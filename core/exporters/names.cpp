// Checkpoint names → GGUF names, as gguf-py's tensor_mapping.py has them for Llama-like and BERT-like models.

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/exporters/exporter.h"

namespace quant {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

constexpr std::array whole = {
    Pair{"embed_tokens", "token_embd"},
    Pair{"lm_head", "output"},
    Pair{"norm", "output_norm"},
    Pair{"embeddings.word_embeddings", "token_embd"},
    Pair{"embeddings.position_embeddings", "position_embd"},
    Pair{"embeddings.token_type_embeddings", "token_types"},
    Pair{"embeddings.LayerNorm", "token_embd_norm"},
};

constexpr std::array in_llama_block = {
    Pair{"self_attn.q_proj", "attn_q"},
    Pair{"self_attn.k_proj", "attn_k"},
    Pair{"self_attn.v_proj", "attn_v"},
    Pair{"self_attn.qkv_proj", "attn_qkv"},
    Pair{"self_attn.o_proj", "attn_output"},
    Pair{"self_attn.q_norm", "attn_q_norm"},
    Pair{"self_attn.k_norm", "attn_k_norm"},
    Pair{"self_attn.q_a_proj", "attn_q_a"},
    Pair{"self_attn.q_b_proj", "attn_q_b"},
    Pair{"self_attn.q_a_layernorm", "attn_q_a_norm"},
    Pair{"self_attn.kv_a_proj_with_mqa", "attn_kv_a_mqa"},
    Pair{"self_attn.kv_a_layernorm", "attn_kv_a_norm"},
    Pair{"self_attn.kv_b_proj", "attn_kv_b"},
    Pair{"mlp.gate_proj", "ffn_gate"},
    Pair{"mlp.up_proj", "ffn_up"},
    Pair{"mlp.down_proj", "ffn_down"},
    Pair{"mlp.gate_up_proj", "ffn_up"},  // Phi-3: both halves in one
    Pair{"mlp.gate", "ffn_gate_inp"},
    Pair{"mlp.shared_expert_gate", "ffn_gate_inp_shexp"},
    Pair{"block_sparse_moe.gate", "ffn_gate_inp"},
    Pair{"input_layernorm", "attn_norm"},
    Pair{"post_attention_layernorm", "ffn_norm"},
};

/// After `mlp.experts.E.`, `block_sparse_moe.experts.E.`, `mlp.shared_expert(s).`
constexpr std::array of_expert = {
    Pair{"gate_proj", "ffn_gate"}, Pair{"up_proj", "ffn_up"}, Pair{"down_proj", "ffn_down"},
    Pair{"w1", "ffn_gate"},        Pair{"w3", "ffn_up"},      Pair{"w2", "ffn_down"},
};

constexpr std::array in_bert_block = {
    Pair{"attention.self.query", "attn_q"},
    Pair{"attention.self.key", "attn_k"},
    Pair{"attention.self.value", "attn_v"},
    Pair{"attention.output.dense", "attn_output"},
    Pair{"attention.output.LayerNorm", "attn_output_norm"},
    Pair{"intermediate.dense", "ffn_up"},
    Pair{"output.dense", "ffn_down"},
    Pair{"output.LayerNorm", "layer_output_norm"},
};

template <std::size_t N>
std::string_view find(const std::array<Pair, N>& table, std::string_view key) {
  const auto at = std::find_if(table.begin(), table.end(), [key](const Pair& p) { return p.first == key; });
  return at == table.end() ? std::string_view() : at->second;
}

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

/// Takes "12." off the front; nothing where there is no such number.
std::optional<std::string_view> take_number(std::string_view& text) {
  const auto dot = text.find('.');
  const auto digits = text.substr(0, dot == std::string_view::npos ? 0 : dot);
  if (digits.empty() || digits.size() > 6 || digits.find_first_not_of("0123456789") != std::string_view::npos)
    return std::nullopt;
  text.remove_prefix(dot + 1);
  return digits;
}

/// All experts of a projection become one tensor.
std::string expert_name(std::string_view rest) {
  for (const auto* prefix : {"mlp.shared_expert.", "mlp.shared_experts."})
    if (auto inner = rest; take(inner, prefix)) {
      const auto name = find(of_expert, inner);
      return name.empty() ? std::string() : std::string(name) + "_shexp";
    }
  for (const auto* prefix : {"mlp.experts.", "block_sparse_moe.experts."})
    if (auto inner = rest; take(inner, prefix) && take_number(inner)) {
      const auto name = find(of_expert, inner);
      return name.empty() ? std::string() : std::string(name) + "_exps";
    }
  return {};
}

std::string block_name(std::string_view stem) {
  const bool bert = take(stem, "encoder.layer.");
  if (!bert && !take(stem, "layers.")) return {};
  const auto layer = take_number(stem);
  if (!layer) return {};
  auto name = std::string(bert ? find(in_bert_block, stem) : find(in_llama_block, stem));
  if (name.empty() && !bert) name = expert_name(stem);
  return name.empty() ? name : fmt::format("blk.{}.{}", *layer, name);
}

bool is_gguf(std::string_view stem) {
  constexpr std::array<std::string_view, 7> own = {"token_embd",  "output",          "output_norm", "position_embd",
                                                   "token_types", "token_embd_norm", "rope_freqs"};
  return stem.starts_with("blk.") || std::find(own.begin(), own.end(), stem) != own.end();
}

}  // namespace

std::optional<std::string> gguf_name(std::string_view checkpoint_name) {
  for (const std::string_view suffix : {".weight", ".bias"}) {
    if (!checkpoint_name.ends_with(suffix)) continue;
    auto stem = checkpoint_name.substr(0, checkpoint_name.size() - suffix.size());
    if (is_gguf(stem)) return std::string(checkpoint_name);
    for (const auto* wrapper : {"language_model.", "model.", "bert.", "roberta."}) take(stem, wrapper);
    auto name = block_name(stem);
    if (name.empty()) name = find(whole, stem);
    return name.empty() ? std::nullopt : std::optional(name + std::string(suffix));
  }
  return std::nullopt;
}

}  // namespace quant
