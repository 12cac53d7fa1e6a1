// Uniform integers: twin of the reference of `rtn` and `article` (core/methods/uniform), bit for bit.
// Needs -cl-fp32-correctly-rounded-divide-sqrt (plain OpenCL division may be 2.5 ulp off, enough to push a tie to the
// neighbouring code) and denormals. Devices without them leave these schemes to the CPU.

#define ZERO_POINT 1u   // asym: codes count from the low end
#define WIDEN 2u        // the range is widened to hold 0
#define SPAN 4u         // Δ from max − min, else from max |w|
#define RECIPROCAL 8u   // multiplies by 1/Δ
#define HALF_SCALES 16u // Δ is rounded to binary16 first
#define OF_MATRIX 32u   // Δ and zero come from `fit`: one a matrix …
#define OF_COLUMN 64u   // … or one a column of a matrix

// Δ of a range. `power`: 10^decimals of `article`, 0 = all digits.
inline float step_of(float2 range, uint flags, float divisor, float power) {
  const float extent = (flags & SPAN) ? range.y - range.x : fmax(fabs(range.x), fabs(range.y));
  float scale = is_finite(extent) ? extent / divisor : range.y / divisor - range.x / divisor;
#ifdef FP64
  if (power > 0.0f) {
    const float cut = (float)(floor((double)scale * (double)power + 1e-4) / (double)power);
    if (cut > 0.0f) scale = cut;
  }
#endif
  if (flags & HALF_SCALES) scale = fmin(round_to_grid(scale, 10, -14), 65504.0f);  // infinity would give NaN
  return scale == 0.0f ? 1.0f : scale;
}

// w/Δ, or w·(1/Δ) unless a denormal Δ makes 1/Δ infinite.
inline float quotient(float x, float scale, uint flags) {
  if (flags & RECIPROCAL) {
    const float inverse = 1.0f / scale;
    if (is_finite(inverse)) return x * inverse;
  }
  return x / scale;
}

KERNEL void uniform(global const float* restrict w,      // rows * cols
                    global float* restrict scales,       // a region each: written, or read where `fit` made them
                    global uchar* restrict zeros,        // beside scales, with ZERO_POINT
                    global uchar* restrict codes,        // rows * cols, two's complement without ZERO_POINT
                    global float* restrict values,       // rows * cols
                    global uchar* restrict clipped,      // rows * cols
                    global float* restrict steps,        // rows * cols
                    uint cols, uint group, uint regions, uint team, uint matrix_rows, uint first_row, uint flags,
                    float divisor, float lowest, float highest, float power, local float2* scratch) {
  const region_t r = my_region(cols, group, regions, team);
  const uint lane = get_local_id(0) % team;
  const bool own = !(flags & (OF_MATRIX | OF_COLUMN));
  const uint matrix = own ? 0 : (first_row + r.row) / matrix_rows;
  float scale = 1.0f, zero = 0.0f;
  region_t read = r;
  if (!own) read.count = 0;  // every lane meets the barriers all the same: PoCL wants them outside of conditions
  float2 range = region_range(w, read, team, scratch);
  if (own) {
    if (flags & WIDEN) range.x = fmin(range.x, 0.0f), range.y = fmax(range.y, 0.0f);
    scale = step_of(range, flags, divisor, power);
    if (flags & ZERO_POINT) zero = clamp(rint(-range.x / scale), lowest, highest);
    if (lane == 0 && r.count > 0) {
      scales[r.index] = scale;
      if (flags & ZERO_POINT) zeros[r.index] = (uchar)zero;
    }
  }
  for (uint i = lane; i < r.count; i += STRIDE) {
    if (!own) {
      const uint entry = (flags & OF_COLUMN) ? matrix * cols + i : matrix;
      scale = scales[entry];
      if (flags & ZERO_POINT) zero = zeros[entry];
    }
    const float x = w[r.start + i];
    float code = zero;  // the code whose value is 0, for NaN and infinity
    if (is_finite(x)) code = nearest(quotient(x, scale, flags)) + zero;
    const int kept = (int)limited(code, lowest, highest);
    codes[r.start + i] = (uchar)kept;
    values[r.start + i] = ((float)kept - zero) * scale;
    clipped[r.start + i] = code != (float)kept;
    steps[r.start + i] = scale;
  }
}
