// devices: where work can run, with its measured speed.
#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "app/cli/json.h"
#include "app/cli/run.h"
#include "app/cli/table.h"

namespace quant::cli {
namespace {

Result<void> run(Run& run) {
  Json devices = Json::array();
  Table table({"device", "kind", ">weights", "available", "name"});
  for (const auto& d : measured_devices(run.provider())) {
    const bool measured = d.weights_per_second > 0;
    devices.push_back({{"id", d.id},
                       {"name", d.name},
                       {"kind", d.kind},
                       {"weights_per_second", number(measured ? std::optional(d.weights_per_second) : std::nullopt)},
                       {"available", d.available},
                       {"why", d.why}});
    table.row({d.id, d.kind, per_second(d.weights_per_second), d.available ? "yes" : "no: " + d.why, d.name});
  }
  if (run.json()) return run.answer({{"devices", std::move(devices)}});
  return run.show(table.text() +
                  "\nMeasured on analyze rtn:bits=4,group=128; --device auto picks the fastest for large work (OpenCL "
                  "on this processor only when asked).\n");
}

}  // namespace

extern const Command devices_command;
constinit const Command devices_command{
    "devices", "List devices with their measured speed", "quantoscope-cli devices", {}, run};

}  // namespace quant::cli
