#pragma once
// Bit allocation: the problem, the exact solver, bound and gap, pins and groups, Pareto (methods.md 10.2).

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/jobs/job.h"
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
  std::vector<Choice> choices;  ///< in candidate order
  int group = -1;               ///< items of one group get one scheme; −1 = alone
  std::string pin;              ///< the pin's regex, or empty
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

/// Builds the problem from a session. Pins may name schemes that are no candidates. Errors: usage, not_found (a pinned
/// pair that was never measured: says the command), refused.
Result<Problem> make_problem(const Session& session, const Metric& metric, std::span<const std::string> candidates,
                             std::span<const Pin> pins, std::span<const std::string> groups);

/// "4.5bpw", "7GiB", "338MB", "1000B". Errors: usage.
struct Budget {
  std::uint64_t bytes = 0;
  std::string text;
};
Result<Budget> parse_budget(std::string_view text, std::uint64_t elements);

struct Why {
  std::string scheme;           ///< the neighbouring choice; empty = none
  std::int64_t bytes = 0;       ///< its bytes minus the chosen one's
  double cost = 0;              ///< its cost minus the chosen one's
  std::optional<double> flips_at_bpw;  ///< nearest budget at which the exact plan takes another choice in this direction
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
  bool fits = false, complete = true;  ///< incomplete: some tensor refuses the scheme (it keeps its cheapest valid choice)
};

struct ParetoPoint {
  std::uint64_t bytes = 0;
  double bpw = 0, objective = 0;
};

struct Plan {
  std::vector<Assignment> assignments;  ///< in item order
  double objective = 0, bound = 0, gap = 0, price = 0;  ///< price: cost per byte
  bool optimal = false;
  std::uint64_t bytes = 0, budget_bytes = 0;
  double bpw = 0, min_bpw = 0, max_bpw = 0;
  std::vector<UniformPlan> uniform;
  std::vector<ParetoPoint> pareto;
  std::string guard;    ///< a uniform scheme that is as good, or empty
  std::string metric;
  double seconds = 0;   ///< of solving
};

struct SolveOptions {
  double time_limit_s = 10;
  bool explain = true;  ///< why and flip budgets, uniform plans, Pareto (a slider may ask without)
};

/// The exact optimum, deterministic. Errors: infeasible (says the range and the pins), cancelled.
Result<Plan> solve(const Problem& problem, const Budget& budget, const SolveOptions& options, JobContext& job);

/// plan.json (versioned; schema in resources/schemas). Reading refuses unknown newer versions: unsupported.
std::string to_json(const Plan& plan, const std::string& source_path);
struct PlanFile {
  Plan plan;
  std::string source_path;
};
Result<PlanFile> read_plan(const std::string& text, const std::string& where);

}  // namespace quant
