#pragma once
// OpenCL devices as Backends.

#include <memory>

#include "core/backend/chooser.h"

namespace quant {

/// Lists "opencl:N" for every OpenCL device of the machine ("opencl" = "opencl:0"). Touches the driver only when asked.
std::unique_ptr<DeviceProvider> make_opencl_provider();

}  // namespace quant
