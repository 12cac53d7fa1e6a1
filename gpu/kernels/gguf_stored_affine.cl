// What a K-quant with minima stores of what a search found: twin of core/methods/gguf/k_minimum.cpp, byte for byte. See
// gguf_stored.cl.

// The scale of non-negative codes 0 … N for the sub-blocks' own scales: twin of qp in core/methods/gguf/search.cpp.
INLINED float scale_error(float inverse, int limit, uint n, const float* x, const float* w) {
  const float scale = 1.0f / inverse;
  float sum = 0.0f;
  for (uint i = 0; i < n; ++i) {
    const float d = x[i] - scale * (float)min(limit, ggml_nearest(inverse * x[i]));
    sum += (w[i] * d) * d;
  }
  return sum;
}

INLINED bool improve(int N, uint n, const float* x, const float* w, uchar* codes, float* lx, float* l2) {
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

INLINED float largest_of(uint n, const float* x) {
  float peak = 0.0f;
  for (uint j = 0; j < n; ++j) peak = larger(peak, x[j]);
  return peak;
}

INLINED float search_positive(int N, uint n, const float* x, const float* w, uchar* codes) {
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
INLINED float take_largest(int N, uint n, const float* x, uchar* codes) {
  const float peak = largest_of(n, x), inverse = peak > 0.0f ? (float)N / peak : 0.0f;
  for (uint j = 0; j < n; ++j) codes[j] = (uchar)min(N, ggml_nearest(inverse * x[j]));
  return peak / (float)N;
}

// q2_k: scale (low) and minimum (high nibble) of 16 sub-blocks @0, d @80, dmin @82.
INLINED void store_two_nibbles(global uchar* block, float d, float dmin, uchar* s, uchar* m) {
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
INLINED void store_six_bits(global uchar* block, float d, float dmin, uchar* s, uchar* m) {
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
