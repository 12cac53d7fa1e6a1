// Block formats: twins of core/methods/blocks, bit for bit. Need correctly rounded division and denormals.

// How the block's power of two is rounded.
#define FLOOR 0u
#define CEIL 1u
#define EVEN 2u
#define RCEIL 3u

inline int exponent_field(uint bits) { return (int)(bits >> 23) - 127; }
inline int has_fraction(uint bits) { return (bits & 0x007fffffu) != 0; }

// S of a block whose largest magnitude is `peak`, read from the bits: no logarithm rounds.
inline int shared_exponent(float peak, uint rounding, format_t element) {
  uint bits = as_uint(peak);
  if (rounding == EVEN) bits += 1u << (22 - element.mantissa);
  if (rounding == RCEIL) bits = as_uint(peak / element.largest);
  int exponent = exponent_field(bits);
  if (rounding == CEIL || rounding == RCEIL) exponent += has_fraction(bits);
  if (rounding != RCEIL) exponent -= element.top;
  return peak == 0.0f ? -127 : clamp(exponent, -127, 127);
}

// `integer`: elements are int8 in units of 1/64, else of the format.
KERNEL void mx(global const float* restrict w, global float* restrict scales, global uchar* restrict codes,
               global float* restrict values, global uchar* restrict clipped, global float* restrict steps, uint cols,
               uint group, uint regions, uint team, uint rounding, uint integer, format_t element,
               local float2* scratch) {
  const region_t r = my_region(cols, group, regions, team);
  const uint lane = get_local_id(0) % team;
  const float2 range = region_range(w, r, team, scratch);
  const float peak = larger(fabs(range.x), fabs(range.y));
  const float scale = power_of_two(shared_exponent(peak, rounding, element));
  const float inverse = 1.0f / larger(scale, 0x1p-126f);  // a power of two: the product is the quotient
  if (lane == 0 && r.count > 0) scales[r.index] = scale;
  for (uint i = lane; i < r.count; i += STRIDE) {
    const float x = w[r.start + i] * inverse;
    encoded_t to;
    float step = 1.0f / 64.0f;
    if (integer) {
      const float rounded = is_finite(x) ? nearest(x * 64.0f) : 0.0f, q = limited(rounded, -128.0f, 127.0f);
      to.code = (uint)(int)q & 255u, to.value = q / 64.0f, to.beyond = q != rounded;
    } else {
      // What the format cannot say of NaN and infinity is code 0.
      to = encode_as(is_finite(x) || (element.flags & HAS_NAN) ? x : 0.0f, element);
      step = gap(x, element);
    }
    float value = to.value * scale;
    if (is_finite(to.value)) value = limited(value, -FLT_MAX, FLT_MAX);  // two units of 2^127 are beyond float32
    codes[r.start + i] = (uchar)to.code;
    values[r.start + i] = value;
    clipped[r.start + i] = to.beyond;
    steps[r.start + i] = scale * step;
  }
}

// `tensor_scales`: one a matrix.
KERNEL void nvfp4(global const float* restrict w, global float* restrict scales, global uchar* restrict codes,
                  global float* restrict values, global uchar* restrict clipped, global float* restrict steps,
                  uint cols, uint group, uint regions, uint team, global const float* restrict tensor_scales,
                  uint matrix_rows, uint first_row, format_t element, format_t block_scale, local float2* scratch) {
  const region_t r = my_region(cols, group, regions, team);
  const uint lane = get_local_id(0) % team;
  const float2 range = region_range(w, r, team, scratch);
  const float peak = larger(fabs(range.x), fabs(range.y));
  const float tensor = r.count > 0 ? tensor_scales[(first_row + r.row) / matrix_rows] : 1.0f;
  // From the smallest normal value of the scale's format on, torchao's floor.
  const float wanted = limited(peak / element.largest / tensor, 0x1p-6f, block_scale.largest);
  const float stored = encode_as(wanted, block_scale).value, scale = stored * tensor;
  const float inverse = (1.0f / tensor) / stored;
  if (lane == 0 && r.count > 0) scales[r.index] = scale;
  for (uint i = lane; i < r.count; i += STRIDE) {
    const float weight = w[r.start + i];
    float x = is_finite(inverse) ? weight * inverse : weight / tensor / stored;
    if (!is_finite(weight)) x = 0.0f;
    const encoded_t to = encode_as(x, element);
    codes[r.start + i] = (uchar)to.code;
    values[r.start + i] = to.value * scale;
    clipped[r.start + i] = to.beyond;
    steps[r.start + i] = scale > 0.0f ? gap(weight / scale, element) * scale : 0.0f;
  }
}
