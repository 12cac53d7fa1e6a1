// Stands before the kernels of GGUF's block types that store and decode: numbers as ggml rounds and stores them.

// Nearest integer as ggml takes it, see nearest_whole in gguf_batch.cl.
INLINED int ggml_nearest(float v) { return is_nan(v) ? 0 : (as_int(v + 12582912.0f) & 0x7fffff) - 0x400000; }

// binary16 of a float32, rounded to nearest even; the reference's quiet NaN.
INLINED ushort half_bits(float x) {
  const float rounded = through_half(x), size = fabs(rounded);
  const uint sign = (as_uint(x) >> 16) & 0x8000u;
  if (is_nan(x)) return (ushort)(sign | 0x7e00u);
  if (!is_finite(rounded)) return (ushort)(sign | 0x7c00u);
  if (size < 6.103515625e-05f) return (ushort)(sign | (uint)(size * 16777216.0f));  // multiples of 2^−24
  return (ushort)(sign | ((as_uint(size) >> 13) - (112u << 10)));
}

INLINED void put_half(global uchar* to, float x) {
  const ushort bits = half_bits(x);
  to[0] = (uchar)(bits & 255);
  to[1] = (uchar)(bits >> 8);
}

// trunc of what is finite: 1/Δ of a denormal Δ is not.
INLINED int truncated(float v) { return is_finite(v) ? (int)v : 0; }
