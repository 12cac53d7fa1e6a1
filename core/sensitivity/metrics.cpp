// The list of metrics, and all measurements of a session.

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "core/base/text.h"
#include "core/sensitivity/metric.h"

namespace quant {

extern const Metric mse_metric, sqnr_metric, imatrix_metric, size_metric;

std::span<const Metric* const> metrics() {
  static constexpr const Metric* all[] = {&mse_metric, &sqnr_metric, &imatrix_metric, &size_metric};
  return all;
}

const Metric* find_metric(std::string_view id) {
  const auto all = metrics();
  const auto at = std::find_if(all.begin(), all.end(), [id](const Metric* m) { return m->id == id; });
  return at == all.end() ? nullptr : *at;
}

Result<const Metric*> metric_named(std::string_view id) {
  if (const auto* metric = find_metric(id)) return metric;
  std::vector<std::string_view> known;
  for (const auto* m : metrics()) known.push_back(m->id);
  return failure(ErrorCode::usage, "choose metric", "\"" + printable(id) + "\"", "is unknown",
                 "did you mean \"" + nearest(id, known) + "\"?");
}

Result<std::vector<Measurement>> measurements(const Session& session, std::span<const Metric* const> wanted) {
  QUANT_TRY(tensors, session.tensors());
  QUANT_TRY(analyses, session.analyses());
  QUANT_TRY(evidence, session.evidence());
  std::unordered_map<std::string, std::size_t> position;
  for (std::size_t i = 0; i < tensors.size(); ++i) position.emplace(tensors[i].name, i);
  std::erase_if(analyses, [&](const StoredAnalysis& a) { return !position.contains(a.tensor); });
  std::stable_sort(analyses.begin(), analyses.end(), [&](const StoredAnalysis& a, const StoredAnalysis& b) {
    return position.at(a.tensor) < position.at(b.tensor);
  });
  std::vector<Measurement> rows;
  for (const auto* metric : wanted)
    for (const auto& a : analyses) {
      const auto& tensor = tensors[position.at(a.tensor)];
      const auto value = a.refused.empty() ? metric->value(a.figures, tensor) : std::nullopt;
      rows.push_back({a.tensor, a.scheme, std::string(metric->id), value, {}});
    }
  rows.insert(rows.end(), std::make_move_iterator(evidence.begin()), std::make_move_iterator(evidence.end()));
  return rows;
}

}  // namespace quant
