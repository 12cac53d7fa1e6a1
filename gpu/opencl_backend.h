#pragma once
// A Backend on an opened OpenCL device.

#include <memory>
#include <string>

#include "core/backend/backend.h"
#include "gpu/device.h"

namespace quant {

/// Builds kernels at their first use. Failures in mid-work are ErrorCode::device; the caller falls back.
std::unique_ptr<Backend> make_opencl_backend(std::unique_ptr<Device> device, std::string name, std::string kind);

}  // namespace quant
