#pragma once
// What a plan minimises: a metric of ours, or what another tool says of the tensors.

#include <functional>
#include <string>
#include <string_view>

#include "core/sensitivity/metric.h"

namespace quant {

/// The additive cost of one measured pair; at least 0.
struct CostModel {
  std::string metric;  ///< its name, as plans and pages show it
  std::function<double(const StoredAnalysis& pair, const TensorInfo& tensor)> cost;
};

CostModel cost_model(const Metric& metric);

/// The metric of this name; else the column of the session's evidence (EvidenceColumn::name).
///
/// Evidence that has a figure for every measured pair is the cost itself. Other evidence tells how much a tensor
/// matters: its largest figure of the tensor, times Σe²/Σw² of the pair; a tensor that it lacks matters as much as the
/// others on average. Negative figures count as 0.
///
/// Errors: usage (unknown, naming the nearest; several files have it), not_found (a weighted metric, and nothing was
/// measured with a calibration).
Result<CostModel> cost_model(const Session& session, std::string_view name);

}  // namespace quant
