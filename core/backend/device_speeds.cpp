#include "core/backend/device_speeds.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/backend/bench/bench_weights.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/base/threads.h"
#include "core/base/version.h"

namespace quant {

namespace {

using nlohmann::json;

std::filesystem::path cache_path() { return cache_folder() / "devices.json"; }

/// Speeds hold for one machine and one version of our code.
std::string machine() {
  return cpu_model() + ", " + std::to_string(hardware_threads()) + " threads, version " + std::string(version);
}

std::string key(const DeviceEntry& device) { return device.id + "|" + device.name; }

}  // namespace

DeviceSpeeds DeviceSpeeds::load() {
  DeviceSpeeds speeds;
  const auto text = read_text(cache_path(), std::uint64_t{1} << 20);
  if (!text) return speeds;
  const json doc = json::parse(*text, nullptr, false);
  if (!doc.is_object() || doc.value("machine", json()) != machine() || !doc.contains("devices")) return speeds;
  for (const auto& [name, speed] : doc["devices"].items()) {
    if (speed.is_number() && speed.get<double>() > 0) speeds.speeds_[name] = speed.get<double>();
  }
  return speeds;
}

void DeviceSpeeds::save() const {
  json doc = {{"machine", machine()}, {"devices", json::object()}};
  for (const auto& [name, speed] : speeds_) doc["devices"][name] = speed;
  // A cache that cannot be written only costs the next measurement.
  static_cast<void>(write_file(cache_path(), doc.dump(2, ' ', false, json::error_handler_t::replace) + "\n"));
}

double DeviceSpeeds::find(const DeviceEntry& device) const {
  const auto found = speeds_.find(key(device));
  return found == speeds_.end() ? 0 : found->second;
}

void DeviceSpeeds::set(const DeviceEntry& device, double weights_per_second) {
  speeds_[key(device)] = weights_per_second;
}

std::string cpu_model() {
  std::ifstream cpuinfo("/proc/cpuinfo");
  for (std::string line; std::getline(cpuinfo, line);) {
    const auto colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return printable(line.substr(colon + 2));
  }
  return "CPU";
}

Result<double> measure_speed(const Backend& backend, const Backend& reference, int repeat) {
  constexpr std::uint64_t rows = 1024, cols = 4096;  // 4 M weights: about 10 ms on two cores
  const auto weights = memory_tensor("weights", {rows, cols}, bench_weights(rows * cols));
  QUANT_TRY(scheme, Scheme::parse("rtn:bits=4,group=128"));
  const Devices devices{&backend, &reference, 0, 0};
  double best = 0;
  for (int i = 0; i <= repeat; ++i) {
    JobContext job;
    const auto start = std::chrono::steady_clock::now();
    QUANT_TRY(results, analyze(*weights, {&scheme, 1}, devices, job));
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    if (results[0].device != backend.id()) {
      return failure(ErrorCode::device, "measure a device", backend.id(), "it does not run rtn", "choose another");
    }
    if (i > 0) best = std::max(best, static_cast<double>(rows * cols) / seconds.count());
  }
  return best;
}

}  // namespace quant
