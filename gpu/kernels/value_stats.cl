// Statistics of a tile's values: twin of value_sums (core/stats/value_stats.cpp). Counts are exact; the sums differ from
// the reference's only in the order of additions.
#ifdef FP64

#define BINS 8192  // by the 13 leading bits
#define TALLIES 5
enum { COUNT_FINITE, COUNT_NAN, COUNT_INF, COUNT_ZERO, COUNT_SUBNORMAL };

// First pass. `sums`: 3 a group: Σx, largest −x, largest x. `counters`: BINS + TALLIES, added to.
KERNEL void value_sums(global const float* restrict w, uint n, global double* restrict sums,
                       global uint* restrict counters) {
  const uint lane = get_local_id(0), groups = (uint)get_num_groups(0), group = (uint)get_group_id(0);
  local double scratch[LANES];
  local uint tally[TALLIES];
  for (uint k = lane; k < TALLIES; k += LANES) tally[k] = 0;
#ifdef LOCAL_COUNTERS
  local uint bins[BINS];
  for (uint k = lane; k < BINS; k += LANES) bins[k] = 0;
#define BIN(k) COUNT(&bins[k])
#else
#define BIN(k) atomic_inc(&counters[k])
#endif
  barrier(CLK_LOCAL_MEM_FENCE);

  const uint run = (n + groups - 1) / groups, first = min(group * run, n), last = min(first + run, n);
  double sum = 0, down = -INFINITY, up = -INFINITY;
  for (uint i = first + lane; i < last; i += LANES) {
    const float x = w[i];
    if (!is_finite(x)) {
      COUNT(&tally[is_nan(x) ? COUNT_NAN : COUNT_INF]);
      continue;
    }
    COUNT(&tally[COUNT_FINITE]);
    const uint magnitude = as_uint(x) & 0x7fffffffu;
    if (magnitude == 0) COUNT(&tally[COUNT_ZERO]);
    else if (magnitude < 0x00800000u) COUNT(&tally[COUNT_SUBNORMAL]);
    sum += x, down = fmax(down, -(double)x), up = fmax(up, (double)x);
    BIN(as_uint(x) >> 19);
  }
  sum_lanes(sum, sums + group * 3, scratch);
  largest_lane(down, sums + group * 3 + 1, scratch);
  largest_lane(up, sums + group * 3 + 2, scratch);
  barrier(CLK_LOCAL_MEM_FENCE);
  for (uint k = lane; k < TALLIES; k += LANES)
    if (tally[k]) atomic_add(&counters[BINS + k], tally[k]);
#ifdef LOCAL_COUNTERS
  for (uint k = lane; k < BINS; k += LANES)
    if (bins[k]) atomic_add(&counters[k], bins[k]);
#endif
}

// Second pass: moments about the mean. `sums`: 4 a group: Σd, Σd², Σd³, Σd⁴.
KERNEL void value_moments(global const float* restrict w, uint n, double mean, global double* restrict sums) {
  const uint lane = get_local_id(0), groups = (uint)get_num_groups(0), group = (uint)get_group_id(0);
  local double scratch[LANES];
  const uint run = (n + groups - 1) / groups, first = min(group * run, n), last = min(first + run, n);
  double d1 = 0, d2 = 0, d3 = 0, d4 = 0;
  for (uint i = first + lane; i < last; i += LANES) {
    if (!is_finite(w[i])) continue;
    const double d = w[i] - mean, square = d * d;
    d1 += d, d2 += square, d3 += square * d, d4 += square * square;
  }
  sum_lanes(d1, sums + group * 4, scratch);
  sum_lanes(d2, sums + group * 4 + 1, scratch);
  sum_lanes(d3, sums + group * 4 + 2, scratch);
  sum_lanes(d4, sums + group * 4 + 3, scratch);
}

#endif
