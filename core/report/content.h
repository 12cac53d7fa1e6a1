#pragma once
// What a report shows, gathered once, and its charts. Internal to core/report.

#include <map>
#include <string>
#include <vector>

#include "core/plan/plan.h"
#include "core/session/session.h"

namespace quant::report {

struct SchemeTotal {
  std::string scheme;
  std::uint64_t tensors = 0, elements = 0, bytes = 0;
  double bpw() const { return elements ? 8.0 * double(bytes) / double(elements) : 0; }
};

struct Content {
  const Session& session;
  const Plan* plan = nullptr;  ///< may be null
  SavedSource source;
  std::vector<TensorInfo> tensors;
  std::vector<StoredAnalysis> rows;
  std::vector<SchemeTotal> schemes;  ///< in order of storing, over the tensors that were measured
  std::string shown;                 ///< the scheme of the map: measured on most tensors, nearest to 4.5 bits

  const StoredAnalysis* find(const std::string& tensor, const std::string& scheme) const;
  const Assignment* assigned(const std::string& tensor) const;

  std::map<std::pair<std::string, std::string>, std::size_t> row_at;
  std::map<std::string, std::size_t> assignment_at;
};

/// Errors: refused where nothing was measured.
Result<Content> gather(const Session& session, const Plan* plan);

/// Layers × roles, coloured by the signal to noise ratio of `shown`.
std::string sensitivity_map(const Content& content);
/// Signal to noise against bits per weight: every tensor, with the quartiles of each scheme.
std::string error_against_bits(const Content& content);
/// Damage against bits per weight: optimal plans, the plan, uniform plans.
std::string pareto_chart(const Plan& plan);
/// Bytes of the plan by scheme.
std::string scheme_bar(const Plan& plan);
/// Signed error of the tensors that cost most, rounding and clipping apart. Several small charts.
std::string worst_tensors(const Content& content);
/// Every tensor's figures.
std::string tensor_table(const Content& content);

std::string style_sheet();

}  // namespace quant::report
