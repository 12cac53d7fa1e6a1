// Problem → knapsack entries, their hulls, and the frontier of all hull segments.

#include <algorithm>
#include <limits>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "core/plan/knapsack.h"

namespace quant::plan {
namespace {

std::optional<std::size_t> choice_named(const Item& item, const std::string& scheme) {
  for (std::size_t k = 0; k < item.choices.size(); ++k)
    if (item.choices[k].scheme == scheme) return k;
  return std::nullopt;
}

/// The option in which all items of the entry take the scheme of choice `k` of the first; nothing where one lacks it.
std::optional<Option> joined(const Problem& problem, const std::vector<std::size_t>& items, std::size_t k) {
  const auto& scheme = problem.items[items.front()].choices[k].scheme;
  Option option;
  for (const auto i : items) {
    const auto at = choice_named(problem.items[i], scheme);
    if (!at) return std::nullopt;
    option.bytes += problem.items[i].choices[*at].bytes;
    option.cost += problem.items[i].choices[*at].cost;
    option.choices.push_back(*at);
  }
  return option;
}

/// Sorts by bytes and drops what another option beats in both. The sort is stable: of equals the first stays.
void drop_dominated(std::vector<Option>& options) {
  std::stable_sort(options.begin(), options.end(), [](const Option& a, const Option& b) {
    return a.bytes != b.bytes ? a.bytes < b.bytes : a.cost < b.cost;
  });
  std::vector<Option> kept;
  for (auto& o : options)
    if (kept.empty() || o.cost < kept.back().cost) kept.push_back(std::move(o));
  options = std::move(kept);
}

/// Whether b lies on or above the line from a to c: then it is off the lower hull.
bool above(const Option& a, const Option& b, const Option& c) {
  return (a.cost - b.cost) * double(c.bytes - a.bytes) <= (a.cost - c.cost) * double(b.bytes - a.bytes);
}

std::vector<std::size_t> lower_hull(const std::vector<Option>& options) {
  std::vector<std::size_t> hull;
  for (std::size_t k = 0; k < options.size(); ++k) {
    while (hull.size() >= 2 && above(options[hull[hull.size() - 2]], options[hull.back()], options[k])) hull.pop_back();
    hull.push_back(k);
  }
  return hull;
}

Result<Entry> make_entry(const Problem& problem, std::vector<std::size_t> items) {
  Entry entry;
  const auto& first = problem.items[items.front()];
  for (std::size_t k = 0; k < first.choices.size(); ++k)
    if (auto option = joined(problem, items, k)) entry.options.push_back(std::move(*option));
  if (entry.options.empty())
    return failure(ErrorCode::infeasible, "plan", first.tensor,
                   fmt::format("the {} tensors of its group have no scheme in common", items.size()),
                   "release a pin or the group");
  entry.items = std::move(items);
  drop_dominated(entry.options);
  entry.hull = lower_hull(entry.options);
  return entry;
}

}  // namespace

Result<std::vector<Entry>> make_entries(const Problem& problem) {
  std::vector<std::vector<std::size_t>> members;
  std::map<int, std::size_t> group_at;
  for (std::size_t i = 0; i < problem.items.size(); ++i) {
    const int group = problem.items[i].group;
    const auto [at, fresh] = group < 0 ? std::pair(group_at.end(), true) : group_at.try_emplace(group, members.size());
    if (fresh)
      members.push_back({i});
    else
      members[at->second].push_back(i);
  }
  std::vector<Entry> entries;
  entries.reserve(members.size());
  for (auto& m : members) {
    QUANT_TRY(entry, make_entry(problem, std::move(m)));
    entries.push_back(std::move(entry));
  }
  return entries;
}

Frontier make_frontier(const std::vector<Entry>& entries) {
  Frontier f;
  std::uint64_t bytes = 0;
  long double cost = 0;
  for (std::size_t e = 0; e < entries.size(); ++e) {
    const auto& [items, options, hull] = entries[e];
    bytes += options.front().bytes, cost += options.front().cost;
    double before = std::numeric_limits<double>::infinity();
    for (std::size_t s = 0; s + 1 < hull.size(); ++s) {
      const auto &from = options[hull[s]], &to = options[hull[s + 1]];
      const auto more = to.bytes - from.bytes;
      const double saved = from.cost - to.cost;
      before = std::min(before, saved / double(more));  // rounding must not put a later step first
      f.segments.push_back({e, s, more, saved, before});
    }
  }
  // Stable: equal slopes keep the order of entries, and each entry's own steps stay in order (hull slopes descend).
  std::stable_sort(f.segments.begin(), f.segments.end(),
                   [](const Segment& a, const Segment& b) { return a.slope > b.slope; });
  f.bytes.push_back(bytes), f.cost.push_back(double(cost));
  for (const auto& s : f.segments) {
    bytes += s.bytes, cost -= s.saved;
    f.bytes.push_back(bytes), f.cost.push_back(double(cost));
  }
  return f;
}

Relaxation relax(const std::vector<Entry>& entries, const Frontier& frontier, std::uint64_t budget) {
  Relaxation r;
  std::vector<std::size_t> at(entries.size());  // position on each hull
  std::size_t taken = 0;
  while (taken < frontier.segments.size() && frontier.bytes[taken + 1] <= budget)
    at[frontier.segments[taken].entry] = frontier.segments[taken].step + 1, ++taken;
  for (std::size_t e = 0; e < entries.size(); ++e) {
    r.chosen.push_back(entries[e].hull[at[e]]);
    r.bytes += entries[e].options[r.chosen.back()].bytes;
    r.cost += entries[e].options[r.chosen.back()].cost;
  }
  r.bound = r.cost;
  if (taken == frontier.segments.size()) return r;
  const auto& broken = frontier.segments[taken];
  const auto left = budget - r.bytes;
  r.bound -=
      static_cast<long double>(broken.saved) * static_cast<long double>(left) / static_cast<long double>(broken.bytes);
  // On a breakpoint any price between the two slopes supports the plan; the last one paid is the one to show.
  r.price = left == 0 && taken > 0 ? frontier.segments[taken - 1].slope : broken.slope;
  return r;
}

}  // namespace quant::plan
