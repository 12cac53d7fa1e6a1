#include "core/backend/chooser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/backend/device_speeds.h"
#include "core/base/text.h"

namespace quant {

namespace {

constexpr std::uint64_t small_work = 50'000'000;  // below, cpu ends before an OpenCL driver has started
constexpr int repeats = 3;

std::string millions(double n) { return fmt::format("{:.0f} M", n / 1e6); }

DeviceEntry entry(const Backend& backend) {
  DeviceEntry e;
  e.id = backend.id();
  e.name = backend.name();
  e.kind = backend.kind();
  e.available = true;
  return e;
}

Result<std::unique_ptr<Backend>> make(const std::string& id, const DeviceProvider& provider) {
  if (id == "cpu") return make_native_backend();
  if (id == "reference") return make_reference_backend();
  return provider.make(id);
}

/// cpu and what the provider lists; the reference too where `all`.
std::vector<DeviceEntry> entries(const DeviceProvider& provider, bool all) {
  std::vector<DeviceEntry> list;
  if (all) list.push_back(entry(*make_reference_backend()));
  list.push_back(entry(*make_native_backend()));
  for (DeviceEntry& e : provider.list()) list.push_back(std::move(e));
  return list;
}

/// Speeds from the cache, and measured where it has none. A device that fails is not available, and says why.
void measure(std::vector<DeviceEntry>& list, const DeviceProvider& provider) {
  DeviceSpeeds speeds = DeviceSpeeds::load();
  const auto reference = make_reference_backend();
  bool changed = false;
  for (DeviceEntry& e : list) {
    if (!e.available) continue;
    e.weights_per_second = speeds.find(e);
    if (e.weights_per_second > 0) continue;
    const auto backend = make(e.id, provider);
    const auto speed = backend ? measure_speed(**backend, *reference, e.id == "reference" ? 1 : repeats)
                               : Result<double>(tl::unexpected(backend.error()));
    if (speed) {
      speeds.set(e, e.weights_per_second = *speed);
      changed = true;
    } else {
      e.available = false;
      e.why = speed.error().why;
    }
  }
  if (changed) speeds.save();
}

ChosenDevice chosen(std::unique_ptr<Backend> backend, std::string why) {
  ChosenDevice c;
  c.why = fmt::format("{}: {}", backend->id(), why);
  c.backend = std::move(backend);
  c.reference = make_reference_backend();
  return c;
}

/// Why cpu needs no measurement: there is nothing else, or only the same cores by way of OpenCL.
std::string unrivalled(std::size_t same_cores) {
  if (same_cores == 0) return "the only device of this machine";
  return "OpenCL has only this processor here, on which SIMD code is the faster; --device opencl asks for it";
}

/// An OpenCL driver for this processor is no candidate: it cannot beat SIMD on the same cores, and its compiler alone
/// takes 200 MB.
ChosenDevice fastest(const DeviceProvider& provider) {
  std::vector<DeviceEntry> list = entries(provider, false);
  const std::size_t same_cores =
      std::erase_if(list, [](const DeviceEntry& e) { return e.id != "cpu" && e.kind == "cpu"; });
  if (list.size() == 1) return chosen(make_native_backend(), unrivalled(same_cores));
  measure(list, provider);
  std::stable_sort(list.begin(), list.end(), [](const DeviceEntry& a, const DeviceEntry& b) {
    return a.available * a.weights_per_second > b.available * b.weights_per_second;
  });
  const auto measured = std::count_if(list.begin(), list.end(), [](const DeviceEntry& e) { return e.available; });
  for (const DeviceEntry& e : list) {
    if (!e.available) continue;
    auto backend = make(e.id, provider);
    if (!backend) continue;
    return chosen(std::move(*backend), fmt::format("{} weights/s measured, the fastest of {} device{}",
                                                   millions(e.weights_per_second), measured, measured == 1 ? "" : "s"));
  }
  return chosen(make_native_backend(), "no other device could be measured");
}

bool is_opencl(std::string_view asked) {
  if (asked == "opencl") return true;
  constexpr std::string_view prefix = "opencl:";
  if (!asked.starts_with(prefix)) return false;
  const auto index = parse_int(asked.substr(prefix.size()));
  return index && *index >= 0;
}

}  // namespace

Result<ChosenDevice> choose_device(const std::string& asked, std::uint64_t work_weights,
                                   const DeviceProvider& provider) {
  if (asked == "cpu") return chosen(make_native_backend(), "as asked");
  if (asked == "reference") return chosen(make_reference_backend(), "as asked");
  if (asked == "auto") {
    if (work_weights >= small_work) return fastest(provider);
    return chosen(make_native_backend(),
                  fmt::format("{} weights are below {}, where cpu is done before another device has started",
                              millions(static_cast<double>(work_weights)), millions(small_work)));
  }
  if (is_opencl(asked)) {
    QUANT_TRY(backend, provider.make(asked == "opencl" ? "opencl:0" : asked));
    return chosen(std::move(backend), "as asked");
  }
  constexpr std::array<std::string_view, 4> known = {"auto", "cpu", "opencl", "reference"};
  return failure(ErrorCode::usage, "choose device", asked, "there is no such device",
                 fmt::format("choose auto, cpu, opencl[:N] or reference; did you mean {}?", nearest(asked, known)));
}

std::vector<DeviceEntry> measured_devices(const DeviceProvider& provider) {
  std::vector<DeviceEntry> list = entries(provider, true);
  measure(list, provider);
  return list;
}

}  // namespace quant
