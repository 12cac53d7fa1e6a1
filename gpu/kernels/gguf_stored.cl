// What a GGUF block stores of what a search found: twins of core/methods/gguf, byte for byte. Each kernel runs once a
// block. `found` is what the block's elements are encoded with, a divisor or an inverse and the minimum; scales and
// minima become what the stored bytes decode to. Need correctly rounded division and denormals.

// Scale @0 and, where it has one, minimum @2 of a search.
KERNEL void store_block(global float* restrict scales, global float* restrict minima, global uchar* restrict packed,
                        uint blocks, uint bytes, uint has_minima) {
  const uint b = get_global_id(0);
  if (b >= blocks) return;
  put_half(packed + b * bytes, scales[b]);
  scales[b] = through_half(scales[b]);
  if (!has_minima) return;
  put_half(packed + b * bytes + 2, -minima[b]);
  minima[b] = -through_half(-minima[b]);
}

// iq4_nl: codes follow from the scale before it is rounded.
KERNEL void store_iq4_nl(global float* restrict scales, global float2* restrict found, global uchar* restrict packed,
                         uint blocks, uint bytes) {
  const uint b = get_global_id(0);
  if (b >= blocks) return;
  const float scale = scales[b];
  put_half(packed + b * bytes, scale);
  found[b] = (float2)(scale != 0.0f ? 1.0f / scale : 0.0f, 0.0f);
  scales[b] = through_half(scale);
}

INLINED float extreme_of(uint n, const float* x) {
  float extreme = 0.0f;
  for (uint j = 0; j < n; ++j)
    if (fabs(x[j]) > fabs(extreme)) extreme = x[j];
  return extreme;
}

// iq4_xs: d @0, top two bits of eight 6-bit scales @2, their low nibbles @4.
KERNEL void store_iq4_xs(global float* restrict scales, global float2* restrict found, global uchar* restrict packed,
                         uint blocks, uint bytes) {
  const uint b = get_global_id(0);
  if (b >= blocks) return;
  global uchar* const block = packed + b * bytes;
  float s[8];
  for (uint j = 0; j < 8; ++j) s[j] = scales[8 * b + j];
  const float d = -extreme_of(8, s) / 32.0f, inverse = d != 0.0f ? 1.0f / d : 0.0f, stored = through_half(d);
  uint high = 0, low = 0;
  for (uint j = 0; j < 8; ++j) {
    const int scale = clamp(ggml_nearest(inverse * s[j]), -32, 31);
    const float step = d * (float)scale;
    found[8 * b + j] = (float2)(step != 0.0f ? 1.0f / step : 0.0f, 0.0f);
    scales[8 * b + j] = stored * (float)scale;
    high |= (((uint)(scale + 32)) >> 4) << (2 * j);
    low |= ((uint)(scale + 32) & 15u) << (4 * j);
  }
  put_half(block, d);
  block[2] = (uchar)(high & 255);
  block[3] = (uchar)(high >> 8);
  for (uint k = 0; k < 4; ++k) block[4 + k] = (uchar)(low >> (8 * k));
}

// q3_k: 6-bit scales @96, d @108. `coded`: the scales' own search has run (with importance); its result is d and
// signed codes, else the extreme gets −32.
KERNEL void store_q3_k(global float* restrict scales, global float2* restrict found, global uchar* restrict packed,
                       uint blocks, uint bytes, uint coded, global const float* restrict d_found,
                       global const char* restrict codes_found) {
  const uint b = get_global_id(0);
  if (b >= blocks) return;
  global uchar* const block = packed + b * bytes;
  float s[16], d = 0.0f;
  uint stored[16];
  for (uint j = 0; j < 16; ++j) s[j] = scales[16 * b + j], stored[j] = 0;
  if (coded) {
    d = d_found[b];
    for (uint j = 0; j < 16; ++j) stored[j] = (uint)(codes_found[16 * b + j] + 32);
  } else {
    const float extreme = extreme_of(16, s);
    if (extreme != 0.0f) {
      const float inverse = -32.0f / extreme;
      d = 1.0f / inverse;
      for (uint j = 0; j < 16; ++j) stored[j] = (uint)(clamp(ggml_nearest(inverse * s[j]), -32, 31) + 32);
    }
  }
  for (uint j = 0; j < 8; ++j) block[96 + j] = (uchar)((stored[j] & 15u) | (stored[j + 8] & 15u) << 4);
  for (uint j = 0; j < 4; ++j)
    block[104 + j] = (uchar)(stored[j] >> 4 | (stored[j + 4] >> 4) << 2 | (stored[j + 8] >> 4) << 4 |
                             (stored[j + 12] >> 4) << 6);
  put_half(block + 108, d);
  for (uint j = 0; j < 16; ++j) {
    const float step = through_half(d) * (float)((int)stored[j] - 32);
    scales[16 * b + j] = step;
    found[16 * b + j] = (float2)(step, 0.0f);
  }
}

// q6_k: int8 scales @192, d @208. A block whose scales are all tiny is stored as zeros.
KERNEL void store_q6_k(global float* restrict scales, global float2* restrict found, global uchar* restrict packed,
                       uint blocks, uint bytes, global uchar* restrict codes) {
  const uint b = get_global_id(0);
  if (b >= blocks) return;
  global uchar* const block = packed + b * bytes;
  float s[16];
  for (uint j = 0; j < 16; ++j) s[j] = scales[16 * b + j];
  const float extreme = extreme_of(16, s);
  const bool alive = fabs(extreme) >= 1e-15f;
  const float inverse = alive ? -128.0f / extreme : 0.0f, d = alive ? 1.0f / inverse : 0.0f, half_d = through_half(d);
  if (!alive)
    for (uint i = 0; i < 256; ++i) codes[256 * b + i] = (uchar)-32;
  for (uint j = 0; j < 16; ++j) {
    const int scale = min(127, ggml_nearest(inverse * s[j]));
    block[192 + j] = (uchar)scale;
    scales[16 * b + j] = half_d * (float)(char)scale;
    found[16 * b + j] = (float2)(half_d * (float)scale, 0.0f);
  }
  put_half(block + 208, d);
}
