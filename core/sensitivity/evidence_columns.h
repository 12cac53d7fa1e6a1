#pragma once
// Evidence as columns: one a metric and file, with a figure a tensor.

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/session/session.h"

namespace quant {

/// What one file says under one metric.
struct EvidenceColumn {
  std::string name;  ///< the metric, `kld`; where several files have it or it is one of ours, `kld@kld_results.csv`
  std::string metric, source;
  std::map<std::string, std::map<std::string, double>> figures;  ///< tensor, scheme

  /// The figure of this pair; null where the file has none.
  const double* figure(const std::string& tensor, const std::string& scheme) const;
  /// The same, else the tensor's largest figure: how much it can hurt.
  std::optional<double> value(const std::string& tensor, const std::string& scheme) const;
};

/// The columns of these rows, in order of appearance.
std::vector<EvidenceColumn> evidence_columns(std::span<const Measurement> evidence);

}  // namespace quant
