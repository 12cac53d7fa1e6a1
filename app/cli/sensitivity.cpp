// sensitivity: the map of a model, measured once and kept in a session.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "app/cli/calibrated.h"
#include "app/cli/commands.h"
#include "app/cli/json.h"
#include "app/cli/run.h"
#include "app/cli/selection.h"
#include "app/cli/table.h"
#include "core/base/text.h"
#include "core/sensitivity/evidence.h"
#include "core/sensitivity/metric.h"
#include "core/session/session_for.h"

namespace quant::cli {
namespace {

using Kind = Option::Kind;
constexpr Option options[] = {
    {Kind::operand, "MODEL", "", "a checkpoint, or a model's folder", true},
    {Kind::repeated, "scheme", "S", "a candidate (repeatable)", true},
    {Kind::repeated, "metric", "M", "mse, sqnr, imatrix or size (repeatable; default mse)"},
    {Kind::value, "tensor", "REGEX", "the tensors whose names it matches (default: linear weights and embeddings)"},
    {Kind::value, "out", "S.qscope", "the session; where it exists only what is missing is measured", true},
    {Kind::value, "tokens", "IDS.npy", "tokens for metrics that run the model"},
    calib_option,
    imatrix_option,
    {Kind::repeated, "evidence", "F",
     "measurements of another tool: importance matrix, exllamav2, mlx-lm, GGUF-Tool-Suite, CSV (repeatable)"},
};

Result<void> refuse_later_options(const Run& run) {
  if (!run.args().has("tokens")) return {};
  return failure(ErrorCode::unsupported, "sensitivity", "--tokens", "this version does not read it",
                 "leave it out; the metrics mse, sqnr, imatrix and size do not run the model");
}

Result<std::vector<const Metric*>> chosen_metrics(const Run& run) {
  std::vector<const Metric*> metrics;
  for (const auto& id : run.args().all("metric")) {
    QUANT_TRY(metric, metric_named(id));
    if (std::find(metrics.begin(), metrics.end(), metric) == metrics.end()) metrics.push_back(metric);
  }
  if (metrics.empty()) {
    QUANT_TRY(metric, metric_named("mse"));
    metrics.push_back(metric);
  }
  return metrics;
}

/// Weights still to be measured, over all missing pairs.
std::uint64_t missing_weights(const Source& source, const Session& session, std::span<const Scheme> schemes,
                              std::span<const std::size_t> tensors) {
  std::uint64_t weights = 0;
  for (const auto t : tensors)
    for (const auto& s : schemes)
      if (!session.has(source.tensors()[t].name, s.text())) weights += source.tensors()[t].elements();
  return weights;
}

/// What --evidence brings: rows for the session, names that are no tensor.
struct Imported {
  std::vector<Measurement> rows;
  std::vector<std::string> unmatched;
};

Result<Imported> import_evidence(Run& run, const Source& source) {
  Imported all;
  for (const auto& path : run.args().all("evidence")) {
    QUANT_TRY(found, read_evidence(path, source.tensors()));
    if (!found.unmatched.empty())
      run.warn(
          fmt::format("{}: {} no tensor of {}: {}{}", printable(path),
                      found.unmatched.size() == 1 ? "1 name is" : fmt::format("{} names are", found.unmatched.size()),
                      printable(source.path().string()), printable(found.unmatched.front()),
                      found.unmatched.size() > 1 ? ", …" : ""));
    run.note(fmt::format("{}: {}, {} rows", printable(path), found.kind, found.rows.size()));
    all.rows.insert(all.rows.end(), found.rows.begin(), found.rows.end());
    all.unmatched.insert(all.unmatched.end(), found.unmatched.begin(), found.unmatched.end());
  }
  return all;
}

/// A window that opens the session goes on with the same calibration.
Result<void> remember_calibration(const Arguments& args, Session& session) {
  for (const auto* option : {"imatrix", "calib"}) {
    if (!args.has(option)) continue;
    std::error_code error;
    const auto path = std::filesystem::absolute(args.text(option), error);
    return session.store_text("view", "calibration", (error ? args.text(option) : path.string()));
  }
  return {};
}

/// The rows of what was asked for, and evidence.
Result<std::vector<Measurement>> asked_rows(const Session& session, std::span<const Metric* const> metrics,
                                            std::span<const Scheme> schemes, const Source& source,
                                            std::span<const std::size_t> tensors) {
  std::set<std::string> scheme_set, tensor_set;
  for (const auto& s : schemes) scheme_set.insert(s.text());
  for (const auto t : tensors) tensor_set.insert(source.tensors()[t].name);
  QUANT_TRY(rows, measurements(session, metrics));
  std::erase_if(rows, [&](const Measurement& m) {
    return m.source.empty() && (!scheme_set.contains(m.scheme) || !tensor_set.contains(m.tensor));
  });
  return rows;
}

Json rows_json(std::span<const Measurement> rows) {
  Json list = Json::array();
  for (const auto& m : rows) {
    Json row = {{"tensor", m.tensor}, {"scheme", m.scheme}, {"metric", m.metric}, {"value", number(m.value)}};
    if (!m.source.empty()) row["source"] = m.source;
    list.push_back(std::move(row));
  }
  return list;
}

/// Evidence of every file, a line a figure.
std::string evidence_text(std::span<const Measurement> rows) {
  Table table({"evidence", "tensor", "scheme", "metric", ">value"});
  for (const auto& m : rows)
    if (!m.source.empty())
      table.row({printable(std::filesystem::path(m.source).filename().string()), printable(m.tensor),
                 printable(m.scheme), printable(m.metric), figure(m.value)});
  return table.empty() ? std::string() : table.text() + "\n";
}

Json correlations_json(std::span<const RankCorrelation> pairs) {
  Json json = Json::object();
  for (const auto& p : pairs) json[p.a + "/" + p.b][p.scheme] = {{"spearman", number(p.spearman)}, {"n", p.n}};
  return json;
}

/// One table a metric: tensors down, schemes across. Evidence has rows of its own below.
std::string text_of(std::span<const Measurement> rows, std::span<const Metric* const> metrics,
                    std::span<const RankCorrelation> pairs) {
  std::string text;
  for (const auto* metric : metrics) {
    std::vector<std::string> schemes, tensors;
    std::map<std::pair<std::string, std::string>, std::optional<double>> cells;
    for (const auto& m : rows) {
      if (m.metric != metric->id || !m.source.empty()) continue;
      for (auto [list, name] : {std::pair{&schemes, &m.scheme}, std::pair{&tensors, &m.tensor}})
        if (std::find(list->begin(), list->end(), *name) == list->end()) list->push_back(*name);
      cells[{m.tensor, m.scheme}] = m.value;
    }
    std::vector<std::string> headings = {fmt::format("{}", metric->title)};
    for (const auto& s : schemes) headings.push_back(">" + s);
    Table table(std::move(headings));
    for (const auto& t : tensors) {
      std::vector<std::string> cell = {printable(t)};
      for (const auto& s : schemes) cell.push_back(cells.contains({t, s}) ? figure(cells[{t, s}]) : "refused");
      table.row(std::move(cell));
    }
    text += table.text() + "\n";
  }
  Table ranks({"rank correlation", "scheme", ">Spearman", ">tensors"});
  for (const auto& p : pairs) ranks.row({p.a + " / " + p.b, p.scheme, fixed(p.spearman, 3), grouped(p.n)});
  return text + evidence_text(rows) + (ranks.empty() ? "" : ranks.text() + "\n");
}

Result<void> nothing_measured(const Session& session, std::span<const Scheme> schemes) {
  QUANT_TRY(stored, session.analyses());
  for (const auto& a : stored)
    if (!a.refused.empty() && a.scheme == schemes.front().text())
      return failure(ErrorCode::refused, "sensitivity", printable(a.tensor), a.scheme + ": " + a.refused,
                     "choose other schemes");
  return failure(ErrorCode::refused, "sensitivity", schemes.front().text(), "no tensor could be measured",
                 "choose other schemes");
}

Result<void> print(Run& run, const Session& session, const SensitivityRun& did, std::span<const Metric* const> metrics,
                   std::span<const Measurement> rows, const std::vector<std::string>& unmatched) {
  const auto pairs = rank_correlations(rows);
  if (run.json()) {
    Json floor = Json::object();  // these metrics are exact: they come from all weights, without sampling
    for (const auto* m : metrics) floor[std::string(m->id)] = 0.0;
    return run.answer({{"session", session.file().string()},
                       {"measured", did.measured},
                       {"reused", did.reused},
                       {"refused", did.refused},
                       {"rank_correlation", correlations_json(pairs)},
                       {"noise_floor", std::move(floor)},
                       {"unmatched", unmatched},
                       {"rows", rows_json(rows)}});
  }
  return run.show(fmt::format("{}{} pairs measured, {} reused, {} refused; kept in {}\n", text_of(rows, metrics, pairs),
                              did.measured, did.reused, did.refused, printable(session.file().string())));
}

Result<void> run(Run& run) {
  QUANT_CHECK(refuse_later_options(run));
  QUANT_TRY(schemes, chosen_schemes(run.args()));
  QUANT_TRY(metrics, chosen_metrics(run));
  QUANT_TRY(source, open_source(run.args().text("MODEL")));
  QUANT_TRY(tensors, chosen_tensors(*source, run.args()));
  QUANT_CHECK(use_calibration(run, *source, tensors));
  QUANT_TRY(imported, import_evidence(run, *source));
  QUANT_TRY(opened, session_for(run.args().text("out"), *source));
  const auto& session = opened.session;
  if (!opened.set_aside.empty())
    run.warn(fmt::format("{} held measurements of another model; they are in {} now", printable(run.args().text("out")),
                         printable(opened.set_aside.string())));
  QUANT_CHECK(session->store_evidence(imported.rows));
  QUANT_CHECK(remember_calibration(run.args(), *session));
  const auto weights = missing_weights(*source, *session, schemes, tensors);
  run.begin("sensitivity", weights);
  QUANT_TRY(did, run.on_device(weights, [&](const Devices& devices) {
    return measure_sensitivity(*source, *session, schemes, tensors, devices, run.job());
  }));
  if (!did.warning.empty()) run.device_failed(did.warning);
  QUANT_TRY(rows, asked_rows(*session, metrics, schemes, *source, tensors));
  const bool any = std::any_of(rows.begin(), rows.end(), [](const Measurement& m) { return m.source.empty(); });
  if (!any) return nothing_measured(*session, schemes);
  return print(run, *session, did, metrics, rows, imported.unmatched);
}

}  // namespace

extern const Command sensitivity_command;
constinit const Command sensitivity_command{
    "sensitivity", "Measure every tensor under candidate schemes, into a session; resumable",
    "quantoscope-cli sensitivity model.safetensors --scheme rtn:bits=4,group=128 --scheme q8_0 --out model.qscope",
    options, run};

}  // namespace quant::cli
