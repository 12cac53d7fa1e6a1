#pragma once
// What a command sees of its surroundings: its arguments, the device, progress and Ctrl-C, and the one way out.

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "app/cli/arguments.h"
#include "core/backend/chooser.h"
#include "core/jobs/job.h"
#include "core/tensor/calibration.h"

namespace quant::cli {

using Json = nlohmann::ordered_json;  // keys stand as written; include <nlohmann/json.hpp> in the .cpp

class Watcher;

/// One run of one command. Owned by the program; commands live on its stack.
class Run {
 public:
  Run(Parsed parsed, const DeviceProvider& provider);
  ~Run();
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  const Arguments& args() const { return parsed_.arguments; }
  const Globals& globals() const { return parsed_.globals; }
  bool json() const { return parsed_.globals.json; }
  const DeviceProvider& provider() const { return provider_; }

  JobContext& job() { return job_; }
  /// From here on progress is shown, and the first Ctrl-C stops the job instead of the program.
  void begin(std::string_view doing, std::uint64_t weights);

  /// The device as --device asks, chosen at the first call from the size of the work. Errors: of choose_device.
  Result<Devices> devices(std::uint64_t work_weights);
  /// What schemes and figures may know of the layers' inputs from here on: devices() hands it over.
  void use(Calibration calibration) { calibration_ = std::make_unique<const Calibration>(std::move(calibration)); }
  const Calibration* calibration() const { return calibration_.get(); }

  /// Why that device was picked; empty before.
  std::string device_why() const { return device_ ? device_->why : std::string(); }
  /// work(devices) → Result<T>. A device that fails in mid-work is reported once, and the work is done again on the
  /// CPU.
  template <class Work>
  std::invoke_result_t<Work, const Devices&> on_device(std::uint64_t work_weights, const Work& work) {
    auto asked = devices(work_weights);
    if (!asked) return tl::unexpected(std::move(asked).error());
    auto result = work(*asked);
    if (result || !fall_back(result.error())) return result;
    return work(*devices(work_weights));
  }

  /// The chosen device failed: says so once, and everything after runs on the CPU.
  void device_failed(const std::string& how);

  /// Goes to `warnings` of the document, and to stderr unless --progress never.
  void warn(std::string text);
  /// A line on stderr with -v.
  void note(std::string_view text);

  /// The result with --json: adds `device` (where it has none) and `warnings`, and prints it as the one document.
  Result<void> answer(Json document);
  /// The result for people; nothing with -q.
  Result<void> show(std::string_view text);
  /// Whether the one document is out: a failure after it has its line on stderr alone.
  bool answered() const { return answered_; }

 private:
  bool fall_back(const Error& error);
  bool on_cpu() const;
  void stop_watching();

  Parsed parsed_;
  const DeviceProvider& provider_;
  std::optional<ChosenDevice> device_;
  std::unique_ptr<const Calibration> calibration_;
  std::vector<std::string> warnings_;
  std::stop_source stop_;
  JobContext job_;
  std::unique_ptr<Watcher> watcher_;
  bool answered_ = false;
};

/// Runs the command line of a process: parses, runs, prints; returns the exit code.
int run_program(std::span<const char* const> argv, const DeviceProvider& provider);

}  // namespace quant::cli
