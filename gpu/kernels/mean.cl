// Mean magnitudes: twins of core/methods/codebook/bitnet.cpp and binary.cpp, bit for bit. Means of rows and groups need
// double; those of tensors come from `fit`.

#define OF_MATRIX 1u  // the magnitude comes from `fit`, one a matrix
#define CENTRED 2u    // around the region's mean

#ifdef FP64

// Exponent of the lowest bit that is set; 128, above all of them, for 0.
inline int lowest_bit(float x) {
  const uint magnitude = as_uint(x) & 0x7fffffffu, field = magnitude >> 23;
  const uint significand = (magnitude & 0x007fffffu) | (field > 0 ? 0x00800000u : 0u);
  return magnitude == 0 ? 128 : (int)max(field, 1u) - 150 + 31 - (int)clz(significand & (0u - significand));
}

inline double term(float x, float centre, bool sizes) {
  const double d = (double)x - (double)centre;
  return is_finite(x) ? sizes ? fabs(d) : d : 0.0;
}

typedef struct {
  double sum, size;  // size: Σ of what bounds the terms
  uint count;        // finite weights
  int lowest;        // exponent of the lowest bit of any term
} sum_t;

inline sum_t added(sum_t a, sum_t b) {
  a.sum += b.sum, a.size += b.size, a.count += b.count;
  a.lowest = min(a.lowest, b.lowest);
  return a;
}

// Σ (w − centre), or of its magnitudes, over a region's finite weights: the reference's sum, which adds one after the
// other. Where no sum can round (all terms are multiples of one power of two, and their sizes stay below 2^52 of it) the
// order does not matter and the lanes share the work; else each of them adds up the whole.
inline sum_t ordered_sum(global const float* w, region_t r, uint team, float centre, bool sizes, local sum_t* scratch) {
  sum_t all = {0, 0, 0, lowest_bit(centre)};
  for (uint i = get_local_id(0) % team; i < r.count; i += STRIDE) {
    const float x = w[r.start + i];
    const sum_t one = {term(x, centre, sizes), fabs((double)x) + fabs((double)centre), 1, lowest_bit(x)};
    if (is_finite(x)) all = added(all, one);
  }
#if LANES > 1
  const uint lane = get_local_id(0);
  barrier(CLK_LOCAL_MEM_FENCE);
  scratch[lane] = all;
  for (uint step = team / 2; step > 0; step /= 2) {
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane % team < step) scratch[lane] = added(scratch[lane], scratch[lane + step]);
  }
  barrier(CLK_LOCAL_MEM_FENCE);
  all = scratch[lane - lane % team];
  if (all.size >= as_double((ulong)(all.lowest + 52 + 1023) << 52)) {
    all.sum = 0;
    for (uint i = 0; i < r.count; ++i) all.sum += term(w[r.start + i], centre, sizes);
  }
#endif
  return all;
}

inline float mean_of(sum_t s) { return s.count > 0 ? (float)(s.sum / (double)s.count) : 0.0f; }

// Δ of every region for kernels/uniform.cl.
KERNEL void bitnet_scales(global const float* restrict w, global float* restrict scales, uint cols, uint group,
                          uint regions, uint team) {
  const region_t r = my_region(cols, group, regions, team);
  local sum_t sums[LANES];
  const float mean = mean_of(ordered_sum(w, r, team, 0.0f, true, sums));
  if (get_local_id(0) % team == 0 && r.count > 0) scales[r.index] = larger(mean, 1e-5f);
}
#endif

// `books`: with CENTRED the two values of each region.
KERNEL void binary(global const float* restrict w, global float* restrict scales, global float* restrict books,
                   global uchar* restrict codes, global float* restrict values, global uchar* restrict clipped,
                   global float* restrict steps, uint cols, uint group, uint regions, uint team, uint matrix_rows,
                   uint first_row, uint flags) {
  const region_t r = my_region(cols, group, regions, team);
  const uint lane = get_local_id(0) % team;
  float mean = 0.0f, scale = 0.0f;
#ifdef FP64
  local sum_t sums[LANES];
  region_t own = r, centred = r;
  if (flags & OF_MATRIX) own.count = 0;
  if (!(flags & CENTRED)) centred.count = 0;
  mean = mean_of(ordered_sum(w, centred, team, 0.0f, false, sums));
  scale = mean_of(ordered_sum(w, own, team, mean, true, sums));
#endif
  if ((flags & OF_MATRIX) && r.count > 0) scale = scales[(first_row + r.row) / matrix_rows];
  const float low = (flags & CENTRED) ? mean - scale : -scale, high = (flags & CENTRED) ? mean + scale : scale;
  if (lane == 0 && r.count > 0) {
    if (!(flags & OF_MATRIX)) scales[r.index] = scale;
    if (flags & CENTRED) books[2 * r.index] = low, books[2 * r.index + 1] = high;
  }
  for (uint i = lane; i < r.count; i += STRIDE) {
    const float x = w[r.start + i];
    const bool upper = !is_finite(x) || x >= mean;
    codes[r.start + i] = upper;
    values[r.start + i] = upper ? high : low;
    clipped[r.start + i] = 0;
    steps[r.start + i] = 2.0f * scale;
  }
}
