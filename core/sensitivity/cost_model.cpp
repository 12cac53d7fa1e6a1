#include "core/sensitivity/cost_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "core/base/text.h"
#include "core/sensitivity/evidence_columns.h"

namespace quant {
namespace {

/// A column of evidence as costs.
class EvidenceCost {
 public:
  EvidenceCost(EvidenceColumn column, std::span<const StoredAnalysis> measured) : column_(std::move(column)) {
    for (const auto& [tensor, figures] : column_.figures)
      average_ += weight(tensor).value_or(0.0) / double(column_.figures.size());
    complete_ = std::all_of(measured.begin(), measured.end(), [this](const StoredAnalysis& pair) {
      return !pair.refused.empty() || column_.figure(pair.tensor, pair.scheme) != nullptr;
    });
  }

  double cost(const StoredAnalysis& pair) const {
    if (complete_) return std::max(*column_.figure(pair.tensor, pair.scheme), 0.0);
    const double relative = pair.figures.rel_fro.value_or(0.0);
    return weight(pair.tensor).value_or(average_) * relative * relative;
  }

 private:
  /// The tensor's largest figure; nothing where the evidence lacks it.
  std::optional<double> weight(const std::string& tensor) const {
    const auto found = column_.figures.find(tensor);
    if (found == column_.figures.end()) return {};
    double most = 0;
    for (const auto& [scheme, figure] : found->second) most = std::max(most, figure);
    return most;
  }

  EvidenceColumn column_;
  double average_ = 0;
  bool complete_ = false;
};

tl::unexpected<Error> bad_metric(std::string_view name, std::string why, std::string hint) {
  return failure(ErrorCode::usage, "choose metric", "\"" + printable(name) + "\"", std::move(why), std::move(hint));
}

Result<void> check_weighted(const Session& session, const Metric& metric) {
  QUANT_TRY(rows, session.analyses());
  const bool any = std::any_of(rows.begin(), rows.end(),
                               [](const StoredAnalysis& a) { return a.figures.weighted_error.has_value(); });
  if (any || !metric.weighted) return {};
  return failure(ErrorCode::not_found, "plan", std::string(metric.id),
                 "nothing was measured with an importance matrix or a calibration",
                 "run quantoscope-cli sensitivity with --imatrix F or --calib C");
}

/// The column of this name, or the only one of this metric.
Result<EvidenceColumn> column_named(std::vector<EvidenceColumn> columns, std::string_view name) {
  const auto exact = std::find_if(columns.begin(), columns.end(), [&](const auto& c) {
    return c.name == name || c.metric + "@" + std::filesystem::path(c.source).filename().string() == name;
  });
  if (exact != columns.end()) return std::move(*exact);
  const auto same = std::find_if(columns.begin(), columns.end(), [&](const auto& c) { return c.metric == name; });
  if (same != columns.end())
    return bad_metric(name, "is in several files", "say which, as in " + printable(same->name));
  std::vector<std::string_view> words;
  for (const auto& c : columns) words.push_back(c.name);
  for (const auto* m : metrics()) words.push_back(m->id);
  return bad_metric(name, "is unknown", "did you mean \"" + printable(nearest(name, words)) + "\"?");
}

}  // namespace

CostModel cost_model(const Metric& metric) {
  return {std::string(metric.id), [&metric](const StoredAnalysis& pair, const TensorInfo& tensor) {
            return metric.cost(metric.value(pair.figures, tensor), pair.figures, tensor);
          }};
}

Result<CostModel> cost_model(const Session& session, std::string_view name) {
  if (const Metric* metric = find_metric(name)) {
    QUANT_CHECK(check_weighted(session, *metric));
    return cost_model(*metric);
  }
  QUANT_TRY(evidence, session.evidence());
  QUANT_TRY(column, column_named(evidence_columns(evidence), name));
  QUANT_TRY(measured, session.analyses());
  const auto costs = std::make_shared<const EvidenceCost>(std::move(column), measured);
  return CostModel{std::string(name),
                   [costs](const StoredAnalysis& pair, const TensorInfo&) { return costs->cost(pair); }};
}

}  // namespace quant
