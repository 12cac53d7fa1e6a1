// Casts to floating formats: twin of core/methods/casts/cast.cpp, bit for bit. Without a scale all is integer work on
// the bits, right on any device; scaled forms need correctly rounded division and denormals.

#define OF_REGION 1u    // scale from the region's own largest magnitude
#define OF_MATRIX 2u    // scale from `fit`, one a matrix
#define SATURATE 4u     // what overflows is held at the largest value
#define HAS_INF 8u      // the format has infinities (and NaN)
#define HAS_NAN 16u     // the format has NaN
#define KEEP 32u        // the format holds every float32

// The pattern of |v|, exactly a value of the format.
inline uint pattern_of(float v, int mantissa, int bias) {
  const uint magnitude = as_uint(v) & 0x7fffffffu;
  const int exponent = (int)(magnitude >> 23) - 127;
  if (magnitude == 0) return 0;
  if (exponent < 1 - bias) return (uint)(fabs(v) * power_of_two(bias - 1 + mantissa));  // steps of 2^(1 − bias − M)
  return ((uint)(exponent + bias) << mantissa) | ((magnitude & 0x007fffffu) >> (23 - mantissa));
}

// Gap between the two values of the format around x, the outermost gap beyond its range (exponents from 1 − bias to top).
inline float gap(float x, int mantissa, int bias, int top) {
  if (!is_finite(x)) return 0.0f;
  const int exponent = max((int)((as_uint(x) >> 23) & 255u), 1) - 127;
  return power_of_two(clamp(exponent, 1 - bias, top) - mantissa);
}

KERNEL void cast(global const float* restrict w, global float* restrict scales, global uchar* restrict codes,
                 global float* restrict values, global uchar* restrict clipped, global float* restrict steps, uint cols,
                 uint group, uint regions, uint team, uint matrix_rows, uint first_row, uint flags, int mantissa,
                 int bias, int top, float largest, uint sign_bit, uint nan_code, local float2* scratch) {
  const region_t r = my_region(cols, group, regions, team);
  const uint lane = get_local_id(0) % team;
  region_t read = r;
  if (!(flags & OF_REGION)) read.count = 0;
  const float2 range = region_range(w, read, team, scratch);
  const bool scaled = (flags & (OF_REGION | OF_MATRIX)) != 0;
  float scale = 1.0f;
  if ((flags & OF_MATRIX) && r.count > 0) scale = scales[(first_row + r.row) / matrix_rows];
  if (flags & OF_REGION) {
    scale = fmax(fabs(range.x), fabs(range.y)) / largest;
    if (scale == 0.0f) scale = 1.0f;
    if (lane == 0 && r.count > 0) scales[r.index] = scale;
  }
  for (uint i = lane; i < r.count; i += team) {
    const float weight = w[r.start + i];
    const float quotient = scaled ? weight / scale : weight;
    float x = quotient, value = weight, step = 0.0f;
    bool beyond = false;
    uint code = 0;
    if (!(flags & KEEP)) {
      // A denormal scale is coarse: the quotient of a finite weight may leave float32, and saturates like any other.
      if (!is_finite(x) && !is_nan(x) && is_finite(weight)) x = copysign(FLT_MAX, x);
      const uint sign = as_uint(x) >> 31 ? sign_bit : 0;
      if (is_nan(x)) {
        value = (flags & HAS_NAN) ? x : 0.0f;
        code = (flags & HAS_NAN) ? sign | nan_code : 0;
      } else {
        const bool finite = is_finite(x);
        value = finite ? round_to_grid(x, mantissa, 1 - bias) : x;
        if (!finite || fabs(value) > largest) {
          // Infinity passes where the format has it, whatever becomes of finite overflow.
          const bool hold = (flags & SATURATE) && (finite || !(flags & HAS_INF));
          beyond = hold && finite;
          value = copysign(hold ? largest : (flags & HAS_INF) ? INFINITY : NAN, x);
        }
        if (sign_bit != 0) {
          if (is_nan(value)) code = sign | nan_code;
          else if (is_finite(value)) code = sign | pattern_of(value, mantissa, bias);
          else code = sign | pattern_of(largest, mantissa, bias) + 1;
        }
      }
      if (scaled) value *= scale;
      step = gap(quotient, mantissa, bias, top);
      if (scaled) step *= scale;
    }
    codes[r.start + i] = (uchar)code;
    values[r.start + i] = value;
    clipped[r.start + i] = beyond;
    steps[r.start + i] = step;
  }
}
