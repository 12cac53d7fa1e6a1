#pragma once
// Sensitivity metrics: one file each, listed in metrics.cpp. Lower is better except where `higher_is_better`.

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/session/session.h"

namespace quant {

/// A metric computed from an analysis. Metrics that run the model come later and have a `measure` of their own.
struct Metric {
  std::string_view id;       ///< "mse"
  std::string_view title;    ///< "Mean squared error of the weights"
  std::string_view formula;  ///< as a person reads it
  bool higher_is_better = false;
  bool weighted = false;  ///< has values only for tensors that were measured with a calibration
  std::optional<double> (*value)(const ErrorFigures& figures, const TensorInfo& tensor);
  /// The additive cost that `plan` minimises.
  double (*cost)(std::optional<double> value, const ErrorFigures& figures, const TensorInfo& tensor);
};

std::span<const Metric* const> metrics();
const Metric* find_metric(std::string_view id);
Result<const Metric*> metric_named(std::string_view id);  ///< usage, naming the nearest

/// All measurements of a session for these metrics: metric by metric, tensors in file order, evidence last. A refused
/// pair has no value.
Result<std::vector<Measurement>> measurements(const Session& session, std::span<const Metric* const> metrics);

/// Whether a stored pair is what this calibration (null = none) would give: without one all are; what was measured
/// without any stands also for a tensor that it does not know.
bool made_with(const StoredAnalysis& pair, const Calibration* calibration);

/// What a run of `sensitivity` did.
struct SensitivityRun {
  std::uint64_t measured = 0, reused = 0;  ///< (tensor, scheme) pairs
  std::uint64_t refused = 0;
  std::string warning;  ///< how the chosen device failed and what took over (the first time), or empty
};
/// Binds the session to the source, measures what is missing, tensor by tensor in the order given, and commits each.
/// Pairs that were made with other second moments of the tensor's inputs than `devices` has are made again.
/// Refused pairs are stored too and not tried again. `tensors`: indices into the source. `progress` is called after
/// each tensor (may be null).
Result<SensitivityRun> measure_sensitivity(const Source& source, Session& session, std::span<const Scheme> schemes,
                                           std::span<const std::size_t> tensors, const Devices& devices,
                                           JobContext& job,
                                           const std::function<void(const std::string& tensor)>& progress = {});

/// Spearman's rank correlation with average ranks; null where one side is all ties or n < 2.
std::optional<double> spearman(std::span<const double> x, std::span<const double> y);
std::optional<double> kendall_tau_b(std::span<const double> x, std::span<const double> y);

/// Spearman of every pair of metrics over the tensors of one scheme. Ranks are of damage: metrics of which higher is
/// better (sqnr) are turned round, so that agreement is positive. Evidence stands beside each scheme as a column
/// (EvidenceColumn).
struct RankCorrelation {
  std::string a, b, scheme;
  std::optional<double> spearman;
  std::size_t n = 0;
};
std::vector<RankCorrelation> rank_correlations(std::span<const Measurement> rows);

}  // namespace quant
