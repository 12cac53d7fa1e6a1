// The exact search: dynamic programming over sets of deviations from the relaxation's plan, pruned by its price.
//
// Every entry starts at the relaxation's choice. Entries are then freed one after the other, the ones whose deviation
// costs least per byte first (after Pisinger 1995, "A minimal algorithm for the multiple-choice knapsack problem"). A
// state is a set of deviations of the freed entries: as the others keep their choice, each state that fits is a plan.
// Few entries have to be freed before the bound excludes all states.

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/plan/knapsack.h"

namespace quant::plan {
namespace {

constexpr std::uint32_t no_node = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t max_states = std::size_t{1}
                                   << 21;  // 64 MiB a list; beyond it the search gives up as at a deadline
constexpr long double inf = std::numeric_limits<long double>::infinity();

/// Costs are long double: the sums cancel down to the smallest of costs that span nine orders of magnitude.
struct Move {
  std::size_t option = 0;
  std::int64_t bytes = 0;   ///< against the start
  long double cost = 0;     ///< against the start
  long double reduced = 0;  ///< cost + price·bytes ≥ 0: what it loses against the bound
};

struct Freed {
  std::size_t entry = 0;
  std::vector<Move> moves;           ///< all options but the start
  long double up = inf, down = inf;  ///< least reduced cost per byte of moves that grow, that shrink
};

struct State {
  std::int64_t bytes = 0;
  long double cost = 0;
  std::uint32_t node = no_node;  ///< the deviations that led here
  std::uint32_t move = no_node;  ///< into Freed::moves; none = the entry keeps its start
};

struct Node {
  std::uint32_t parent, freed, move;
};

class Search {
 public:
  Search(const std::vector<Entry>& entries, const Relaxation& relaxed, std::uint64_t budget)
      : relaxed_(relaxed),
        left_(static_cast<std::int64_t>(budget - relaxed.bytes)),
        floor_(relaxed.bound - relaxed.cost) {
    long double scale = std::fabs(relaxed.cost);
    for (std::size_t e = 0; e < entries.size(); ++e) free_entry(entries[e], e, scale);
    rounding_ = 1e-17L * scale;
    std::stable_sort(order_.begin(), order_.end(),
                     [](const Freed& a, const Freed& b) { return std::min(a.up, a.down) < std::min(b.up, b.down); });
    up_.assign(order_.size() + 1, inf), down_.assign(order_.size() + 1, inf);
    for (std::size_t k = order_.size(); k-- > 0;)
      up_[k] = std::min(up_[k + 1], order_[k].up), down_[k] = std::min(down_[k + 1], order_[k].down);
  }

  Result<Found> run(std::chrono::steady_clock::time_point deadline, JobContext& job) {
    states_.push_back({});
    bool closed = true;
    for (std::size_t k = 0; k < order_.size() && !states_.empty() && best_cost_ > floor_; ++k) {
      if (job.stopped()) return cancelled("plan");
      closed = std::chrono::steady_clock::now() < deadline && states_.size() <= max_states;
      if (!closed) break;
      step(k);
    }
    Found found{relaxed_.chosen, closed};
    for (auto n = best_node_; n != no_node; n = nodes_[n].parent) {
      const auto& freed = order_[nodes_[n].freed];
      found.chosen[freed.entry] = freed.moves[nodes_[n].move].option;
    }
    return found;
  }

 private:
  void free_entry(const Entry& entry, std::size_t index, long double& scale) {
    Freed freed{index, {}};
    const auto& start = entry.options[relaxed_.chosen[index]];
    for (std::size_t k = 0; k < entry.options.size(); ++k) {
      if (k == relaxed_.chosen[index]) continue;
      const auto& o = entry.options[k];
      Move m{k, static_cast<std::int64_t>(o.bytes) - static_cast<std::int64_t>(start.bytes),
             static_cast<long double>(o.cost) - start.cost, 0};
      m.reduced = std::max(0.0L, m.cost + static_cast<long double>(relaxed_.price) * static_cast<long double>(m.bytes));
      auto& side = m.bytes > 0 ? freed.up : freed.down;
      side = std::min(side, m.reduced / std::fabs(static_cast<long double>(m.bytes)));
      scale = std::max(scale, std::fabs(m.cost));
      freed.moves.push_back(m);
    }
    if (!freed.moves.empty()) order_.push_back(std::move(freed));
  }

  /// No completion of the state by entries from `next` on is cheaper: spare bytes buy at most the price less the best
  /// loss of growing, missing bytes cost at least the price plus the best loss of shrinking.
  long double bound(std::int64_t bytes, long double cost, std::size_t next) const {
    const auto spare = static_cast<long double>(left_ - bytes);
    const auto price = static_cast<long double>(relaxed_.price);
    if (spare >= 0) return cost - std::max(0.0L, price - up_[next]) * spare;
    return cost - (price + down_[next]) * spare;
  }

  void extend(const Move* move, std::uint32_t index, std::size_t next, std::vector<State>& out) {
    for (const auto& s : states_) {
      const auto bytes = s.bytes + (move ? move->bytes : 0);
      const auto cost = s.cost + (move ? move->cost : 0);
      if (bound(bytes, cost, next) > best_cost_ + rounding_) continue;
      if (bytes <= left_) best_cost_ = std::min(best_cost_, cost);
      out.push_back({bytes, cost, s.node, index});
    }
  }

  /// Frees entry k: every state with every move, merged by bytes, without the dominated ones.
  void step(std::size_t k) {
    std::vector<State> all, one, both;
    extend(nullptr, no_node, k + 1, all);
    const auto less = [](const State& a, const State& b) {
      return a.bytes != b.bytes ? a.bytes < b.bytes : a.cost < b.cost;
    };
    for (std::uint32_t m = 0; m < order_[k].moves.size(); ++m) {
      if (order_[k].moves[m].reduced > best_cost_ - floor_ + rounding_) continue;
      one.clear(), both.clear();
      extend(&order_[k].moves[m], m, k + 1, one);
      both.reserve(all.size() + one.size());
      std::merge(all.begin(), all.end(), one.begin(), one.end(), std::back_inserter(both), less);
      all.swap(both);
    }
    states_.clear();
    for (const auto& s : all)
      if (states_.empty() || s.cost < states_.back().cost) keep(s, k);
    remember_best();
  }

  void keep(State s, std::size_t k) {
    if (s.move != no_node) {
      nodes_.push_back({s.node, static_cast<std::uint32_t>(k), s.move});
      s.node = static_cast<std::uint32_t>(nodes_.size() - 1), s.move = no_node;
    }
    states_.push_back(s);
  }

  /// Costs descend along the list, so the last state that fits is the best plan of the list.
  void remember_best() {
    auto after = std::partition_point(states_.begin(), states_.end(), [&](const State& s) { return s.bytes <= left_; });
    if (after == states_.begin()) return;
    const auto& s = *std::prev(after);
    if (s.cost > kept_cost_ || (s.cost == kept_cost_ && s.bytes >= kept_bytes_)) return;
    kept_cost_ = best_cost_ = s.cost, kept_bytes_ = s.bytes, best_node_ = s.node;
  }

  const Relaxation& relaxed_;
  std::int64_t left_;  ///< bytes that the start leaves unused
  long double floor_;  ///< the relaxation's bound against the start: ≤ 0
  long double rounding_ = 0;
  std::vector<Freed> order_;
  std::vector<long double> up_, down_;  ///< least over order_[k …]
  std::vector<State> states_;
  std::vector<Node> nodes_;
  long double best_cost_ = 0, kept_cost_ = 0;
  std::int64_t kept_bytes_ = 0;
  std::uint32_t best_node_ = no_node;
};

}  // namespace

Result<Found> search(const std::vector<Entry>& entries, const Relaxation& relaxed, std::uint64_t budget,
                     std::chrono::steady_clock::time_point deadline, JobContext& job) {
  if (relaxed.bound >= relaxed.cost) return Found{relaxed.chosen, true};
  return Search(entries, relaxed, budget).run(deadline, job);
}

}  // namespace quant::plan
