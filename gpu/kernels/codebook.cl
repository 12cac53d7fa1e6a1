// Codebooks that `fit` has found: twin of core/methods/codebook/kmeans.cpp and deepcomp.cpp after the search, bit for bit.

// The number of `values` that lie below v, or not above it: 2^bits − 1 of them, ascending.
inline uint count_below(global const float* values, uint bits, float v, bool or_equal) {
  uint below = 0;
  for (uint step = 1u << bits >> 1; step > 0; step >>= 1) {
    const float x = values[below + step - 1];
    below += x < v || (or_equal && x == v) ? step : 0u;
  }
  return below;
}

// `tables`: of each matrix, with K = 2^bits levels: K − 1 midpoints of neighbours, the levels but the outermost two and
// then infinity, K levels, K − 1 gaps. `cuts`: of each matrix the bits of the magnitude below which weights become 0, and
// where in the tile those of just that magnitude end that do so too; read with `sparse`, when code 0 stands for 0.
KERNEL void codebook(global const float* restrict w, global uchar* restrict codes, global float* restrict values,
                     global uchar* restrict clipped, global float* restrict steps, uint cols, uint group, uint regions,
                     uint team, uint matrix_rows, uint first_row, global const float* restrict tables, uint bits,
                     uint sparse) {
  const region_t r = my_region(cols, group, regions, team);
  const uint size = (1u << bits) - 1u, matrix = (first_row + r.row) / matrix_rows, stride = 4u * size + 3u;
  global const float* midpoints = tables + matrix * stride;
  global const float* inner = midpoints + size;
  global const float* levels = inner + size;
  global const float* gaps = levels + size + 1u;
  const uint threshold = as_uint(gaps[size]), ties_end = as_uint(gaps[size + 1u]);
  for (uint i = get_local_id(0) % team; i < r.count; i += STRIDE) {
    const float weight = w[r.start + i], v = is_finite(weight) ? weight : 0.0f;
    const uint magnitude = as_uint(v) & 0x7fffffffu;
    const bool pruned = sparse && (!is_finite(weight) || magnitude < threshold ||
                                   (magnitude == threshold && r.start + i < ties_end));
    const uint code = count_below(midpoints, bits, v, false);
    const float value = pruned ? 0.0f : levels[code];
    codes[r.start + i] = (uchar)(pruned ? 0u : code + sparse);
    values[r.start + i] = value;
    clipped[r.start + i] = 0;
    steps[r.start + i] = sparse && value == 0.0f ? 2.0f * fabs(v) : gaps[count_below(inner, bits, v, true)];
  }
}
