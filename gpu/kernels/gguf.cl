// GGUF blocks of one fp16 scale: twins of core/methods/gguf/q4_0.cpp and q8_0.cpp, byte for byte.
// Need correctly rounded division and denormals. `fit` has refused NaN, infinities and rows that the block does not divide.

// The block's value of largest magnitude with its sign, the first of two equal ones; +0 for a block of zeros.
inline float signed_extreme(global const float* w, region_t r, float2 range) {
  const float peak = fmax(-range.x, range.y);
  if (peak == 0.0f) return 0.0f;
  if (-range.x != range.y) return -range.x > range.y ? range.x : range.y;
  for (uint i = 0; i < r.count; ++i)
    if (fabs(w[r.start + i]) == peak) return w[r.start + i];
  return 0.0f;
}

KERNEL void q4_0(global const float* restrict w, global float* restrict scales, global uchar* restrict codes,
                 global float* restrict values, global uchar* restrict clipped, global float* restrict steps, uint cols,
                 uint group, uint regions, uint team, local float2* scratch) {
  const region_t r = my_region(cols, group, regions, team);
  const uint lane = get_local_id(0) % team;
  const float2 range = region_range(w, r, team, scratch);
  const float scale = signed_extreme(w, r, range) / -8.0f, stored = through_half(scale);
  const float inverse = scale != 0.0f ? 1.0f / scale : 0.0f;
  if (lane == 0 && r.count > 0) scales[r.index] = stored;
  for (uint i = lane; i < r.count; i += STRIDE) {
    const float shifted = w[r.start + i] * inverse + 8.5f;
    const int code = is_finite(shifted) ? (int)shifted : 0;  // 1/Δ of a denormal Δ is infinite
    const int kept = min(code, 15) - 8;
    codes[r.start + i] = (uchar)kept;
    values[r.start + i] = (float)kept * stored;
    clipped[r.start + i] = code > 15;
    steps[r.start + i] = fabs(stored);
  }
}

KERNEL void q8_0(global const float* restrict w, global float* restrict scales, global uchar* restrict codes,
                 global float* restrict values, global uchar* restrict clipped, global float* restrict steps, uint cols,
                 uint group, uint regions, uint team, local float2* scratch) {
  const region_t r = my_region(cols, group, regions, team);
  const uint lane = get_local_id(0) % team;
  const float2 range = region_range(w, r, team, scratch);
  const float scale = fmax(fabs(range.x), fabs(range.y)) / 127.0f, stored = through_half(scale);
  const float inverse = scale != 0.0f ? 1.0f / scale : 0.0f;
  if (lane == 0 && r.count > 0) scales[r.index] = stored;
  for (uint i = lane; i < r.count; i += STRIDE) {
    const float rounded = round(w[r.start + i] * inverse);  // ties away from zero, as ggml's roundf
    const int kept = is_finite(rounded) ? (int)rounded : 0;
    codes[r.start + i] = (uchar)kept;
    values[r.start + i] = (float)kept * stored;
    clipped[r.start + i] = 0;
    steps[r.start + i] = stored;
  }
}
