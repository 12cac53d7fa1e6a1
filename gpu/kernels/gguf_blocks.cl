// GGUF block types beside their searches: the plain ones that need none, what a block stores of what a search found,
// and what its elements decode to. Twins of core/methods/gguf, byte for byte. Need correctly rounded division and
// denormals. `fit` has refused NaN, infinities and rows that the block does not divide.

// Nearest integer as ggml takes it, see nearest_whole in gguf_batch.cl.
inline int ggml_nearest(float v) { return is_nan(v) ? 0 : (as_int(v + 12582912.0f) & 0x7fffff) - 0x400000; }

// binary16 of a float32, rounded to nearest even; the reference's quiet NaN.
inline ushort half_bits(float x) {
  const float rounded = through_half(x), size = fabs(rounded);
  const uint sign = (as_uint(x) >> 16) & 0x8000u;
  if (is_nan(x)) return (ushort)(sign | 0x7e00u);
  if (!is_finite(rounded)) return (ushort)(sign | 0x7c00u);
  if (size < 6.103515625e-05f) return (ushort)(sign | (uint)(size * 16777216.0f));  // multiples of 2^−24
  return (ushort)(sign | ((as_uint(size) >> 13) - (112u << 10)));
}

inline void put_half(global uchar* to, float x) {
  const ushort bits = half_bits(x);
  to[0] = (uchar)(bits & 255);
  to[1] = (uchar)(bits >> 8);
}

// trunc of what is finite: 1/Δ of a denormal Δ is not.
inline int truncated(float v) { return is_finite(v) ? (int)v : 0; }

// σ² of each `length` neighbours: factor·Σx²/divisor, the sum in order. A group takes one.
KERNEL void variances(global const float* restrict w, global float* restrict out, uint length, float factor,
                      float divisor, local float* stage) {
  const uint lane = get_local_id(0), start = (uint)get_group_id(0) * length;
  float sum = 0.0f;
  for (uint at = 0; at < length; at += LANES) {
    const float x = w[start + min(at + lane, length - 1)];
    barrier(CLK_LOCAL_MEM_FENCE);
    stage[lane] = x * x;
    barrier(CLK_LOCAL_MEM_FENCE);
    const uint count = lane == 0 ? min((uint)LANES, length - at) : 0;
    for (uint k = 0; k < count; ++k) sum += stage[k];
  }
  if (lane == 0) out[get_group_id(0)] = factor * sum / divisor;
}

// Smallest and largest of a block as the reference's: of zeros with both signs the first and the last.
inline float2 signed_range(global const float* w, region_t r, float2 range) {
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
  for (uint i = lane; i < r.count; i += team)
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
  for (uint i = lane; i < r.count; i += team) {
    const int code = truncated(w[r.start + i] * inverse + ((float)N + 0.5f));
    codes[r.start + i] = (uchar)(min(2 * N - 1, code) - N);
  }
}

// The doubled values of E2M1, sign in the highest bit; −0 decodes to 0.
constant float e2m1[16] = {0.0f, 1.0f,  2.0f,  3.0f,  4.0f,  6.0f,  8.0f,  12.0f,
                           0.0f, -1.0f, -2.0f, -3.0f, -4.0f, -6.0f, -8.0f, -12.0f};

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
  for (uint i = lane; i < r.count; i += team) {
    const float x = w[r.start + i];
    uint code = 0;
    float least = fabs(e2m1[0] * scale - x);
    for (uint k = 1; k < 16; ++k) {
      const float error = fabs(e2m1[k] * scale - x);
      code = error < least ? k : code;  // ties to the smaller magnitude
      least = error < least ? error : least;
    }
    codes[r.start + i] = (uchar)code;
  }
}

// What follows runs once a block: `found` is what the block's elements are encoded with, a divisor or an inverse and
// the minimum; scales and minima become what the stored bytes decode to.

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

inline float extreme_of(uint n, const float* x) {
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

// The scale of non-negative codes 0 … N for the sub-blocks' own scales: twin of qp in core/methods/gguf/search.cpp.
inline float scale_error(float inverse, int limit, uint n, const float* x, const float* w) {
  const float scale = 1.0f / inverse;
  float sum = 0.0f;
  for (uint i = 0; i < n; ++i) {
    const float d = x[i] - scale * (float)min(limit, ggml_nearest(inverse * x[i]));
    sum += (w[i] * d) * d;
  }
  return sum;
}

inline bool improve(int N, uint n, const float* x, const float* w, uchar* codes, float* lx, float* l2) {
  bool changed = false;
  for (uint i = 0; i < n; ++i) {
    const float l = (float)codes[i];
    float s1 = *lx - (w[i] * x[i]) * l, s2 = *l2 - (w[i] * l) * l;
    if (!(s1 > 0.0f && s2 > 0.0f)) continue;
    const int c = min(N, ggml_nearest((x[i] * s2) / s1));
    if (c == (int)codes[i]) continue;
    s1 += (w[i] * x[i]) * (float)c;
    s2 += (w[i] * (float)c) * (float)c;
    if (!((s1 * s1) * *l2 > (*lx * *lx) * s2)) continue;
    codes[i] = (uchar)c;
    *lx = s1;
    *l2 = s2;
    changed = true;
  }
  return changed;
}

inline float largest_of(uint n, const float* x) {
  float peak = 0.0f;
  for (uint j = 0; j < n; ++j) peak = larger(peak, x[j]);
  return peak;
}

inline float search_positive(int N, uint n, const float* x, const float* w, uchar* codes) {
  const float peak = largest_of(n, x);
  if (peak < 1e-15f) {
    for (uint i = 0; i < n; ++i) codes[i] = 0;
    return 0.0f;
  }
  float inverse = (float)N / peak, least = scale_error(inverse, 1 << 22, n, x, w);
  for (int t = -4; t <= 4; ++t) {
    if (t == 0) continue;
    const float tried = (0.1f * (float)t + (float)N) / peak, error = scale_error(tried, N, n, x, w);
    if (error < least) least = error, inverse = tried;
  }
  float lx = 0.0f, l2 = 0.0f;
  for (uint i = 0; i < n; ++i) {
    const int l = min(N, ggml_nearest(inverse * x[i]));
    codes[i] = (uchar)l;
    lx += (w[i] * x[i]) * (float)l;
    l2 += (w[i] * (float)l) * (float)l;
  }
  for (int sweep = 0; sweep < 5 && improve(N, n, x, w, codes, &lx, &l2);) ++sweep;
  return l2 > 0.0f ? lx / l2 : 0.0f;
}

// The largest value gets the largest code.
inline float take_largest(int N, uint n, const float* x, uchar* codes) {
  const float peak = largest_of(n, x), inverse = peak > 0.0f ? (float)N / peak : 0.0f;
  for (uint j = 0; j < n; ++j) codes[j] = (uchar)min(N, ggml_nearest(inverse * x[j]));
  return peak / (float)N;
}

// q2_k: scale (low) and minimum (high nibble) of 16 sub-blocks @0, d @80, dmin @82.
inline void store_two_nibbles(global uchar* block, float d, float dmin, uchar* s, uchar* m) {
  for (uint j = 0; j < 16; ++j) {
    const uint byte = (s[j] | (uint)m[j] << 4) & 255u;
    block[j] = (uchar)byte;
    s[j] = (uchar)(byte & 15u);
    m[j] = (uchar)(byte >> 4);
  }
  put_half(block + 80, d);
  put_half(block + 82, dmin);
}

// q4_k, q5_k: d @0, dmin @2, 6-bit scales and minima of eight sub-blocks @4.
inline void store_six_bits(global uchar* block, float d, float dmin, uchar* s, uchar* m) {
  put_half(block, d);
  put_half(block + 2, dmin);
  for (uint j = 0; j < 4; ++j) {
    const uchar x = (uchar)(s[j] | (s[j + 4] >> 4) << 6), y = (uchar)(m[j] | (m[j + 4] >> 4) << 6);
    const uchar z = (uchar)((s[j + 4] & 15) | (m[j + 4] & 15) << 4);
    block[4 + j] = x, block[8 + j] = y, block[12 + j] = z;
    s[j] = x & 63, m[j] = y & 63;
    s[j + 4] = (uchar)((z & 15) | (x >> 6) << 4);
    m[j + 4] = (uchar)((z >> 4) | (y >> 6) << 4);
  }
}

// K-quants with minima, `n` sub-blocks whose scales and minima have codes 0 … top. `sums`: weights of the sub-blocks,
// used where `weighted`.
KERNEL void store_affine_k(global float* restrict scales, global float* restrict minima, global float2* restrict found,
                           global uchar* restrict packed, uint blocks, uint bytes, uint n, int top, uint weighted,
                           global const float* restrict sums) {
  const uint b = get_global_id(0);
  if (b >= blocks) return;
  float s[16], m[16], w[16];
  uchar s_codes[16], m_codes[16];
  for (uint j = 0; j < n; ++j) s[j] = scales[n * b + j], m[j] = minima[n * b + j], w[j] = sums[n * b + j];
  const float d = weighted ? search_positive(top, n, s, w, s_codes) : take_largest(top, n, s, s_codes);
  const float dmin = weighted ? search_positive(top, n, m, w, m_codes) : take_largest(top, n, m, m_codes);
  const float half_d = through_half(d), half_dmin = through_half(dmin);
  for (uint j = 0; j < n; ++j)
    found[n * b + j] = (float2)(half_d * (float)s_codes[j], half_dmin * (float)m_codes[j]);
  if (n == 16) store_two_nibbles(packed + b * bytes, d, dmin, s_codes, m_codes);
  else store_six_bits(packed + b * bytes, d, dmin, s_codes, m_codes);
  for (uint j = 0; j < n; ++j) {  // as the stored bytes decode
    scales[n * b + j] = half_d * (float)s_codes[j];
    minima[n * b + j] = half_dmin * (float)m_codes[j];
  }
}

// Elements, by sub-blocks.

constant float iq4[16] = {-127.0f, -104.0f, -83.0f, -65.0f, -49.0f, -35.0f, -22.0f, -10.0f,
                          1.0f,    13.0f,   25.0f,  38.0f,  53.0f,  69.0f,  89.0f,  113.0f};
constant float e2m1_sorted[16] = {-12.0f, -8.0f, -6.0f, -4.0f, -3.0f, -2.0f, -1.0f, 0.0f,
                                  0.0f,   1.0f,  2.0f,  3.0f,  4.0f,  6.0f,  8.0f,  12.0f};

#define KEEP 0     // the search's codes
#define AGAIN 1    // codes for the stored scale, where it is not 0
#define NEAREST 2  // the nearest level under an inverse

#define SIGNED 0  // what codes name: two's complement …
#define COUNTS 1
#define IQ4 2
#define E2M1 3

// Codes lowest … highest as `encode` says, what they decode to, marks beyond `low` and `high` in steps (half a step
// outside of the codes), and the gap around each element.
KERNEL void elements(global const float* restrict w, global const float* restrict scales,
                     global const float* restrict minima, global const float2* restrict found,
                     global uchar* restrict codes, global float* restrict values, global uchar* restrict clipped,
                     global float* restrict steps, uint group, uint regions, uint team, uint encode, uint kind,
                     int lowest, int highest, float low, float high, uint has_minima) {
  const region_t r = my_region(group, group, regions, team);
  const uint lane = get_local_id(0) % team, at = min(r.index, regions - 1);
  const float scale = scales[at], least = has_minima ? minima[at] : 0.0f;
  const float2 f = encode == KEEP ? (float2)(0.0f, 0.0f) : found[at];
  if (encode == AGAIN && f.x != 0.0f)
    for (uint i = lane; i < r.count; i += team)
      codes[r.start + i] = (uchar)clamp(ggml_nearest((w[r.start + i] + f.y) / f.x), lowest, highest);
  if (encode == NEAREST)
    for (uint i = lane; i < r.count; i += team) {
      const float v = f.x * w[r.start + i];
      uint code = 0;
      for (uint k = 0; k < 15; ++k) code += v >= (iq4[k] + iq4[k + 1]) / 2.0f;
      codes[r.start + i] = (uchar)code;
    }
  const float edge = low * scale - least, other = high * scale - least;
  const float from = scale < 0.0f ? other : edge, to = scale < 0.0f ? edge : other;
  for (uint i = lane; i < r.count; i += team) {
    const float x = w[r.start + i];
    const uint code = codes[r.start + i];
    float level = (float)code;
    if (kind == SIGNED) level = (float)(char)code;
    if (kind == IQ4) level = iq4[code & 15];
    if (kind == E2M1) level = e2m1[code & 15];
    values[r.start + i] = scale * level - least;
    clipped[r.start + i] = scale != 0.0f && (x < from || x > to);
    steps[r.start + i] = fabs(scale);
  }
  if (kind < IQ4) return;
  constant const float* const book = kind == IQ4 ? iq4 : e2m1_sorted;
  for (uint i = lane; i < r.count; i += team) {
    const float v = w[r.start + i] / scale;
    uint above = 1;
    for (uint k = 1; k < 15; ++k) above += book[k] <= v;
    steps[r.start + i] = scale == 0.0f ? 0.0f : (book[above] - book[above - 1]) * fabs(scale);
  }
}

// `length` bytes of each block from bits of its codes: byte k holds 8/width of them, `stride` elements apart, `width`
// bits each from bit `shift` on, the first in the lowest bits. Codes are stored with an offset.
KERNEL void plane(global const uchar* restrict codes, global uchar* restrict packed, uint block, uint blocks,
                  uint bytes, uint team, uint at, uint length, uint width, uint shift, uint stride, uint offset) {
  const region_t r = my_region(block, block, blocks, team);
  const uint parts = 8 / width, mask = (1u << width) - 1u;
  for (uint k = get_local_id(0) % team; k < length && r.count > 0; k += team) {
    const uint first = r.start + k / stride * (stride * parts) + k % stride;
    uint byte = 0;
    for (uint p = 0; p < parts; ++p) byte |= (((codes[first + p * stride] + offset) >> shift) & mask) << (p * width);
    packed[r.index * bytes + at + k] = (uchar)byte;
  }
}
