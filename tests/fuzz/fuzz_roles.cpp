// A user's rule table: read, judged, and where it is sound, used on a few names.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/sources/names/role_rules.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto read = quant::read_role_table({reinterpret_cast<const char*>(data), size});
  for (const auto& problem : read.problems)
    if (problem.why.empty() || problem.hint.empty() || quant::problem_text(problem).empty()) std::abort();
  const std::vector<std::string> names = {"", "model.layers.3.mlp.gate_proj.weight", "transformer.h.0.mlp.w1.weight",
                                          "transformer.h.0.mlp.c_proj.weight",
                                          "encoder.block.1.layer.0.SelfAttention.q"};
  const auto matches = quant::match_counts(read.table, names);
  if (matches.counts.size() != read.table.roles.size()) std::abort();
  if (!read.problems.empty()) return 0;
  const auto again = quant::read_role_table(quant::role_table_text(read.table));
  if (!again.problems.empty() || !(again.table == read.table)) std::abort();
  std::vector<quant::TensorInfo> tensors(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) tensors[i].name = names[i], tensors[i].shape = {2, 1};
  quant::RoleRules(read.table).assign(tensors);
  return 0;
}
