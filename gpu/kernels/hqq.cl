// Codes over the zero points that HQQ's search has found: twin of core/methods/hqq/hqq.cpp, bit for bit.

// `groups`: 1/Δ, zero and Δ of the tile's groups, one list after the other, `entries` long. `stride`: 0, or the number
// of groups that run down the tensor, to which its elements belong in turn, the tile's first to group `first`.
KERNEL void hqq(global const float* restrict w, global float* restrict scales, global uchar* restrict codes,
                global float* restrict values, global uchar* restrict clipped, global float* restrict steps, uint cols,
                uint group, uint regions, uint team, global const float* restrict groups, uint entries, uint stride,
                uint first, float top) {
  const region_t r = my_region(cols, group, regions, team);
  const uint lane = get_local_id(0) % team;
  if (stride == 0 && lane == 0 && r.count > 0) scales[r.index] = groups[2 * entries + r.index];
  for (uint i = lane; i < r.count; i += STRIDE) {
    const uint entry = stride > 0 ? (first + r.start + i) % stride : r.index;
    const float inverse = groups[entry], zero = groups[entries + entry], scale = groups[2 * entries + entry];
    const float weight = w[r.start + i];
    const bool finite = is_finite(weight);
    const float v = finite ? weight * inverse + zero : zero;
    // Limited first: rounding by addition holds for |v| below 2^22.
    const float code = limited((limited(v, -1.0f, 512.0f) + 12582912.0f) - 12582912.0f, 0.0f, top);
    codes[r.start + i] = (uchar)(int)code;
    values[r.start + i] = limited((code - zero) * scale, -FLT_MAX, FLT_MAX);
    clipped[r.start + i] = finite && (v < -0.5f || v > top + 0.5f);
    steps[r.start + i] = scale;
  }
}
