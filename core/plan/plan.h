#pragma once
// Bit allocation: the problem, the exact solver, bound and gap, pins and groups, Pareto.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/jobs/job.h"
#include "core/sensitivity/cost_model.h"
#include "core/sensitivity/metric.h"

namespace quant {

/// One way to store one tensor.
struct Choice {
  std::string scheme;
  std::uint64_t bytes = 0;
  double cost = 0;
};

/// One tensor of the model. Without candidates (norms, biases): one choice `none` with its stored bytes and cost 0.
struct Item {
  std::string tensor;
  std::uint64_t elements = 0;
  std::vector<Choice> choices;   ///< in candidate order
  int group = -1;                ///< items of one group get one scheme; −1 = alone
  std::string pin;               ///< the pin's regex, or empty
  std::uint64_t free_bytes = 0;  ///< of a pinned item: the smallest it could be without the pin
};

struct Problem {
  std::vector<Item> items;
  std::vector<std::string> candidates;  ///< canonical, in the order given
  std::string metric;
  std::uint64_t elements() const;  ///< of all items
};

struct Pin {
  std::string regex, scheme;  ///< RE2, searching; canonical scheme
};

/// Builds the problem from a session: one item for each tensor of its source.
///
/// Candidates  none given = every scheme of the session. Pairs that were refused or never measured are left out of
///             their tensor's choices; a tensor that no plan may touch, or without any choice left, keeps its stored
///             bytes.
/// Pins        search; the last one that matches a tensor wins; the scheme need not be a candidate.
/// Groups      tensors that match one regex form a group; where it has capturing groups, those with equal captures do
///             (`layers\.(\d+)\.self_attn\.[qkv]_proj` = one group a layer). The first regex that matches wins.
///
/// Errors: usage (a bad regex), not_found (a candidate or pinned pair that was never measured: says the command; a
/// regex that matches no tensor), refused (a pinned pair that its scheme cannot take).
Result<Problem> make_problem(const Session& session, const CostModel& model, std::span<const std::string> candidates,
                             std::span<const Pin> pins, std::span<const std::string> groups);
Result<Problem> make_problem(const Session& session, const Metric& metric, std::span<const std::string> candidates,
                             std::span<const Pin> pins, std::span<const std::string> groups);

/// A size to stay within, and how it was typed.
struct Budget {
  std::uint64_t bytes = 0;
  std::string text;
};
/// "4.5bpw" (of `elements` weights, rounded down to bytes), "7GiB", "338MB", "1000B". Errors: usage.
Result<Budget> parse_budget(std::string_view text, std::uint64_t elements);

struct Why {
  std::string scheme;      ///< the neighbouring choice; empty = none
  std::int64_t bytes = 0;  ///< its bytes minus the chosen one's
  double cost = 0;         ///< its cost minus the chosen one's
  std::optional<double>
      flips_at_bpw;  ///< nearest budget at which the exact plan takes another choice in this direction
};

struct Assignment {
  std::string tensor, scheme;
  std::uint64_t bytes = 0, elements = 0;
  double cost = 0;
  bool pinned = false;
  int group = -1;
  Why up, down;
};

struct UniformPlan {
  std::string scheme;
  std::uint64_t bytes = 0;
  double bpw = 0, objective = 0;
  bool fits = false, complete = true;  ///< incomplete: some tensor refuses the scheme and takes its smallest choice
};

struct ParetoPoint {
  std::uint64_t bytes = 0;
  double bpw = 0, objective = 0;
};

struct Plan {
  std::vector<Assignment> assignments;                  ///< in item order
  double objective = 0, bound = 0, gap = 0, price = 0;  ///< price: cost per byte
  bool optimal = false;
  std::uint64_t bytes = 0, budget_bytes = 0;
  double bpw = 0, min_bpw = 0, max_bpw = 0;
  std::vector<UniformPlan> uniform;
  std::vector<ParetoPoint> pareto;
  std::string guard;  ///< a uniform scheme that is as good, or empty
  std::string metric;
  double seconds = 0;  ///< of solving
};

struct SolveOptions {
  double time_limit_s = 10;
  bool explain = true;  ///< why and flip budgets, uniform plans, Pareto (a slider may ask without)
};

/// The exact optimum, deterministic: lowest cost, then fewest bytes. Where the time limit stops the search, the best
/// plan so far with `optimal` false. Errors: infeasible (says the range and the pins), cancelled.
Result<Plan> solve(const Problem& problem, const Budget& budget, const SolveOptions& options, JobContext& job);

/// plan.json (versioned; schema in resources/schemas). Reading refuses unknown newer versions: unsupported.
std::string to_json(const Plan& plan, const std::string& source_path);
struct PlanFile {
  Plan plan;
  std::string source_path;
};
Result<PlanFile> read_plan(const std::string& text, const std::string& where);

}  // namespace quant
