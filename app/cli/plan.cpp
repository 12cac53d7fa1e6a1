// plan: the exact bit allocation for a budget.
#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "app/cli/calibrated.h"
#include "app/cli/commands.h"
#include "app/cli/json.h"
#include "app/cli/run.h"
#include "app/cli/selection.h"
#include "app/cli/table.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/plan/plan.h"

namespace quant::cli {
namespace {

using Kind = Option::Kind;
constexpr Option options[] = {
    {Kind::operand, "S.qscope", "", "a session made by sensitivity", true},
    {Kind::value, "budget", "B", "4.5bpw, 7GiB, 500MB or 1000B", true},
    {Kind::value, "metric", "M",
     "what to minimise: mse, sqnr, imatrix, size, or a metric of the session's evidence (default mse)"},
    {Kind::repeated, "candidates", "S", "a scheme to choose from (repeatable; default: all of the session)"},
    {Kind::repeated, "pin", "REGEX=S",
     "the scheme of the tensors that the regex matches (repeatable; the first = ends the regex)"},
    {Kind::repeated, "group", "REGEX", "tensors that get one scheme, one group for each set of captures (repeatable)"},
    {Kind::value, "preset", "NAME", "a ready-made plan"},
    {Kind::value, "out", "plan.json", "the file to write"},
    calib_option,
    imatrix_option,
};

Result<std::vector<Pin>> chosen_pins(const Arguments& args) {
  std::vector<Pin> pins;
  for (const auto& text : args.all("pin")) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      return failure(ErrorCode::usage, "read pin", printable(text), "is no REGEX=SCHEME", "as in --pin lm_head=q8_0");
    QUANT_TRY(scheme, parse_scheme(std::string_view(text).substr(equals + 1), args));
    pins.push_back({text.substr(0, equals), scheme.text()});
  }
  return pins;
}

/// Measures pinned pairs that the session lacks, from the source that it remembers.
Result<void> measure_pins(Session& session, std::span<const Pin> pins, Run& run) {
  const auto stored = session.source();
  if (pins.empty() || !stored) return {};
  auto source = open_source(stored->path);
  if (!source) return {};  // make_problem says which command measures what is missing
  for (const auto& pin : pins) {
    QUANT_TRY(matched, match_tensors(**source, pin.regex));
    std::erase_if(matched, [&](std::size_t i) {
      const auto& tensor = (*source)->tensors()[i];
      return !is_candidate(tensor) || session.has(tensor.name, pin.scheme);
    });
    if (matched.empty()) continue;
    QUANT_TRY(scheme, Scheme::parse(pin.scheme));
    QUANT_CHECK(use_calibration(run, **source, matched));
    const auto weights = elements_of(**source, matched);
    run.begin("measure pinned tensors", weights);
    QUANT_TRY(did, run.on_device(weights, [&](const Devices& devices) {
      return measure_sensitivity(**source, session, std::span(&scheme, 1), matched, devices, run.job());
    }));
    if (!did.warning.empty()) run.device_failed(did.warning);
    run.note(fmt::format("measured {} pinned pairs of {}", did.measured, pin.scheme));
  }
  return {};
}

std::string plan_text(const Plan& plan, std::uint64_t elements) {
  std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> by_scheme;  // tensors, bytes
  for (const auto& a : plan.assignments) {
    auto& [tensors, bytes] = by_scheme[a.scheme];
    ++tensors;
    bytes += a.bytes;
  }
  std::string text = fmt::format(
      "{} of {} allowed, {} bits per weight over {} weights\n"
      "objective {} ({}), bound {}, gap {:.3g} %{}, solved in {:.1f} ms\n"
      "feasible from {} to {} bits per weight\n\n",
      si_bytes(plan.bytes), si_bytes(plan.budget_bytes), fixed(plan.bpw, 4), grouped(elements), figure(plan.objective),
      plan.metric, figure(plan.bound), 100 * plan.gap, plan.optimal ? ", optimal" : ", stopped at the time limit",
      1000 * plan.seconds, fixed(plan.min_bpw, 3), fixed(plan.max_bpw, 3));
  Table mix({"chosen", ">tensors", ">bytes"});
  for (const auto& [scheme, n] : by_scheme) mix.row({scheme, grouped(n.first), grouped(n.second)});
  Table uniform({"one scheme for all", ">bytes", ">bits/weight", ">objective", "fits"});
  for (const auto& u : plan.uniform)
    uniform.row({u.scheme, grouped(u.bytes), fixed(u.bpw, 3), figure(u.objective), u.fits ? "yes" : "no"});
  Table each({"tensor", "scheme", ">bytes", ">cost", "why not one up", "why not one down"});
  const auto why = [](const Why& w) {
    return w.scheme.empty() ? std::string("–") : fmt::format("{}: {:+} bytes, {:+.3g} cost", w.scheme, w.bytes, w.cost);
  };
  for (const auto& a : plan.assignments)
    each.row({printable(a.tensor), a.scheme + (a.pinned ? " (pinned)" : ""), grouped(a.bytes), figure(a.cost),
              why(a.up), why(a.down)});
  text += each.text() + "\n" + mix.text() + "\n" + uniform.text();
  if (!plan.guard.empty()) text += fmt::format("\n{} for all tensors is as good and simpler.\n", plan.guard);
  return text;
}

Result<void> run(Run& run) {
  if (run.args().has("preset"))
    return failure(ErrorCode::unsupported, "plan", "--preset", "this version has no presets",
                   "give --budget, and --pin REGEX=SCHEME for what must stay");
  QUANT_TRY(schemes, chosen_schemes(run.args(), "candidates"));
  QUANT_TRY(pins, chosen_pins(run.args()));
  QUANT_TRY(session, Session::open(run.args().text("S.qscope")));
  std::vector<std::string> candidates;
  for (const auto& s : schemes) candidates.push_back(s.text());
  QUANT_CHECK(measure_pins(*session, pins, run));
  QUANT_TRY(model, cost_model(*session, run.args().text("metric", "mse")));
  QUANT_TRY(problem, make_problem(*session, model, candidates, pins, run.args().all("group")));
  QUANT_TRY(budget, parse_budget(run.args().text("budget"), problem.elements()));
  run.begin("plan", 0);
  QUANT_TRY(plan, solve(problem, budget, SolveOptions{}, run.job()));
  const auto source = session->source();
  const auto text = to_json(plan, source ? source->path : "");
  if (run.args().has("out")) QUANT_CHECK(write_file(run.args().text("out"), std::string_view(text)));
  // The report and the window show the latest plan. A session on a read-only disk still plans.
  if (const auto kept = session->store_text("plan", "current", text); !kept) run.note(one_line(kept.error()));
  return run.json() ? run.answer(Json::parse(text)) : run.show(plan_text(plan, problem.elements()));
}

}  // namespace

extern const Command plan_command;
constinit const Command plan_command{
    "plan", "The exact bit allocation for a budget, with bound and gap",
    "quantoscope-cli plan model.qscope --budget 4.5bpw --pin lm_head=q8_0 --out plan.json", options, run};

}  // namespace quant::cli
