// llama.cpp: llama-quantize --tensor-type-file.

#include <fmt/format.h>

#include "core/exporters/gguf_rules.h"

namespace quant {
namespace {

/// Patterns are lower-cased and parted by white space, and the first '=' ends one.
std::string unusable(const std::string& name) {
  for (const char c : name) {
    if (c >= 'A' && c <= 'Z') return "llama-quantize lower-cases patterns, so that an upper-case name is never matched";
    if (c == '=' || static_cast<unsigned char>(c) <= ' ')
      return "a tensor-type file cannot hold '=' or spaces in a name";
  }
  return {};
}

std::string rule_text(const gguf::Rules& rules) {
  std::string text;
  for (const auto& r : rules.rules) text += fmt::format("{}={}\n", gguf::anchored(r.name), r.type->name);
  return text;
}

/// These two options win over patterns, so they carry the plan's own types.
std::string end_options(const gguf::Rules& rules) {
  std::string text;
  if (const auto* t = rules.of("token_embd.weight")) text += fmt::format("--token-embedding-type {} ", t->name);
  if (const auto* t = rules.of("output.weight")) text += fmt::format("--output-tensor-type {} ", t->name);
  return text;
}

std::string command_text(const std::string& command, const gguf::Names& names) {
  std::string text;
  if (names.convert) text += fmt::format("# first: python convert_hf_to_gguf.py MODEL_DIR --outfile {}\n", names.in);
  text += "# llama.cpp of 2026-01 or later (--tensor-type-file, #18572); run it in this folder.\n";
  text += "# the size first:\n" + command;
  text.insert(text.rfind("llama-quantize") + std::string_view("llama-quantize").size(), " --dry-run");
  return text + "\n" + command + "\n";
}

Result<Export> make(const Plan& plan, const Source* weights) {
  auto rules = gguf::make_rules(plan, weights, unusable);
  const auto names = gguf::names_of(plan, weights);
  Export e;
  e.target = "llama-cpp";
  e.command = fmt::format("llama-quantize --tensor-type-file tensor-types.txt {}{} {} {}", end_options(rules),
                          gguf::shell_quoted(names.in), names.out, rules.base->base);
  e.files = {{"tensor-types.txt", rule_text(rules)}, {"command.txt", command_text(e.command, names)}};
  e.lossy = std::move(rules.lossy), e.refused = std::move(rules.refused), e.warnings = std::move(rules.warnings);
  e.warnings.push_back(
      "llama.cpp builds of early 2026 without #22572 drop rules that equal the base type; take a newer one");
  return e;
}

}  // namespace

extern const Exporter llama_cpp_exporter;
constinit const Exporter llama_cpp_exporter{.id = "llama-cpp",
                                            .title = "llama.cpp (llama-quantize --tensor-type-file)",
                                            .writes = "tensor-types.txt, command.txt",
                                            .make = make};

}  // namespace quant
