#include "core/exporters/gguf_rules.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include <fmt/format.h>

#include "core/base/text.h"

namespace quant::gguf {
namespace {

/// The parts of one GGUF tensor: one, or all experts of a projection.
struct Part {
  const Assignment* planned;
  Chosen chosen;
};

struct Target {
  std::string name;
  std::vector<Part> parts;
};

using Infos = std::unordered_map<std::string, const TensorInfo*>;

Infos infos_of(const Source* weights) {
  Infos infos;
  if (weights)
    for (const auto& t : weights->tensors()) infos.emplace(t.name, &t);
  return infos;
}

/// Tensors that llama-quantize never touches: one dimension, norms.
bool left_alone(const std::string& name, const TensorInfo* info) {
  if (info && info->shape.size() < 2) return true;
  return name.ends_with(".bias") || name.ends_with("_norm.weight");
}

/// Tensors of two dimensions that it never quantizes either (llama-quant.cpp).
bool never_quantized(const std::string& name) {
  return name.find("ffn_gate_inp.weight") != std::string::npos || name == "position_embd.weight" ||
         name == "token_types.weight";
}

Chosen choose_for(const Assignment& a, const TensorInfo* info, const std::string& name) {
  Storage storage;
  storage.stored_bpw = a.elements ? 8.0 * double(a.bytes) / double(a.elements) : 0;
  if (info) storage.dtype = info->dtype, storage.cols = info->matrix().cols;
  auto chosen = choose(a.scheme, storage);
  if (a.scheme != "none" && never_quantized(name))
    chosen = {type_named("fp16"), "none", "llama-quantize never quantizes this tensor", false};
  return chosen;
}

std::vector<Target> targets_of(const Plan& plan, const Infos& infos, Rules& rules,
                               std::string (*unusable)(const std::string&)) {
  std::vector<Target> targets;
  std::map<std::string, std::size_t> at;
  for (const auto& a : plan.assignments) {
    const auto found = infos.find(a.tensor);
    const auto* info = found == infos.end() ? nullptr : found->second;
    const auto name = gguf_name(a.tensor);
    if (info && info->shape.size() < 2) continue;
    if (!name) {
      if (info || a.scheme != "none")
        rules.refused.push_back({a.tensor, a.scheme, "its name in GGUF is unknown; it gets no rule"});
      continue;
    }
    if (left_alone(*name, info)) continue;
    if (const auto why = unusable(*name); !why.empty()) {
      rules.refused.push_back({a.tensor, a.scheme, why});
      continue;
    }
    const auto [slot, fresh] = at.try_emplace(*name, targets.size());
    if (fresh) targets.push_back({*name, {}});
    targets[slot->second].parts.push_back({&a, choose_for(a, info, *name)});
  }
  return targets;
}

/// Experts are one tensor in GGUF: the widest of their types stands for all.
void add_rule(const Target& target, Rules& rules) {
  const auto widest = std::max_element(target.parts.begin(), target.parts.end(), [](const Part& a, const Part& b) {
    return a.chosen.type->bpw() < b.chosen.type->bpw();
  });
  const auto* type = widest->chosen.type;
  for (const auto& [planned, chosen] : target.parts) {
    if (chosen.refused)
      rules.refused.push_back({planned->tensor, planned->scheme, chosen.why});
    else if (chosen.type != type)
      rules.lossy.push_back({planned->tensor, planned->scheme, std::string(type->scheme),
                             fmt::format("all experts of a projection are one tensor in GGUF; {} needs {}",
                                         widest->planned->tensor, type->name)});
    else if (!chosen.as.empty())
      rules.lossy.push_back({planned->tensor, planned->scheme, chosen.as, chosen.why});
  }
  rules.rules.push_back({target.name, type});
}

const Type* most_frequent(const std::vector<Rule>& rules) {
  std::vector<std::pair<const Type*, int>> counts;
  for (const auto& r : rules) {
    if (r.type->base.empty()) continue;
    auto at = std::find_if(counts.begin(), counts.end(), [&](const auto& c) { return c.first == r.type; });
    if (at == counts.end()) at = counts.insert(at, {r.type, 0});
    ++at->second;
  }
  const auto best =
      std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return best == counts.end() ? type_named("q8_0") : best->first;
}

/// Whether the budget still holds once the nearest types have their own sizes.
std::string size_warning(const Plan& plan, const std::vector<Target>& targets, const Rules& rules) {
  std::uint64_t bytes = plan.bytes;
  for (const auto& t : targets)
    for (const auto& [planned, chosen] : t.parts) {
      if (planned->scheme == "none") continue;
      bytes -= std::min(planned->bytes, bytes);
      bytes += rules.of(t.name)->bytes(planned->elements);
    }
  if (bytes == plan.bytes) return {};
  return fmt::format("with the types of GGUF the model has {} bytes, the plan has {}: {} budget of {} bytes", bytes,
                     plan.bytes, bytes <= plan.budget_bytes ? "within the" : "beyond the", plan.budget_bytes);
}

}  // namespace

const Type* Rules::of(std::string_view name) const {
  const auto at = std::find_if(rules.begin(), rules.end(), [name](const Rule& r) { return r.name == name; });
  return at == rules.end() ? nullptr : at->type;
}

Rules make_rules(const Plan& plan, const Source* weights, std::string (*unusable)(const std::string&)) {
  Rules rules;
  const auto infos = infos_of(weights);
  const auto targets = targets_of(plan, infos, rules, unusable);
  for (const auto& target : targets) add_rule(target, rules);
  rules.base = most_frequent(rules.rules);
  if (auto warning = size_warning(plan, targets, rules); !warning.empty()) rules.warnings.push_back(std::move(warning));
  if (!weights)
    rules.warnings.push_back(
        "shapes and storage types are unknown without --weights: 16-bit tensors are taken as f16, "
        "and rows that a block does not divide are not seen");
  return rules;
}

std::string anchored(const std::string& name) {
  std::string pattern = "^";
  for (const char c : name) {
    if (std::string_view("\\.^$*+?()[]{}|").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern + "$";
}

std::string shell_quoted(const std::string& text) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-+=:,@%";
  if (!text.empty() && text.find_first_not_of(plain) == std::string::npos) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

Names names_of(const Plan& plan, const Source* weights) {
  const bool is_gguf = weights && weights->format() == "gguf";
  return {is_gguf ? weights->path().string() : "model.gguf", fmt::format("model-{:.2f}bpw.gguf", plan.bpw), !is_gguf};
}

}  // namespace quant::gguf
