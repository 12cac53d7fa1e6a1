#pragma once
// A plan as one rule a GGUF tensor: what both llama-quantize dialects are written from. Internal to core/exporters.

#include <string>
#include <vector>

#include "core/exporters/exporter.h"
#include "core/exporters/gguf_types.h"

namespace quant::gguf {

struct Rule {
  std::string name;  ///< GGUF name: "blk.0.attn_q.weight"
  const Type* type = nullptr;
};

/// Rules never overlap: one tensor each. Tensors that llama-quantize leaves alone anyway (1-D, norms, biases) have
/// none.
struct Rules {
  std::vector<Rule> rules;
  std::vector<Lossy> lossy;
  std::vector<RefusedExport> refused;
  std::vector<std::string> warnings;
  const Type* base = nullptr;  ///< the most frequent quantized type
  const Type* of(std::string_view name) const;
};

/// `unusable` says why the dialect cannot name a tensor; empty = it can.
Rules make_rules(const Plan& plan, const Source* weights, std::string (*unusable)(const std::string& name));

/// "^blk\.0\.attn_q\.weight$": matches this name alone, in ECMAScript.
std::string anchored(const std::string& name);

/// Quoted for a POSIX shell.
std::string shell_quoted(const std::string& text);

/// The input's name and the output's in the command: the plan's own source where it is a GGUF file.
struct Names {
  std::string in, out;
  bool convert = false;  ///< the source has to be converted to GGUF first
};
Names names_of(const Plan& plan, const Source* weights);

}  // namespace quant::gguf
