#pragma once
// Measured speeds of devices, kept in the user's cache folder per machine.

#include <map>
#include <string>

#include "core/backend/chooser.h"

namespace quant {

/// Speeds in weights a second by "id|name": another driver or device has another key. What cannot be read counts as
/// not measured; what cannot be written is measured again next time.
class DeviceSpeeds {
 public:
  static DeviceSpeeds load();
  void save() const;

  double find(const DeviceEntry& device) const;  ///< 0 = not measured
  void set(const DeviceEntry& device, double weights_per_second);

 private:
  std::map<std::string, double> speeds_;
};

/// The processor's own name; "CPU" where the system does not tell.
std::string cpu_model();

/// Weights a second of analyze rtn:bits=4,group=128 on normal weights in memory, the best of `repeat` after a warm-up
/// that also builds kernels. Errors: those of analyze.
Result<double> measure_speed(const Backend& backend, const Backend& reference, int repeat);

}  // namespace quant
