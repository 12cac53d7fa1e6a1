// Elements of GGUF blocks once their scales are known, beside what importance needs of them: twin of
// core/methods/gguf/packed.cpp, bit for bit. Needs correctly rounded division and denormals.

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

// The doubled values of E2M1, sign in the highest bit; −0 decodes to 0.
constant float e2m1[16] = {0.0f, 1.0f,  2.0f,  3.0f,  4.0f,  6.0f,  8.0f,  12.0f,
                           0.0f, -1.0f, -2.0f, -3.0f, -4.0f, -6.0f, -8.0f, -12.0f};

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
    for (uint i = lane; i < r.count; i += STRIDE)
      codes[r.start + i] = (uchar)clamp(ggml_nearest((w[r.start + i] + f.y) / f.x), lowest, highest);
  if (encode == NEAREST)
    for (uint i = lane; i < r.count; i += STRIDE) {
      const float v = f.x * w[r.start + i];
      uint code = 0;
      for (uint k = 0; k < 15; ++k) code += v >= (iq4[k] + iq4[k + 1]) / 2.0f;
      codes[r.start + i] = (uchar)code;
    }
  const float edge = low * scale - least, other = high * scale - least;
  const float from = scale < 0.0f ? other : edge, to = scale < 0.0f ? edge : other;
  for (uint i = lane; i < r.count; i += STRIDE) {
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
  for (uint i = lane; i < r.count; i += STRIDE) {
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
  for (uint k = get_local_id(0) % team; k < length && r.count > 0; k += STRIDE) {
    const uint first = r.start + k / stride * (stride * parts) + k % stride;
    uint byte = 0;
    for (uint p = 0; p < parts; ++p) byte |= (((codes[first + p * stride] + offset) >> shift) & mask) << (p * width);
    packed[r.index * bytes + at + k] = (uchar)byte;
  }
}
