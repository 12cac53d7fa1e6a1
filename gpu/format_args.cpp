#include "gpu/format_args.h"

#include <bit>
#include <cmath>

namespace quant {
namespace {

// Beside the defines of kernels/common.cl.
enum Flag : cl_uint { saturate = 1, has_inf = 2, has_nan = 4 };

}  // namespace

FormatArgs format_args(const float_format::Format& format, float_format::Overflow overflow) {
  using float_format::Specials;
  cl_uint flags = 0;
  if (overflow == float_format::Overflow::saturate || format.specials == Specials::none) flags |= saturate;
  if (format.specials == Specials::ieee) flags |= has_inf;
  if (format.specials != Specials::none) flags |= has_nan;
  FormatArgs args{.mantissa = format.mantissa_bits,
                  .bias = format.bias(),
                  .top = static_cast<cl_int>(format.max_code() >> format.mantissa_bits) - format.bias(),
                  .max_code = static_cast<cl_uint>(format.max_code()),
                  .nan_code = static_cast<cl_uint>(format.nan_code()),
                  .sign_bit = static_cast<cl_uint>(format.sign_bit()),
                  .flags = flags,
                  .largest = static_cast<cl_float>(format.max_finite())};
  if (format.bias() < 127) {
    const int step = 1 - format.bias() - format.mantissa_bits;
    args.least = std::bit_cast<cl_uint>(std::ldexp(1.0f, 1 - format.bias()));
    args.unit = std::ldexp(1.0f, step);
    args.shift = std::ldexp(1.0f, step + 23);
  }
  return args;
}

}  // namespace quant
