// ik_llama.cpp: llama-quantize --custom-q.

#include <fmt/format.h>

#include <map>

#include "core/exporters/gguf_rules.h"

namespace quant {
namespace {

/// Linux takes 128 KiB in one argument; the shell expands the whole file into one.
constexpr std::size_t max_argument = 120 * 1024;

/// Commas part the rules, the last '=' ends a pattern.
std::string unusable(const std::string& name) {
  for (const char c : name)
    if (c == ',' || c == '=' || static_cast<unsigned char>(c) <= ' ')
      return "a --custom-q rule cannot hold ',', '=' or spaces in a name";
  return {};
}

std::string joined(const std::vector<std::pair<std::string, std::string_view>>& rules) {
  std::string text;
  for (const auto& [pattern, type] : rules) text += fmt::format("{}{}={}", text.empty() ? "" : ",", pattern, type);
  return text;
}

std::string one_rule_a_tensor(const gguf::Rules& rules) {
  std::vector<std::pair<std::string, std::string_view>> list;
  for (const auto& r : rules.rules) list.emplace_back(gguf::anchored(r.name), r.type->name);
  return joined(list);
}

/// The layers of one kind and type in one rule: ^blk\.(?:1|2|3)\.ffn_down\.weight$. Still no two overlap.
std::string layers_merged(const gguf::Rules& rules) {
  std::map<std::pair<std::string, std::string_view>, std::string> layers;  // (kind, type) → "1|2|3"
  std::vector<std::pair<std::string, std::string_view>> list;
  for (const auto& r : rules.rules) {
    const auto dot = r.name.starts_with("blk.") ? r.name.find('.', 4) : std::string::npos;
    if (dot == std::string::npos) {
      list.emplace_back(gguf::anchored(r.name), r.type->name);
      continue;
    }
    auto& numbers = layers[{r.name.substr(dot), r.type->name}];
    numbers += (numbers.empty() ? "" : "|") + r.name.substr(4, dot - 4);
  }
  for (const auto& [kind, numbers] : layers)
    list.emplace_back(fmt::format("^blk\\.(?:{}){}", numbers, gguf::anchored(kind.first).substr(1)), kind.second);
  return joined(list);
}

std::string command_text(const std::string& command, const gguf::Names& names) {
  std::string text;
  if (names.convert) text += fmt::format("# first: python convert_hf_to_gguf.py MODEL_DIR --outfile {}\n", names.in);
  return text + "# ik_llama.cpp; run it in this folder. The pure option would switch the rules off.\n" + command + "\n";
}

Result<Export> make(const Plan& plan, const Source* weights) {
  auto rules = gguf::make_rules(plan, weights, unusable);
  const auto names = gguf::names_of(plan, weights);
  auto text = one_rule_a_tensor(rules);
  if (text.size() > max_argument) text = layers_merged(rules);
  Export e;
  e.target = "ik-llama";
  e.command = fmt::format("llama-quantize --custom-q \"$(cat custom-q.txt)\" {} {} {}", gguf::shell_quoted(names.in),
                          names.out, rules.base->base);
  e.files = {{"custom-q.txt", text + "\n"}, {"command.txt", command_text(e.command, names)}};
  e.lossy = std::move(rules.lossy), e.refused = std::move(rules.refused), e.warnings = std::move(rules.warnings);
  if (text.size() > max_argument)
    e.warnings.push_back(fmt::format("the rules have {} bytes, Linux takes 131072 in one argument", text.size()));
  return e;
}

}  // namespace

extern const Exporter ik_llama_exporter;
constinit const Exporter ik_llama_exporter{.id = "ik-llama",
                                           .title = "ik_llama.cpp (llama-quantize --custom-q)",
                                           .writes = "custom-q.txt, command.txt",
                                           .make = make};

}  // namespace quant
