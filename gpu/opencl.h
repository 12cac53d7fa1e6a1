#pragma once
// The one door to OpenCL: its C++ bindings, without exceptions. Only files of gpu/ include this.

#define CL_HPP_TARGET_OPENCL_VERSION 120
#define CL_HPP_MINIMUM_OPENCL_VERSION 120
#include <CL/opencl.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace quant {

/// "CL_OUT_OF_RESOURCES" for −5, and so on; the number as text where the specification names none.
std::string opencl_error_name(cl_int status);

/// Nothing, or the failed status as an Error: `what` was tried on the device `where`.
Result<void> opencl_check(cl_int status, std::string_view what, std::string_view where);

/// Every device of every platform, in the order of the ICD loader; empty where there is no driver.
std::vector<cl::Device> opencl_devices();

/// Text of a device query without the padding that some drivers add; empty where the query fails.
template <cl_device_info Info>
std::string opencl_text(const cl::Device& device) {
  cl_int status = CL_SUCCESS;
  std::string text = device.getInfo<Info>(&status);
  if (status != CL_SUCCESS) return {};
  while (!text.empty() && (text.back() == '\0' || text.back() == ' ')) text.pop_back();
  return text;
}

}  // namespace quant
