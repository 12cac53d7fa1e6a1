// Why each tensor got its scheme, where it would change, and how the plan stands against one scheme for all.

#include <algorithm>

#include "core/plan/knapsack.h"

namespace quant::plan {
namespace {

/// The plans at the frontier's breakpoints are the exact optima of their own sizes (nothing lies below the hull), so a
/// flip read from them needs no further search. `first_above`: the first breakpoint larger than the budget.
struct Flips {
  const Frontier& frontier;
  std::uint64_t budget, elements;
  std::size_t first_above;
  std::vector<std::vector<std::size_t>> ranks;  ///< of each entry's segments in the frontier, ascending

  Flips(const Frontier& f, std::size_t entries, std::uint64_t budget_bytes, std::uint64_t n)
      : frontier(f), budget(budget_bytes), elements(n), ranks(entries) {
    first_above = std::size_t(std::upper_bound(f.bytes.begin(), f.bytes.end(), budget) - f.bytes.begin());
    for (std::size_t k = 0; k < f.segments.size(); ++k) ranks[f.segments[k].entry].push_back(k);
  }

  /// The nearest larger breakpoint at which the entry is larger than `bytes`.
  std::optional<double> above(const Entry& e, std::size_t index, std::uint64_t bytes) const {
    for (std::size_t s = 0; s < ranks[index].size(); ++s) {
      if (e.options[e.hull[s + 1]].bytes <= bytes) continue;
      const auto k = std::max(ranks[index][s] + 1, first_above);
      if (k >= frontier.bytes.size()) return std::nullopt;
      return bits_per_weight(frontier.bytes[k], elements);
    }
    return std::nullopt;
  }

  /// The nearest smaller breakpoint at which the entry is smaller than `bytes`.
  std::optional<double> below(const Entry& e, std::size_t index, std::uint64_t bytes) const {
    for (std::size_t s = ranks[index].size(); s-- > 0;) {
      if (e.options[e.hull[s]].bytes >= bytes) continue;
      auto k = std::min(ranks[index][s], first_above - 1);
      while (k > 0 && frontier.bytes[k] >= budget) --k;
      if (frontier.bytes[k] >= budget) return std::nullopt;
      return bits_per_weight(frontier.bytes[k], elements);
    }
    return std::nullopt;
  }
};

Why why(const Problem& problem, const Entry& entry, const Option& from, const Option& to) {
  return {problem.items[entry.items.front()].choices[to.choices.front()].scheme,
          static_cast<std::int64_t>(to.bytes) - static_cast<std::int64_t>(from.bytes),
          to.cost - from.cost,
          {}};
}

/// The neighbours among the useful choices; a group's tensors share them, with the group's bytes and cost.
void explain_entry(const Problem& problem, const Entry& entry, std::size_t index, std::size_t chosen,
                   const Flips& flips, Plan& plan) {
  Why up, down;
  const auto& now = entry.options[chosen];
  if (chosen + 1 < entry.options.size()) {
    up = why(problem, entry, now, entry.options[chosen + 1]);
    up.flips_at_bpw = flips.above(entry, index, now.bytes);
  }
  if (chosen > 0) {
    down = why(problem, entry, now, entry.options[chosen - 1]);
    down.flips_at_bpw = flips.below(entry, index, now.bytes);
  }
  for (const auto i : entry.items) plan.assignments[i].up = up, plan.assignments[i].down = down;
}

const Choice& smallest(const Item& item) {
  return *std::min_element(item.choices.begin(), item.choices.end(),
                           [](const Choice& a, const Choice& b) { return a.bytes < b.bytes; });
}

UniformPlan uniform(const Problem& problem, const std::string& scheme, std::uint64_t budget) {
  UniformPlan u{.scheme = scheme};
  long double cost = 0;
  for (const auto& item : problem.items) {
    const auto at =
        std::find_if(item.choices.begin(), item.choices.end(), [&](const Choice& c) { return c.scheme == scheme; });
    const bool free = item.pin.empty() && !(item.choices.size() == 1 && item.choices.front().scheme == "none");
    if (at == item.choices.end() && free) u.complete = false;
    const auto& choice = at == item.choices.end() ? smallest(item) : *at;
    u.bytes += choice.bytes, cost += choice.cost;
  }
  u.objective = double(cost);
  u.bpw = bits_per_weight(u.bytes, problem.elements());
  u.fits = u.bytes <= budget;
  return u;
}

constexpr double as_good = 1.005;  // half a percent is no reason to mix schemes

std::string guard(const Plan& plan) {
  const UniformPlan* best = nullptr;
  for (const auto& u : plan.uniform)
    if (u.fits && u.complete && u.objective <= as_good * plan.objective && (!best || u.objective < best->objective))
      best = &u;
  return best ? best->scheme : std::string();
}

}  // namespace

void explain(const Problem& problem, const std::vector<Entry>& entries, const Frontier& frontier,
             const std::vector<std::size_t>& chosen, Plan& plan) {
  const Flips flips(frontier, entries.size(), plan.budget_bytes, problem.elements());
  for (std::size_t e = 0; e < entries.size(); ++e) explain_entry(problem, entries[e], e, chosen[e], flips, plan);
  for (const auto& scheme : problem.candidates) plan.uniform.push_back(uniform(problem, scheme, plan.budget_bytes));
  plan.guard = guard(plan);
}

}  // namespace quant::plan
