// export: a plan as files of a toolchain.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "app/cli/run.h"
#include "app/cli/table.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/exporters/exporter.h"

namespace quant::cli {
namespace {

using Kind = Option::Kind;
constexpr Option options[] = {
    {Kind::operand, "PLAN", "", "a plan.json made by plan", false},
    {Kind::value, "target", "T", "the toolchain; export --list names them"},
    {Kind::value, "out", "PATH", "a folder, made if missing; with an ending it is the main file"},
    {Kind::value, "weights", "FILE", "the checkpoint, for targets that need shapes"},
    {Kind::flag, "list", "", "list the targets"},
};

Result<void> list_targets(Run& run) {
  Json targets = Json::array();
  Table table({"target", "writes", "for"});
  for (const auto* e : exporters()) {
    targets.push_back({{"id", e->id}, {"title", e->title}, {"writes", e->writes}});
    table.row({std::string(e->id), std::string(e->writes), std::string(e->title)});
  }
  return run.json() ? run.answer({{"targets", std::move(targets)}}) : run.show(table.text());
}

Result<void> check_given(const Arguments& args) {
  const std::pair<const char*, const char*> needed[] = {
      {"PLAN", "PLAN"}, {"target", "--target T"}, {"out", "--out PATH"}};
  for (const auto& [name, shown] : needed)
    if (!args.has(name))
      return failure(ErrorCode::usage, "read arguments", "export", fmt::format("{} is missing", shown),
                     "as in export plan.json --target llama-cpp --out folder; export --list names the targets");
  return {};
}

Json export_json(const Export& made, const std::vector<std::filesystem::path>& paths) {
  Json files = Json::array(), lossy = Json::array(), refused = Json::array();
  for (const auto& p : paths) files.push_back(p.string());
  for (const auto& l : made.lossy)
    lossy.push_back({{"tensor", l.tensor}, {"scheme", l.scheme}, {"as", l.as}, {"why", l.why}});
  for (const auto& r : made.refused) refused.push_back({{"tensor", r.tensor}, {"scheme", r.scheme}, {"why", r.why}});
  return {{"target", made.target},
          {"files", std::move(files)},
          {"lossy", std::move(lossy)},
          {"refused", std::move(refused)},
          {"command", made.command}};
}

std::string export_text(const Export& made, const std::vector<std::filesystem::path>& paths) {
  std::string text;
  for (const auto& p : paths) text += fmt::format("written: {}\n", printable(p.string()));
  Table table({"tensor", "planned", "becomes", "why"});
  for (const auto& l : made.lossy) table.row({printable(l.tensor), l.scheme, l.as, l.why});
  for (const auto& r : made.refused) table.row({printable(r.tensor), r.scheme, "left out", r.why});
  if (!table.empty()) text += fmt::format("\nWhat {} cannot express:\n{}", made.target, table.text());
  if (!made.command.empty()) text += fmt::format("\nRun:\n  {}\n", made.command);
  return text;
}

Result<void> run(Run& run) {
  if (run.args().has("list")) return list_targets(run);
  QUANT_CHECK(check_given(run.args()));
  QUANT_TRY(exporter, exporter_named(run.args().text("target")));
  const auto path = run.args().text("PLAN");
  QUANT_TRY(text, read_text(path));
  QUANT_TRY(file, read_plan(text, printable(path)));
  std::unique_ptr<Source> weights;
  if (run.args().has("weights")) {
    QUANT_TRY(opened, open_source(run.args().text("weights")));
    weights = std::move(opened);
  }
  QUANT_TRY(made, exporter->make(file.plan, weights.get()));
  QUANT_TRY(paths, write_export(made, run.args().text("out")));
  for (const auto& w : made.warnings) run.warn(w);
  return run.json() ? run.answer(export_json(made, paths)) : run.show(export_text(made, paths));
}

}  // namespace

extern const Command export_command;
constinit const Command export_command{"export", "Write a plan as the files of a toolchain, naming what is lost",
                                       "quantoscope-cli export plan.json --target llama-cpp --out recipe", options,
                                       run};

}  // namespace quant::cli
