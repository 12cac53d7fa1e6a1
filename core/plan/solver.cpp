// solve(): entries, relaxation, exact search, and what the answer says about itself.

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "core/plan/knapsack.h"

namespace quant {

std::uint64_t Problem::elements() const {
  std::uint64_t n = 0;
  for (const auto& item : items) n += item.elements;
  return n;
}

namespace plan {
namespace {

/// The pins that make the smallest plan larger, largest first: "".*=fp16" (+12.0 bits per weight)".
std::string blocking_pins(const Problem& problem, std::uint64_t& more) {
  std::map<std::string, std::uint64_t> by_pin;
  for (const auto& item : problem.items) {
    if (item.pin.empty() || item.choices.front().bytes <= item.free_bytes) continue;
    by_pin[item.pin + "=" + item.choices.front().scheme] += item.choices.front().bytes - item.free_bytes;
    more += item.choices.front().bytes - item.free_bytes;
  }
  std::vector<std::pair<std::string, std::uint64_t>> pins(by_pin.begin(), by_pin.end());
  std::stable_sort(pins.begin(), pins.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string text;
  for (std::size_t i = 0; i < std::min<std::size_t>(pins.size(), 3); ++i) text += (i ? ", " : "") + pins[i].first;
  return pins.size() > 3 ? text + ", …" : text;
}

tl::unexpected<Error> infeasible(const Problem& problem, const Budget& budget, double min_bpw, double max_bpw,
                                 std::uint64_t min_bytes) {
  std::uint64_t more = 0;
  const auto pins = blocking_pins(problem, more);
  auto why = fmt::format("the smallest plan needs {:.3f} bits per weight ({} bytes), the budget is {:.3f} ({} bytes)",
                         min_bpw, min_bytes, bits_per_weight(budget.bytes, problem.elements()), budget.bytes);
  if (!pins.empty())
    why += fmt::format("; the pins {} block: without them {:.3f} are enough", pins,
                       bits_per_weight(min_bytes - more, problem.elements()));
  return failure(ErrorCode::infeasible, "plan", "budget " + budget.text, why,
                 fmt::format("take a budget from {:.3f} to {:.3f} bits per weight{}", min_bpw, max_bpw,
                             pins.empty() ? ", or add smaller candidates" : ", or release pins"));
}

/// Bytes with every entry at its lowest cost: no larger budget changes the plan.
std::uint64_t largest_useful(const std::vector<Entry>& entries) {
  std::uint64_t bytes = 0;
  for (const auto& e : entries) bytes += e.options.back().bytes;
  return bytes;
}

void assign(const Problem& problem, const std::vector<Entry>& entries, const std::vector<std::size_t>& chosen,
            Plan& plan) {
  plan.assignments.resize(problem.items.size());
  for (std::size_t e = 0; e < entries.size(); ++e) {
    const auto& option = entries[e].options[chosen[e]];
    for (std::size_t j = 0; j < entries[e].items.size(); ++j) {
      const auto& item = problem.items[entries[e].items[j]];
      const auto& choice = item.choices[option.choices[j]];
      plan.assignments[entries[e].items[j]] = {.tensor = item.tensor,
                                               .scheme = choice.scheme,
                                               .bytes = choice.bytes,
                                               .elements = item.elements,
                                               .cost = choice.cost,
                                               .pinned = !item.pin.empty(),
                                               .group = item.group,
                                               .up = {},
                                               .down = {}};
    }
  }
  long double sum = 0;  // as in the relaxation: rounding must not put the objective below its bound
  for (const auto& a : plan.assignments) plan.bytes += a.bytes, sum += a.cost;
  plan.objective = double(sum);
}

/// A cost that is no number (a metric undefined for a tensor) would make every sum one.
Result<void> check(const Problem& problem) {
  for (const auto& item : problem.items) {
    if (item.choices.empty())
      return failure(ErrorCode::infeasible, "plan", item.tensor, "has no choice left",
                     "measure it, or release its pin");
    for (const auto& choice : item.choices)
      if (!std::isfinite(choice.cost))
        return failure(ErrorCode::failed, "plan", item.tensor,
                       "its cost under " + choice.scheme + " is no finite number",
                       "leave that scheme out, or take another metric");
  }
  return {};
}

}  // namespace
}  // namespace plan

Result<Plan> solve(const Problem& problem, const Budget& budget, const SolveOptions& options, JobContext& job) {
  const auto begin = std::chrono::steady_clock::now();
  const auto deadline = begin + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                                    std::chrono::duration<double>(std::clamp(options.time_limit_s, 0.0, 1e6)));
  QUANT_CHECK(plan::check(problem));
  QUANT_TRY(entries, plan::make_entries(problem));
  const auto frontier = plan::make_frontier(entries);
  const auto n = problem.elements();
  Plan result;
  result.metric = problem.metric;
  result.budget_bytes = budget.bytes;
  result.min_bpw = plan::bits_per_weight(frontier.bytes.front(), n);
  result.max_bpw = plan::bits_per_weight(plan::largest_useful(entries), n);
  if (budget.bytes < frontier.bytes.front())
    return plan::infeasible(problem, budget, result.min_bpw, result.max_bpw, frontier.bytes.front());

  const auto relaxed = plan::relax(entries, frontier, budget.bytes);
  QUANT_TRY(found, plan::search(entries, relaxed, budget.bytes, deadline, job));
  plan::assign(problem, entries, found.chosen, result);
  result.optimal = found.optimal;
  result.bpw = plan::bits_per_weight(result.bytes, n);
  result.price = relaxed.price;
  result.bound = std::clamp(double(relaxed.bound), 0.0, std::max(result.objective, 0.0));
  result.gap = result.objective > 0 ? (result.objective - result.bound) / result.objective : 0.0;
  if (options.explain) {
    plan::explain(problem, entries, frontier, found.chosen, result);
    result.pareto = plan::pareto(frontier, result, n);
  }
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return result;
}

}  // namespace quant
