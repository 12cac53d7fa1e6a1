// Error statistics of one encoded tile: twin of add_errors (core/backend/element_errors.cpp). Counts are exact; the sums
// differ from the reference's only in the order of additions.
#ifdef FP64

#define BINS 8192                // by the 13 leading bits of the error
#define CLIPPED BINS             // the same of clipped elements
#define STEP (2 * BINS)          // e/Δ: 130
#define CODE (STEP + 130)        // by code: 256
#define TALLY (CODE + 256)       // the eight below
#define SMALL (130 + 256 + 8)
enum { COUNT_FINITE, COUNT_NAN, COUNT_INF, COUNT_CLIPPED, ERROR_NAN, ERROR_INF, CLIPPED_NAN, CLIPPED_INF };

// e/Δ in 1/64 over [−1, 1), an overflow counter at each end.
inline uint step_bin(float error, float step) {
  const float t = error / step;
  if (t < -1.0f) return 0;
  return t < 1.0f ? (uint)(65 + (int)floor(64.0f * t)) : 129;
}

// Each group takes one run of the tile; its lanes read neighbours. `sums`: 7 a group: e, e², e² of clipped, w², wŵ,
// ŵ², largest |e|. `counters`: BINS + BINS + SMALL, added to.
KERNEL void error_stats(global const float* restrict w, global const float* restrict values,
                        global const uchar* restrict codes, global const uchar* restrict clipped,
                        global const float* restrict steps, uint n, global double* restrict sums,
                        global uint* restrict counters) {
  const uint lane = get_local_id(0), groups = (uint)get_num_groups(0), group = (uint)get_group_id(0);
  local uint small[SMALL];
  local double scratch[LANES];
  for (uint k = lane; k < SMALL; k += LANES) small[k] = 0;
#ifdef LOCAL_COUNTERS
  local uint bins[BINS];
  for (uint k = lane; k < BINS; k += LANES) bins[k] = 0;
#define BIN(k) COUNT(&bins[k])
#else
#define BIN(k) atomic_inc(&counters[k])
#endif
  barrier(CLK_LOCAL_MEM_FENCE);

  const uint run = (n + groups - 1) / groups, first = min(group * run, n), last = min(first + run, n);
  double e1 = 0, e2 = 0, e2_clipped = 0, w2 = 0, wq = 0, q2 = 0, peak = 0;
  for (uint i = first + lane; i < last; i += LANES) {
    const float x = w[i], y = values[i], e = y - x;  // rounds as the double difference would: 53 >= 2 * 24 + 2 bits
    if (!is_finite(x)) {
      COUNT(&small[TALLY - STEP + (is_nan(x) ? COUNT_NAN : COUNT_INF)]);
      continue;
    }
    const double dx = x, dy = y, de = dy - dx, square = de * de;
    e1 += de, e2 += square, w2 += dx * dx, wq += dx * dy, q2 += dy * dy;
    if (fabs(de) > peak) peak = fabs(de);
    COUNT(&small[TALLY - STEP + COUNT_FINITE]);
    COUNT(&small[CODE - STEP + codes[i]]);
    if (steps[i] > 0.0f) COUNT(&small[step_bin(e, steps[i])]);
    const uint key = as_uint(e) >> 19;
    if (is_finite(e)) BIN(key);
    else COUNT(&small[TALLY - STEP + (is_nan(e) ? ERROR_NAN : ERROR_INF)]);
    if (clipped[i]) {  // rare: straight to global memory
      e2_clipped += square;
      COUNT(&small[TALLY - STEP + COUNT_CLIPPED]);
      if (is_finite(e)) atomic_inc(&counters[CLIPPED + key]);
      else COUNT(&small[TALLY - STEP + (is_nan(e) ? CLIPPED_NAN : CLIPPED_INF)]);
    }
  }
  global double* mine = sums + group * 7;
  sum_lanes(e1, mine, scratch);
  sum_lanes(e2, mine + 1, scratch);
  sum_lanes(e2_clipped, mine + 2, scratch);
  sum_lanes(w2, mine + 3, scratch);
  sum_lanes(wq, mine + 4, scratch);
  sum_lanes(q2, mine + 5, scratch);
  largest_lane(peak, mine + 6, scratch);
  barrier(CLK_LOCAL_MEM_FENCE);
  for (uint k = lane; k < SMALL; k += LANES)
    if (small[k]) atomic_add(&counters[STEP + k], small[k]);
#ifdef LOCAL_COUNTERS
  for (uint k = lane; k < BINS; k += LANES)
    if (bins[k]) atomic_add(&counters[k], bins[k]);
#endif
}

// One pass of RadixSelect over |e| (core/stats/radix_select.h): `own` and `counters` hold mask + 1 a target.
KERNEL void radix_count(global const float* restrict w, global const float* restrict values, uint n,
                        global const uint* restrict prefixes, uint targets, uint shift, uint next_shift, uint mask,
                        global uint* restrict counters, local uint* own) {
  const uint lane = get_local_id(0), groups = (uint)get_num_groups(0), group = (uint)get_group_id(0);
  const uint size = targets * (mask + 1);
  for (uint k = lane; k < size; k += LANES) own[k] = 0;
  barrier(CLK_LOCAL_MEM_FENCE);
  const uint run = (n + groups - 1) / groups, first = min(group * run, n), last = min(first + run, n);
  for (uint i = first + lane; i < last; i += LANES) {
    const float e = fabs(values[i] - w[i]);
    if (!is_finite(w[i]) || !is_finite(e)) continue;
    const uint bits = as_uint(e) | 0x80000000u, lead = bits >> shift;
    for (uint t = 0; t < targets; ++t)
      if (prefixes[t] == lead) COUNT(&own[t * (mask + 1) + ((bits >> next_shift) & mask)]);
  }
  barrier(CLK_LOCAL_MEM_FENCE);
  for (uint k = lane; k < size; k += LANES)
    if (own[k]) atomic_add(&counters[k], own[k]);
}

#endif
