#include "core/sensitivity/evidence_columns.h"

#include <algorithm>
#include <filesystem>

#include "core/sensitivity/metric.h"

namespace quant {

const double* EvidenceColumn::figure(const std::string& tensor, const std::string& scheme) const {
  const auto of_tensor = figures.find(tensor);
  if (of_tensor == figures.end()) return nullptr;
  const auto of_scheme = of_tensor->second.find(scheme);
  return of_scheme == of_tensor->second.end() ? nullptr : &of_scheme->second;
}

std::optional<double> EvidenceColumn::value(const std::string& tensor, const std::string& scheme) const {
  if (const double* own = figure(tensor, scheme)) return *own;
  const auto of_tensor = figures.find(tensor);
  if (of_tensor == figures.end() || of_tensor->second.empty()) return {};
  const auto largest = std::max_element(of_tensor->second.begin(), of_tensor->second.end(),
                                        [](const auto& a, const auto& b) { return a.second < b.second; });
  return largest->second;
}

std::vector<EvidenceColumn> evidence_columns(std::span<const Measurement> evidence) {
  std::vector<EvidenceColumn> columns;
  for (const auto& row : evidence) {
    auto at = std::find_if(columns.begin(), columns.end(),
                           [&](const auto& c) { return c.metric == row.metric && c.source == row.source; });
    if (at == columns.end()) at = columns.insert(columns.end(), EvidenceColumn{{}, row.metric, row.source, {}});
    if (row.value) at->figures[row.tensor][row.scheme] = *row.value;
  }
  for (auto& column : columns) {
    const auto same =
        std::count_if(columns.begin(), columns.end(), [&](const auto& c) { return c.metric == column.metric; });
    const bool plain = same == 1 && find_metric(column.metric) == nullptr;
    column.name =
        plain ? column.metric : column.metric + "@" + std::filesystem::path(column.source).filename().string();
  }
  return columns;
}

}  // namespace quant
