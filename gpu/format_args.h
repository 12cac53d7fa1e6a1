#pragma once
// A floating format as kernels take it.

#include "core/tensor/float_format.h"
#include "gpu/opencl.h"

namespace quant {

/// format_t of kernels/common.cl, member by member.
struct FormatArgs {
  cl_int mantissa = 0, bias = 0, top = 0;
  cl_uint max_code = 0, nan_code = 0, sign_bit = 0, flags = 0;
  cl_float largest = 0;
  cl_uint least = 0;
  cl_float unit = 0, shift = 0;
};

/// Formats of at most 19 bits; of wider ones only `largest` means anything.
FormatArgs format_args(const float_format::Format& format, float_format::Overflow overflow);

}  // namespace quant
