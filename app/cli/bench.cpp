// bench: named measurements; without a name every method on every device.
#include "core/backend/bench/bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "app/cli/json.h"
#include "app/cli/run.h"
#include "app/cli/table.h"
#include "core/base/text.h"

namespace quant::cli {
namespace {

using Kind = Option::Kind;
constexpr Option options[] = {
    {Kind::operand, "NAME", "", "a bench of bench --list; without it every method on every device", false},
    {Kind::value, "size", "N", "N × N float32 weights in memory (default 2048; 1024 without a name)"},
    {Kind::value, "repeat", "R", "timed repetitions (default 5; 3 without a name)"},
    {Kind::flag, "list", "", "list the benches"},
};

Result<void> list_benches(Run& run) {
  Json list = Json::array();
  Table table({"bench", "what it measures"});
  for (const auto& b : benches()) {
    list.push_back({{"id", b.id}, {"title", b.title}});
    table.row({b.id, b.title});
  }
  return run.json() ? run.answer({{"benches", std::move(list)}}) : run.show(table.text());
}

Result<std::uint64_t> count_of(const Arguments& args, std::string_view name, std::uint64_t fallback) {
  if (!args.has(name)) return fallback;
  const auto n = parse_int(args.text(name));
  if (n && *n > 0 && *n <= 1'000'000) return static_cast<std::uint64_t>(*n);
  return failure(ErrorCode::usage, "read arguments", fmt::format("--{}", name),
                 fmt::format("\"{}\" is no whole number from 1 to 1000000", printable(args.text(name))),
                 fmt::format("as in --{} {}", name, fallback));
}

Json result_json(const BenchResult& r) {
  Json json = {{"bench", r.bench}, {"scheme", r.scheme},   {"weights", r.weights},
               {"bytes", r.bytes}, {"threads", r.threads}, {"seconds", r.seconds}};
  for (const auto& [name, value] : r.extras) json[name] = number(value);
  return json;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

std::string extra_text(const std::pair<std::string, double>& extra) {
  const auto& [name, value] = extra;
  if (name == "read_bandwidth") return fmt::format("{}: {}/s", name, si_bytes(static_cast<std::uint64_t>(value)));
  if (name.ends_with("_share")) return fmt::format("{}: {:.1f} %", name, 100 * value);
  if (name.starts_with("times_")) return fmt::format("{}: {:.2f}", name, value);
  return fmt::format("{}: {}", name, per_second(value));
}

Result<void> run_one(Run& run) {
  QUANT_TRY(size, count_of(run.args(), "size", 2048));
  QUANT_TRY(repeat, count_of(run.args(), "repeat", 5));
  run.begin("bench", 0);
  QUANT_TRY(devices, run.devices(size * size));
  QUANT_TRY(r, run_bench(run.args().text("NAME"), size, static_cast<int>(repeat), devices, run.job()));
  if (run.json()) {
    auto json = result_json(r);
    json["device"] = {{"id", r.device}, {"why", run.device_why()}};
    return run.answer(std::move(json));
  }
  auto text = fmt::format("{}  {}  {} weights on {}, {} threads: {:.2f} ms (median of {})\n", r.bench, r.scheme,
                          grouped(r.weights), r.device, r.threads, 1000 * median(r.seconds), r.seconds.size());
  for (const auto& extra : r.extras) text += "  " + extra_text(extra) + "\n";
  return run.show(text);
}

/// Every device that is there, or the one that --device names.
std::vector<std::string> device_ids(const Run& run) {
  if (run.globals().device != "auto") return {run.globals().device};
  std::vector<std::string> ids = {"cpu", "reference"};
  for (const auto& d : run.provider().list())
    if (d.available) ids.push_back(d.id);
  return ids;
}

Result<void> run_all(Run& run) {
  QUANT_TRY(size, count_of(run.args(), "size", 1024));
  QUANT_TRY(repeat, count_of(run.args(), "repeat", 3));
  run.begin("bench", 0);
  Json list = Json::array();
  Table table({"bench", "asked", "ran on", ">weights", ">bytes"});
  for (const auto& id : device_ids(run)) {
    QUANT_TRY(chosen, choose_device(id, 0, run.provider()));
    const auto devices = chosen.devices(run.globals().threads, run.globals().memory);
    for (const auto& bench : benches()) {
      QUANT_TRY(r, run_bench(bench.id, size, static_cast<int>(repeat), devices, run.job()));
      const double seconds = std::max(median(r.seconds), 1e-9);
      table.row({r.bench, id, r.device, per_second(static_cast<double>(r.weights) / seconds),
                 si_bytes(static_cast<std::uint64_t>(static_cast<double>(r.bytes) / seconds)) + "/s"});
      list.push_back(result_json(r));
      list.back()["device"] = {{"id", r.device}, {"why", "asked for " + id}};
    }
  }
  return run.json() ? run.answer({{"results", std::move(list)}}) : run.show(table.text());
}

Result<void> run(Run& run) {
  if (run.args().has("list")) return list_benches(run);
  return run.args().has("NAME") ? run_one(run) : run_all(run);
}

}  // namespace

extern const Command bench_command;
constinit const Command bench_command{"bench", "Measure speed: a named bench, or every method on every device",
                                      "quantoscope-cli bench analyze-rtn4-g128 --size 4096", options, run};

}  // namespace quant::cli
