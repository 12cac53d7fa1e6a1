// Stands before every kernel file. LANES: work-items of a group, 2^n, a build option; 1 on CPUs.
// The codes of the reference come from single float32 operations: nothing may be fused or flushed.
#pragma OPENCL FP_CONTRACT OFF
#ifdef FP64
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
#endif

// Every kernel runs in groups of LANES: said to the compiler, it needs no code for other sizes.
#define KERNEL kernel __attribute__((reqd_work_group_size(LANES, 1, 1)))

inline bool is_finite(float x) { return (as_uint(x) & 0x7f800000u) != 0x7f800000u; }
inline bool is_nan(float x) { return (as_uint(x) & 0x7fffffffu) > 0x7f800000u; }

// Plain comparisons where NaN cannot come: on CPUs the library's fmin, fmax, clamp and rint are calls.
inline float smaller(float a, float b) { return b < a ? b : a; }
inline float larger(float a, float b) { return b > a ? b : a; }
inline float limited(float x, float lowest, float highest) { return smaller(larger(x, lowest), highest); }

// Ties to even by an addition whose sum has the unit 1; larger values lie beyond every code and need no rounding.
inline float nearest(float x) { return fabs(x) < 4194304.0f ? (x + 12582912.0f) - 12582912.0f : x; }

// Counters have one owner where a group is one work-item.
#if LANES == 1
#define COUNT(counter) (++*(counter))
#else
#define COUNT(counter) atomic_inc(counter)
#endif

// Barriers stand outside of conditions everywhere: PoCL 3.1 miscompiles a loop with a barrier inside a uniform branch.

// Regions: `group` consecutive weights inside each row of `cols`, the last of a row may be short. A team of `team`
// neighbouring lanes (2^n) works on one region, so that short groups leave no lanes idle and loads stay together.
typedef struct {
  uint index, row, start, count;  // count 0: none left for this team, which still meets every barrier
} region_t;

inline region_t my_region(uint cols, uint group, uint regions, uint team) {
  const uint lane = get_local_id(0), per_row = (cols + group - 1) / group;
  region_t r;
  r.index = (uint)get_group_id(0) * (LANES / team) + lane / team;
  r.row = r.index / per_row;
  const uint first = (r.index % per_row) * group;
  r.start = r.row * cols + first;
  r.count = r.index < regions ? min(group, cols - first) : 0;
  return r;
}

// Smallest (x) and largest (y) over the lanes of each team. Every lane of the group calls it.
inline float2 team_range(float2 mine, uint team, local float2* scratch) {
#if LANES > 1
  const uint lane = get_local_id(0);
  barrier(CLK_LOCAL_MEM_FENCE);
  scratch[lane] = mine;
  for (uint step = team / 2; step > 0; step /= 2) {
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane % team < step) {
      scratch[lane].x = smaller(scratch[lane].x, scratch[lane + step].x);
      scratch[lane].y = larger(scratch[lane].y, scratch[lane + step].y);
    }
  }
  barrier(CLK_LOCAL_MEM_FENCE);
  mine = scratch[lane - lane % team];
#endif
  return mine;
}

// Range of the finite weights of a region; 0, 0 where there are none.
inline float2 region_range(global const float* w, region_t r, uint team, local float2* scratch) {
  float2 range = (float2)(INFINITY, -INFINITY);
  for (uint i = get_local_id(0) % team; i < r.count; i += team) {
    const float x = w[r.start + i];
    if (is_finite(x)) range.x = smaller(range.x, x), range.y = larger(range.y, x);
  }
  range = team_range(range, team, scratch);
  return range.x > range.y ? (float2)(0.0f, 0.0f) : range;
}

// 2^exponent, also where it is a denormal.
inline float power_of_two(int exponent) {
  return as_float(exponent >= -126 ? (uint)(exponent + 127) << 23 : 1u << max(0, exponent + 149));
}

// x rounded to nearest, ties to even, on the grid of a float with `mantissa` bits and smallest normal exponent
// `least` (−14 for binary16), as if its exponents went on: the caller looks for overflow.
inline float round_to_grid(float x, int mantissa, int least) {
  const uint magnitude = as_uint(x) & 0x7fffffffu, sign = as_uint(x) & 0x80000000u;
  const int field = (int)(magnitude >> 23), exponent = max(field, 1) - 127;
  // Bits to drop: those beyond the mantissa, and one more for each octave below the smallest normal.
  const int drop = 23 - mantissa + max(least - exponent, 0);
  if (drop <= 0) return x;
  if (drop > 24 || (drop == 24 && field == 0)) return as_float(sign);  // below half a step
  if (drop >= 23 && field > 0) {
    // The step is the float's leading bit or twice that: the implied bit takes part in the rounding.
    const uint significand = (magnitude & 0x007fffffu) | 0x00800000u;
    const uint steps = (significand + (1u << (drop - 1)) - 1u + ((significand >> drop) & 1u)) >> drop;
    const uint step_field = (uint)(field + drop - 23);
    return as_float((steps == 0 ? 0u : (step_field + steps - 1u) << 23) | sign);  // 0, 1 or 2 steps
  }
  const uint rounded = magnitude + (1u << (drop - 1)) - 1u + ((magnitude >> drop) & 1u);
  return as_float((rounded & ~((1u << drop) - 1u)) | sign);
}

// float32 → binary16 → float32, overflow to infinity.
inline float through_half(float x) {
  if (!is_finite(x)) return x;
  const float rounded = round_to_grid(x, 10, -14);
  return fabs(rounded) > 65504.0f ? copysign(INFINITY, x) : rounded;
}

#ifdef FP64
// The sum over the group's lanes, always in the same order, to *out.
inline void sum_lanes(double mine, global double* out, local double* scratch) {
#if LANES == 1
  *out = mine;
#else
  const uint lane = get_local_id(0);
  barrier(CLK_LOCAL_MEM_FENCE);
  scratch[lane] = mine;
  for (uint step = LANES / 2; step > 0; step /= 2) {
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane < step) scratch[lane] += scratch[lane + step];
  }
  if (lane == 0) *out = scratch[0];
#endif
}

inline void largest_lane(double mine, global double* out, local double* scratch) {
#if LANES == 1
  *out = mine;
#else
  const uint lane = get_local_id(0);
  barrier(CLK_LOCAL_MEM_FENCE);
  scratch[lane] = mine;
  for (uint step = LANES / 2; step > 0; step /= 2) {
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane < step) scratch[lane] = fmax(scratch[lane], scratch[lane + step]);
  }
  if (lane == 0) *out = scratch[0];
#endif
}
#endif
