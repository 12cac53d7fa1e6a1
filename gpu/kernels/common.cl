// Stands before every kernel file. LANES: work-items of a group, 2^n, a build option; 1 on CPUs.
// The codes of the reference come from single float32 operations: nothing may be fused or flushed.
#pragma OPENCL FP_CONTRACT OFF
#ifdef FP64
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
#endif

// Every kernel runs in groups of LANES: said to the compiler, it needs no code for other sizes.
#define KERNEL kernel __attribute__((reqd_work_group_size(LANES, 1, 1)))

// For what loops call: a call keeps them from becoming vectors.
#define INLINED inline __attribute__((always_inline))

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

// Steps of a lane through its region. A stride that is only known at run time hides the loop from vectorizers.
#if LANES == 1
#define STRIDE 1u
#else
#define STRIDE team
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

// Bits of a float as an integer of the same order, and back.
inline int ordered(int bits) { return bits ^ ((bits >> 31) & 0x7fffffff); }

// Range of the finite weights of a region; 0, 0 where there are none. Compared as integers: no NaN stands in the way of
// vectors.
inline float2 region_range(global const float* w, region_t r, uint team, local float2* scratch) {
  const int none_low = ordered(as_int(INFINITY)), none_high = ordered(as_int(-INFINITY));
  int low = none_low, high = none_high;
  for (uint i = get_local_id(0) % team; i < r.count; i += STRIDE) {
    const int bits = as_int(w[r.start + i]), key = ordered(bits);
    const bool finite = (bits & 0x7fffffff) < 0x7f800000;
    const int to_low = finite ? key : none_low, to_high = finite ? key : none_high;
    low = to_low < low ? to_low : low;
    high = to_high > high ? to_high : high;
  }
  const float2 range = team_range((float2)(as_float(ordered(low)), as_float(ordered(high))), team, scratch);
  return range.x > range.y ? (float2)(0.0f, 0.0f) : range;
}

// 2^exponent, also where it is a denormal.
inline float power_of_two(int exponent) {
  return as_float(exponent >= -126 ? (uint)(exponent + 127) << 23 : exponent > -149 ? 1u << (exponent + 149) : 1u);
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

// Floating formats: twin of core/tensor/float_format.h. Integer work but for one addition, which no device gets wrong.
#define SATURATE 1u  // what overflows is held at the largest value
#define HAS_INF 2u   // the format has infinities (and NaN)
#define HAS_NAN 4u   // the format has NaN
typedef struct {
  int mantissa, bias, top;            // fraction bits, exponent bias, exponent of the largest values
  uint max_code, nan_code, sign_bit;  // patterns of the largest value, of NaN, of −0
  uint flags;
  float largest;
  uint least;         // bits of the smallest normal value, 0 where it is float32's own
  float unit, shift;  // the step below it; a float32 whose last bit is one step
} format_t;

typedef struct {
  float value;
  uint code;
  bool beyond;  // a finite value that was held at the largest
} encoded_t;

// One rounding, ties to even. Choices without branches: compilers make vectors of them.
INLINED encoded_t encode_as(float x, format_t f) {
  const uint magnitude = as_uint(x) & 0x7fffffffu, sign = as_uint(x) >> 31;
  const bool finite = magnitude < 0x7f800000u, nan = magnitude > 0x7f800000u;
  const int drop = 23 - f.mantissa;
  const uint rebias = (uint)(127 - f.bias) << 23, rounding = (1u << (drop - 1)) - 1u + ((magnitude >> drop) & 1u);
  const uint normal = ((magnitude + rounding) >> drop) - (rebias >> drop);
  // Below the smallest normal value the sum's unit is the fixed step, so the addition rounds to it.
  const uint fixed = as_uint(as_float(magnitude) + f.shift) - as_uint(f.shift);
  const uint pattern = magnitude < f.least ? fixed : normal;  // as if the exponents went on
  const uint plain = ((f.least != 0) & (pattern < 1u << f.mantissa)) ? as_uint((float)(int)pattern * f.unit)
                                                                   : (pattern << drop) + rebias;
  const uint past_code = (f.flags & HAS_INF) ? f.max_code + 1u : f.nan_code;
  const uint past_value = (f.flags & HAS_INF) ? 0x7f800000u : 0x7fc00000u;
  const bool hold = (f.flags & SATURATE) && ((f.flags & HAS_INF) ? finite : true);
  const bool over = pattern > f.max_code, has_nan = (f.flags & HAS_NAN) != 0;
  const uint code = over ? hold ? f.max_code : past_code : pattern;
  const uint value = over ? hold ? as_uint(f.largest) : past_value : plain;
  const uint signed_value = nan ? has_nan ? 0x7fc00000u | sign << 31 : 0u : value | sign << 31;
  encoded_t to;
  to.code = nan ? has_nan ? f.nan_code + sign * f.sign_bit : 0u : code + sign * f.sign_bit;
  to.value = as_float(signed_value);
  to.beyond = over & hold & finite;
  return to;
}

// Gap between the two values of the format around x; the outermost gap beyond its range, 0 for NaN and infinity.
inline float gap(float x, format_t f) {
  const int field = (int)((as_uint(x) >> 23) & 255u), exponent = (field > 0 ? field : 1) - 127;
  const int low = 1 - f.bias, above = exponent > low ? exponent : low;
  return field == 255 ? 0.0f : power_of_two((above < f.top ? above : f.top) - f.mantissa);
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
