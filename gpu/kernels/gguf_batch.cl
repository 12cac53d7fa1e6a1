// Stands before the searches of GGUF's block types: how sub-blocks lie on lanes. Twin of core/methods/gguf/search.h.
// Sums within a sub-block are sequential and sub-blocks independent: each lane of a GPU takes one. A CPU's work-item
// takes eight side by side, one a component of a vector: each component sees exactly the operations of a scalar search.

#if LANES == 1
#define WIDE 8
typedef float8 real;
typedef int8 whole;  // also masks: all ones where a condition holds
#define AS_WHOLE as_int8
#define TO_WHOLE convert_int8
#define TO_REAL convert_float8
#define ANY any
#else
#define WIDE 1
typedef float real;
typedef int whole;
#define AS_WHOLE as_int
#define TO_WHOLE convert_int
#define TO_REAL convert_float
#define ANY
#endif

// On GPUs arrays that loops index by constants become registers; elsewhere it would only cost compile time.
#ifdef GPU
#define UNROLLED _Pragma("unroll")
#else
#define UNROLLED
#endif

#define LONGEST 32  // elements of a sub-block
#define EPS 1e-15f

typedef union {
  real all;
  float each[WIDE];
} lanes_t;

INLINED real pick(whole where, real yes, real no) { return select(no, yes, where); }
// As the reference's: the second of two equal ones, and of a pair with NaN.
INLINED real lesser(real a, real b) { return pick(a < b, a, b); }
INLINED real greater(real a, real b) { return pick(a > b, a, b); }

// Nearest integer, ties to even, up to 4194303; beyond it the low 23 bits that ggml takes. NaN, whose bits are a
// device's own, becomes 0 as on the reference's processors.
INLINED whole nearest_whole(real v) {
  const whole bits = (AS_WHOLE(v + 12582912.0f) & 0x7fffff) - 0x400000;
  return select(bits, (whole)0, v != v);
}
INLINED real code_of(real v, int lowest, int highest) {
  return TO_REAL(clamp(nearest_whole(v), (whole)lowest, (whole)highest));
}

// The sub-blocks of this lane: `first` and those beside it, all below `count`.
typedef struct {
  uint first, count;
} batch_t;

INLINED batch_t my_batch(uint count) {
  batch_t b;
  b.first = ((uint)get_group_id(0) * LANES + get_local_id(0)) * WIDE;
  b.count = count;
  return b;
}

// Where the importance of an element stands: one value a column of each matrix. cols 0: one value an element.
typedef struct {
  uint cols, matrix_rows, first_row;
} columns_t;

INLINED uint place_of(uint element, columns_t c) {
  if (c.cols == 0) return element;
  return (c.first_row + element / c.cols) / c.matrix_rows * c.cols + element % c.cols;
}

#define CHUNK 8  // elements of each lane's sub-block that a group holds in local memory at a time

// Element i of the lane's sub-blocks of n elements to to[i]; lanes beyond the last one repeat it. `stage`: LANES·9
// floats. Every lane of the group calls it.
INLINED void load_batch(global const float* from, columns_t c, batch_t b, uint n, real* to, local float* stage) {
#if LANES == 1
  lanes_t v;
  uint at[WIDE];
  for (uint k = 0; k < WIDE; ++k) at[k] = place_of(min(b.first + k, b.count - 1) * n, c);
  for (uint i = 0; i < n; ++i) {
    for (uint k = 0; k < WIDE; ++k) v.each[k] = from[at[k] + i];
    to[i] = v.all;
  }
#else
  const uint lane = get_local_id(0), group = b.first - lane;
  UNROLLED
  for (uint chunk = 0; chunk < n; chunk += CHUNK) {
    barrier(CLK_LOCAL_MEM_FENCE);
    for (uint k = lane; k < LANES * CHUNK; k += LANES) {  // neighbouring lanes read neighbouring elements
      const uint sub = min(group + k / CHUNK, b.count - 1);
      stage[k / CHUNK * (CHUNK + 1) + k % CHUNK] = from[place_of(sub * n + chunk, c) + k % CHUNK];
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    UNROLLED
    for (uint k = 0; k < CHUNK; ++k) to[chunk + k] = stage[lane * (CHUNK + 1) + k];
  }
#endif
}

// One value of each of the lane's sub-blocks, where `each` neighbours share it.
INLINED real load_shared(global const float* from, batch_t b, uint each) {
  lanes_t v;
  for (uint k = 0; k < WIDE; ++k) v.each[k] = from[min(b.first + k, b.count - 1) / each];
  return v.all;
}

INLINED void store_lanes(global float* to, batch_t b, real value) {
  lanes_t v;
  v.all = value;
  for (uint k = 0; k < WIDE && b.first + k < b.count; ++k) to[b.first + k] = v.each[k];
}

// Four neighbouring codes of each sub-block, i a multiple of 4.
INLINED void store_codes(global uchar* to, batch_t b, uint n, uint i, const real* four) {
  lanes_t v[4];
  for (uint j = 0; j < 4; ++j) v[j].all = four[j];
  for (uint k = 0; k < WIDE && b.first + k < b.count; ++k) {
    const float4 codes = (float4)(v[0].each[k], v[1].each[k], v[2].each[k], v[3].each[k]);
    *(global char4*)(to + (b.first + k) * n + i) = convert_char4(codes);
  }
}

#define SQUARES 0  // x²
#define SPREAD 1   // √(Σx²/n) + |x|
#define SIZES 2    // |x|
#define GIVEN 3    // as they stand in `importance`
#define WEIGHED 4  // importance·√(σ² + x²)

// The weights of each element's error.
INLINED void weigh(uint how, uint n, const real* x, real* w, batch_t b, global const float* weights,
                   global const float* importance, columns_t c, global const float* variances, uint each,
                   local float* stage) {
  // Barriers stand outside of conditions: where nothing is given, the elements are read again, in vain.
#if LANES == 1
  if (how >= GIVEN)
#else
  if (how < GIVEN) importance = weights, c.cols = 0;
#endif
    load_batch(importance, c, b, n, w, stage);
  if (how == SQUARES) {
    UNROLLED
    for (uint i = 0; i < n; ++i) w[i] = x[i] * x[i];
  }
  if (how == SPREAD || how == SIZES) {
    real base = 0.0f;
    UNROLLED
    for (uint i = 0; i < n; ++i) base += x[i] * x[i];
    base = how == SPREAD ? sqrt(base / (float)n) : (real)0.0f;
    UNROLLED
    for (uint i = 0; i < n; ++i) w[i] = base + fabs(x[i]);
  }
  if (how == WEIGHED) {
    const real variance = load_shared(variances, b, each);
    UNROLLED
    for (uint i = 0; i < n; ++i) w[i] = w[i] * sqrt(variance + x[i] * x[i]);
  }
}
