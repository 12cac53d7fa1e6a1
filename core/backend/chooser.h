#pragma once
// Which device runs: by name as asked, or `auto` by measurement.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/backend/analysis.h"
#include "core/backend/backend.h"

namespace quant {

/// A device that can be asked for. `available` false: `why` says why not.
struct DeviceEntry {
  std::string id, name, kind, why;
  bool available = false;
  double weights_per_second = 0;  ///< measured on analyze rtn:bits=4,group=128; 0 = not measured
};

/// What a front end hands in: how to list and make devices beyond the two of core (gpu/ implements it).
class DeviceProvider {
 public:
  virtual ~DeviceProvider() = default;
  virtual std::vector<DeviceEntry> list() const = 0;  ///< without building kernels
  /// `id` as listed. Errors: not_found (no platform, no such device), device (build failed).
  virtual Result<std::unique_ptr<Backend>> make(const std::string& id) const = 0;
};

/// Owns the backends of a run.
struct ChosenDevice {
  std::unique_ptr<Backend> backend;    ///< the chosen one
  std::unique_ptr<Backend> reference;  ///< for what it does not run
  std::string why;                     ///< one line: what was picked and why

  Devices devices(int threads, std::uint64_t memory) const {
    return Devices{backend.get(), reference.get(), threads, memory};
  }
};

/// `asked`: auto, cpu, reference, opencl, opencl:N. auto takes cpu for work below 50 M weights without touching the
/// provider; above, the fastest measured device (measured once per machine, cached in the user's cache folder). OpenCL
/// devices of the kind cpu run only when asked for by name.
/// Errors: usage (unknown word), not_found (no such device), device.
Result<ChosenDevice> choose_device(const std::string& asked, std::uint64_t work_weights,
                                   const DeviceProvider& provider);

/// All devices with their measured speed (measures what the cache does not hold).
std::vector<DeviceEntry> measured_devices(const DeviceProvider& provider);

}  // namespace quant
