// The Pareto list: exact optima at the hull breakpoints, and the plan itself.

#include <algorithm>

#include "core/plan/knapsack.h"

namespace quant::plan {
namespace {
constexpr std::size_t max_points = 256;  // more than a chart can show; both ends stay
}

std::vector<ParetoPoint> pareto(const Frontier& frontier, const Plan& plan, std::uint64_t elements) {
  std::vector<ParetoPoint> points;
  const auto n = frontier.bytes.size(), wanted = std::min(n, max_points);
  for (std::size_t i = 0; i < wanted; ++i) {
    const auto k = wanted > 1 ? i * (n - 1) / (wanted - 1) : 0;
    points.push_back({frontier.bytes[k], bits_per_weight(frontier.bytes[k], elements), frontier.cost[k]});
  }
  const auto at = std::lower_bound(points.begin(), points.end(), plan.bytes,
                                   [](const ParetoPoint& p, std::uint64_t bytes) { return p.bytes < bytes; });
  if (plan.optimal && (at == points.end() || at->bytes != plan.bytes))
    points.insert(at, {plan.bytes, plan.bpw, plan.objective});
  return points;
}

}  // namespace quant::plan
