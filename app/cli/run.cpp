#include "app/cli/run.h"

#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "app/cli/json.h"
#include "app/cli/watcher.h"
#include "app/user/role_rules_file.h"

namespace quant::cli {
namespace {

int exit_code(ErrorCode code) {
  switch (code) {
    case ErrorCode::usage:
    case ErrorCode::bad_scheme:
    case ErrorCode::not_found: return 2;
    case ErrorCode::malformed:
    case ErrorCode::unsupported:
    case ErrorCode::unsafe:
    case ErrorCode::refused: return 3;
    case ErrorCode::infeasible: return 4;
    case ErrorCode::cancelled: return 130;
    case ErrorCode::io:
    case ErrorCode::no_memory:
    case ErrorCode::device:
    case ErrorCode::failed: return 1;
  }
  return 1;
}

Result<void> write_out(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0) return {};
  return failure(ErrorCode::io, "print the result", "stdout", "not all of it could be written",
                 "check the pipe or the disk behind it");
}

int fail(const Error& error, bool json) {
  const auto line = "error: " + one_line(error) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
  if (json) {
    const Json document = {{"error",
                            {{"code", word(error.code)},
                             {"message", error.what + ": " + error.why},
                             {"where", error.where},
                             {"hint", error.hint}}}};
    const auto written = write_out(dump(document));
    if (!written) return exit_code(written.error().code);
  }
  return exit_code(error.code);
}

/// Exceptions end here: whatever a library threw becomes one error line.
Result<void> guarded(const Command& command, Run& run) {
  const std::string what(command.name);
  try {
    return command.run(run);
  } catch (const std::bad_alloc&) {
    return failure(ErrorCode::no_memory, what, "memory", "the system gave no more",
                   "lower --memory or --threads, or choose fewer tensors with --tensor");
  } catch (const std::exception& e) {
    return failure(ErrorCode::failed, what, "inside the program", e.what(), "please report this with the command line");
  }
}

}  // namespace

Run::Run(Parsed parsed, const DeviceProvider& provider) : parsed_(std::move(parsed)), provider_(provider) {
  job_.stop = stop_.get_token();
}

Run::~Run() = default;

void Run::begin(std::string_view doing, std::uint64_t weights) {
  job_.done = 0;
  job_.total = weights;
  watcher_.reset();
  watcher_ = std::make_unique<Watcher>(std::string(doing), job_, stop_, globals().progress);
}

void Run::stop_watching() { watcher_.reset(); }

Result<Devices> Run::devices(std::uint64_t work_weights) {
  if (!device_) {
    QUANT_TRY(chosen, choose_device(globals().device, work_weights, provider_));
    note(chosen.backend->id() + ": " + chosen.why);
    device_ = std::move(chosen);
  }
  Devices devices = device_->devices(globals().threads, globals().memory);
  devices.calibration = calibration_.get();
  return devices;
}

bool Run::on_cpu() const {
  return !device_ || device_->backend->id() == "cpu" || device_->backend->id() == "reference";
}

bool Run::fall_back(const Error& error) {
  if (error.code != ErrorCode::device || on_cpu()) return false;
  device_failed(one_line(error) + "; went on with cpu");
  return true;
}

void Run::device_failed(const std::string& how) {
  if (on_cpu()) return;
  warn(fmt::format("{} failed: {}", device_->backend->id(), how));
  device_->why = device_->backend->id() + " failed in mid-work";
  device_->backend = make_native_backend();
}

void Run::warn(std::string text) {
  if (globals().progress != Progress::never) {
    const auto line = "warning: " + text;
    watcher_ ? watcher_->say(line) : static_cast<void>(std::fprintf(stderr, "%s\n", line.c_str()));
  }
  warnings_.push_back(std::move(text));
}

void Run::note(std::string_view text) {
  if (!globals().verbose || globals().progress == Progress::never) return;
  const std::string line(text);
  watcher_ ? watcher_->say(line) : static_cast<void>(std::fprintf(stderr, "%s\n", line.c_str()));
}

Result<void> Run::answer(Json document) {
  stop_watching();
  answered_ = true;
  if (device_ && !document.contains("device"))
    document["device"] = {{"id", device_->backend->id()}, {"why", device_->why}};
  if (!warnings_.empty()) document["warnings"] = warnings_;
  return write_out(dump(document));
}

Result<void> Run::show(std::string_view text) {
  stop_watching();
  if (globals().quiet) return {};
  std::string whole(text);
  if (globals().progress == Progress::never)  // stderr stays empty then
    for (const auto& w : warnings_) whole += "warning: " + w + "\n";
  return write_out(whole);
}

int run_program(std::span<const char* const> argv, const DeviceProvider& provider) {
  handle_interrupts();
  auto parsed = parse(argv, commands());
  if (!parsed) return fail(parsed.error(), asks_json(argv));
  bool json = parsed->globals.json;
  if (!parsed->show.empty()) {
    const auto shown = write_out(parsed->show);
    return shown ? 0 : fail(shown.error(), json);
  }
  Result<void> done;
  {
    const Command& command = *parsed->command;
    Run run(std::move(*parsed), provider);
    if (const auto error = user::load_role_rules()) run.warn(one_line(*error));
    done = guarded(command, run);
    json = json && !run.answered();
  }
  return done ? 0 : fail(done.error(), json);
}

}  // namespace quant::cli
