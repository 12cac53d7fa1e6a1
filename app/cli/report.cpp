// report: one self-contained page of a session.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "app/cli/run.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/report/report.h"

namespace quant::cli {
namespace {

using Kind = Option::Kind;
constexpr Option options[] = {
    {Kind::operand, "S.qscope", "", "a session made by sensitivity", true},
    {Kind::value, "plan", "plan.json", "the plan to show (default: the session's latest)"},
    {Kind::value, "out", "report.html", "the file to write", true},
};

/// The plan that --plan names, or the latest of the session; nothing where there is none.
Result<std::optional<Plan>> plan_to_show(const Session& session, const Arguments& args) {
  if (args.has("plan")) {
    const auto path = args.text("plan");
    QUANT_TRY(text, read_text(path));
    QUANT_TRY(file, read_plan(text, printable(path)));
    return std::move(file.plan);
  }
  QUANT_TRY(text, session.text("plan", "current"));
  if (!text) return std::nullopt;
  QUANT_TRY(file, read_plan(*text, printable(session.file().string())));
  return std::move(file.plan);
}

Result<void> run(Run& run) {
  QUANT_TRY(session, Session::open(run.args().text("S.qscope")));
  QUANT_TRY(plan, plan_to_show(*session, run.args()));
  QUANT_TRY(page, html_report(*session, plan ? &*plan : nullptr));
  const auto out = run.args().text("out");
  QUANT_CHECK(write_file(out, std::string_view(page)));
  if (run.json()) return run.answer({{"file", out}, {"bytes", page.size()}, {"plan", plan.has_value()}});
  return run.show(fmt::format("written: {} ({})\n", printable(out), si_bytes(page.size())));
}

}  // namespace

extern const Command report_command;
constinit const Command report_command{"report", "Write one self-contained HTML page with charts",
                                       "quantoscope-cli report model.qscope --out report.html", options, run};

}  // namespace quant::cli
