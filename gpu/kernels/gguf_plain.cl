// GGUF blocks of 32 that follow from a rule: twins of core/methods/gguf/blocks32.h and mxfp4.cpp, byte for byte.
// Need correctly rounded division and denormals. `fit` has refused NaN, infinities and rows that the block does not
// divide.

// Smallest and largest of a block as the reference's: of zeros with both signs the first and the last.
INLINED float2 signed_range(global const float* w, region_t r, float2 range) {
  if (range.x == 0.0f && r.count > 0) {
    uint first = 0;
    while (w[r.start + first] != 0.0f) ++first;
    range.x = w[r.start + first];
    if (range.y == 0.0f) range.y = w[r.start + r.count - 1];
  }
  return range;
}

// q4_1, q5_1: Δ = (max − min)/N @0 and min @2.
KERNEL void affine_blocks(global const float* restrict w, global float* restrict scales, global float* restrict minima,
                          global uchar* restrict codes, global uchar* restrict packed, uint group, uint regions,
                          uint team, int N, uint bytes, local float2* scratch) {
  const region_t r = my_region(group, group, regions, team);
  const uint lane = get_local_id(0) % team;
  const float2 range = signed_range(w, r, region_range(w, r, team, scratch));
  const float scale = (range.y - range.x) / (float)N, inverse = scale != 0.0f ? 1.0f / scale : 0.0f;
  if (lane == 0 && r.count > 0) {
    scales[r.index] = through_half(scale);
    minima[r.index] = -through_half(range.x);
    put_half(packed + r.index * bytes, scale);
    put_half(packed + r.index * bytes + 2, range.x);
  }
  for (uint i = lane; i < r.count; i += STRIDE)
    codes[r.start + i] = (uchar)min(N, truncated((w[r.start + i] - range.x) * inverse + 0.5f));
}

// q5_0: Δ = m/−N with the extreme m @0.
KERNEL void symmetric_blocks(global const float* restrict w, global float* restrict scales,
                             global uchar* restrict codes, global uchar* restrict packed, uint group, uint regions,
                             uint team, int N, uint bytes, local float2* scratch) {
  const region_t r = my_region(group, group, regions, team);
  const uint lane = get_local_id(0) % team;
  const float2 range = region_range(w, r, team, scratch);
  const float peak = larger(-range.x, range.y);
  float extreme = -range.x > range.y ? range.x : range.y;
  if (peak == 0.0f) extreme = 0.0f;
  if (-range.x == range.y && peak > 0.0f && r.count > 0) {  // the first of two equal ones
    uint first = 0;
    while (fabs(w[r.start + first]) != peak) ++first;
    extreme = w[r.start + first];
  }
  const float scale = extreme / (float)-N, inverse = scale != 0.0f ? 1.0f / scale : 0.0f;
  if (lane == 0 && r.count > 0) {
    scales[r.index] = through_half(scale);
    put_half(packed + r.index * bytes, scale);
  }
  for (uint i = lane; i < r.count; i += STRIDE) {
    const int code = truncated(w[r.start + i] * inverse + ((float)N + 0.5f));
    codes[r.start + i] = (uchar)(min(2 * N - 1, code) - N);
  }
}

// The doubled magnitudes of E2M1.
constant float magnitudes[8] = {0.0f, 1.0f, 2.0f, 3.0f, 4.0f, 6.0f, 8.0f, 12.0f};

// gguf-mxfp4: the power of two floor(log2 max) − 2 as a byte @0. `powers`: where the reference's logarithm, rounded to
// float32, reaches −149, −148, … 128.
KERNEL void mxfp4_blocks(global const float* restrict w, global float* restrict scales, global uchar* restrict codes,
                         global uchar* restrict packed, uint group, uint regions, uint team, uint bytes,
                         global const float* restrict powers, local float2* scratch) {
  const region_t r = my_region(group, group, regions, team);
  const uint lane = get_local_id(0) % team;
  const float2 range = region_range(w, r, team, scratch);
  const float peak = larger(-range.x, range.y);
  uint field = as_uint(peak) >> 23;
  uint power = field + 22;  // of a normal number 2^(field − 127)
  if (field == 0) power = 31 - clz(as_uint(peak) | 1u);
  if (peak >= powers[power + 1]) ++power;
  const uint e = peak > 0.0f ? (power - 149u + 125u) & 255u : 0u;
  const float scale = as_float(e < 2 ? 0x00200000u << e : (e - 1) << 23);
  if (lane == 0 && r.count > 0) {
    scales[r.index] = scale;
    packed[r.index * bytes] = (uchar)e;
  }
  for (uint i = lane; i < r.count; i += STRIDE) {
    const float x = w[r.start + i], size = fabs(x);
    uint code = 0;
    float least = size;
    for (uint k = 1; k < 8; ++k) {  // levels of the other sign are never nearer than 0
      const float error = fabs(magnitudes[k] * scale - size);
      code = error < least ? k : code;  // ties to the smaller magnitude
      least = smaller(least, error);
    }
    if (x < 0.0f && code > 0) code += 8;
    codes[r.start + i] = (uchar)code;
  }
}
