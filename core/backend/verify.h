#pragma once
// Whether a device keeps its promise: everything that it runs, held against the reference.

#include <string>
#include <vector>

#include "core/backend/backend.h"
#include "core/jobs/job.h"

namespace quant {

/// One scheme (or the value statistics) on tensors with ordinary and odd rows.
struct Check {
  std::string name;    ///< canonical scheme, or "value statistics"
  bool ok = false;     ///< codes, scales, zeros, values and counts equal; sums within 1e-9 relative
  double max_ulp = 0;  ///< largest difference of a scale or dequantized value, in steps between float32 neighbours
  double max_rel = 0;  ///< largest relative difference of a sum
  std::string detail;  ///< the first difference or failure; empty where ok
};

/// Runs each offered method in its default form and with each parameter changed, as far as the device runs it: at least
/// one check a method. Also checks that values follow from codes and scales. Stops early when the job is stopped.
std::vector<Check> verify(const Backend& device, const Backend& reference, JobContext& job);

}  // namespace quant
