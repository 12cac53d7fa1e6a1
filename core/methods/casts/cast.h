#pragma once
// What fast versions of the casts need to know of a scheme.

#include <span>

#include "core/methods/quantizer.h"
#include "core/tensor/float_format.h"

namespace quant::casts {

/// `scale` of the casts that hold every float32: there is nothing to map.
inline constexpr Param unscaled_param{"scale", ParamType::choice, "none", "none",
                                      "none alone: every float32 is held as it is, a scale would only round twice"};

/// The target of a cast. Null for `none`.
const float_format::Format* format_of(const Scheme& scheme);

/// What becomes of values beyond the largest: as `overflow` says, saturate always where there is a scale, IEEE else.
float_format::Overflow overflow_of(const Scheme& scheme);

/// s of a region: absmax / largest finite value in float32, 1 where that is 0.
float scale_of(float absmax, const float_format::Format& format);

/// 2^exponent, also where it is a denormal float; 0 below.
float power(int exponent);

/// Gap between the two values of the format around x; the outermost gap beyond its range. 0 for NaN and Inf.
float gap(float x, const float_format::Format& format);

}  // namespace quant::casts
