// verify: everything that a device runs, held against the reference.
#include "core/backend/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "app/cli/json.h"
#include "app/cli/run.h"
#include "app/cli/table.h"

namespace quant::cli {
namespace {

/// The device that --device names; with auto all that are there.
Result<std::vector<std::unique_ptr<Backend>>> devices_to_check(const Run& run) {
  std::vector<std::string> ids = {run.globals().device};
  if (ids.front() == "auto") {
    ids = {"reference", "cpu"};
    for (const auto& d : run.provider().list())
      if (d.available) ids.push_back(d.id);
  }
  std::vector<std::unique_ptr<Backend>> devices;
  for (const auto& id : ids) {
    QUANT_TRY(chosen, choose_device(id, 0, run.provider()));
    devices.push_back(std::move(chosen.backend));
  }
  return devices;
}

Result<void> run(Run& run) {
  QUANT_TRY(devices, devices_to_check(run));
  const auto reference = make_reference_backend();
  run.begin("verify", 0);
  Json checks = Json::array();
  Table table({"device", "check", "ok", ">largest ulp", ">largest relative", "first difference"});
  std::vector<std::string> wrong;
  for (const auto& device : devices) {
    for (const auto& c : verify(*device, *reference, run.job())) {
      if (!c.ok) wrong.push_back(fmt::format("{} {}: {}", device->id(), c.name, c.detail));
      checks.push_back({{"name", c.name},
                        {"device", device->id()},
                        {"ok", c.ok},
                        {"max_ulp", number(c.max_ulp)},
                        {"max_rel", number(c.max_rel)},
                        {"detail", c.detail}});
      table.row({device->id(), c.name, c.ok ? "yes" : "NO", figure(c.max_ulp), figure(c.max_rel), c.detail});
    }
    if (run.job().stopped()) return cancelled("verify");
  }
  const auto count = checks.size();
  QUANT_CHECK(run.json() ? run.answer({{"checks", std::move(checks)}}) : run.show(table.text()));
  if (wrong.empty()) return {};
  return failure(ErrorCode::failed, "verify", wrong.front(), fmt::format("{} of {} checks differ", wrong.size(), count),
                 "use --device cpu or reference, and report this with the output of devices");
}

}  // namespace

extern const Command verify_command;
constinit const Command verify_command{
    "verify", "Hold every kernel of a device against the reference", "quantoscope-cli verify --device opencl", {}, run};

}  // namespace quant::cli
