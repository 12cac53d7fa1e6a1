#pragma once
// The allocation as a multiple-choice knapsack: entries, their convex hulls, the linear relaxation, the exact search.
// Internal to core/plan; plan.h is the public face.

#include <chrono>
#include <cstdint>
#include <vector>

#include "core/plan/plan.h"

namespace quant::plan {

/// One way to store an entry: all its tensors in one scheme.
struct Option {
  std::uint64_t bytes = 0;
  double cost = 0;
  std::vector<std::size_t> choices;  ///< beside Entry::items: index into Item::choices
};

/// A tensor, or a group of tensors that share a scheme: choose one option.
struct Entry {
  std::vector<std::size_t> items;  ///< indices into Problem::items
  std::vector<Option> options;     ///< not dominated: bytes ascend, costs descend
  std::vector<std::size_t> hull;   ///< indices into options: the lower convex hull, first and last included
};

/// Groups joined, dominated choices dropped (of equals the first in candidate order stays), hulls taken.
/// Errors: infeasible where the tensors of a group have no scheme in common.
Result<std::vector<Entry>> make_entries(const Problem& problem);

/// One step along an entry's hull: so many bytes more save so much cost.
struct Segment {
  std::size_t entry = 0;
  std::size_t step = 0;  ///< from hull[step] to hull[step + 1]
  std::uint64_t bytes = 0;
  double saved = 0;
  double slope = 0;  ///< saved per byte; never above that of the entry's step before
};

/// All hull segments by descending slope, and the size after each: taken one after the other they are the optimal plans
/// of their own sizes, since no plan lies below the hull.
struct Frontier {
  std::vector<Segment> segments;
  std::vector<std::uint64_t> bytes;  ///< [k] after the first k segments; [0] = the smallest plan
  std::vector<double> cost;          ///< [k] likewise
};
Frontier make_frontier(const std::vector<Entry>& entries);

/// The linear relaxation at a budget of at least the smallest plan.
struct Relaxation {
  std::vector<std::size_t> chosen;  ///< option of each entry, the fractional one rounded down
  std::uint64_t bytes = 0;          ///< of `chosen`
  long double cost = 0;             ///< of `chosen`
  long double bound = 0;            ///< no plan within the budget costs less
  double price = 0;                 ///< λ*: cost per byte at the margin; 0 where the budget does not bind
};
Relaxation relax(const std::vector<Entry>& entries, const Frontier& frontier, std::uint64_t budget);

/// The exact optimum from the relaxation on.
struct Found {
  std::vector<std::size_t> chosen;  ///< option of each entry
  bool optimal = false;             ///< false: the deadline came first
};
/// Errors: cancelled.
Result<Found> search(const std::vector<Entry>& entries, const Relaxation& relaxed, std::uint64_t budget,
                     std::chrono::steady_clock::time_point deadline, JobContext& job);

/// Fills why and flip budgets of the assignments, uniform plans and the guard (explain.cpp).
void explain(const Problem& problem, const std::vector<Entry>& entries, const Frontier& frontier,
             const std::vector<std::size_t>& chosen, Plan& plan);
/// The frontier as points, thinned where it is long, with the plan's own (pareto.cpp).
std::vector<ParetoPoint> pareto(const Frontier& frontier, const Plan& plan, std::uint64_t elements);

/// 8·bytes/elements; 0 for an empty model.
inline double bits_per_weight(std::uint64_t bytes, std::uint64_t elements) {
  return elements ? 8.0 * double(bytes) / double(elements) : 0.0;
}

}  // namespace quant::plan
