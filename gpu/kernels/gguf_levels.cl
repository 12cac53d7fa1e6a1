// The search of a scale under the 16 uneven levels of IQ4: twin of iq4_scale in core/methods/gguf/search.cpp, bit for
// bit. Needs correctly rounded division and square roots, and denormals.

// Midpoints of neighbouring levels and the gaps between them.
constant float thresholds[15] = {-115.5f, -93.5f, -74.0f, -57.0f, -42.0f, -28.5f, -16.0f, -4.5f,
                                 7.0f,    19.0f,  31.5f,  45.5f,  61.0f,  79.0f,  101.0f};
constant float gaps[15] = {23.0f, 21.0f, 18.0f, 16.0f, 14.0f, 13.0f, 12.0f, 11.0f,
                           12.0f, 12.0f, 13.0f, 15.0f, 16.0f, 20.0f, 24.0f};
#define LOWEST -127.0f

// The nearest level: the lowest one plus all gaps below v.
INLINED real nearest_level(real v) {
  real level = LOWEST;
  UNROLLED
  for (uint k = 0; k < 15; ++k) level += pick(v >= thresholds[k], (real)gaps[k], (real)0.0f);
  return level;
}

// Σ w·x·l and Σ w·l² over the levels l of one trial.
typedef struct {
  real lx, l2;
} products_t;

INLINED products_t products(real inverse, const real* x, const real* w) {
  products_t sum = {0.0f, 0.0f};
  UNROLLED
  for (uint i = 0; i < 32; ++i) {
    const real level = nearest_level(inverse * x[i]), wl = w[i] * level;
    sum.lx += wl * x[i];
    sum.l2 += wl * level;
  }
  return sum;
}

KERNEL void levels(global const float* restrict weights, global float* restrict scales, uint count,
                   global const float* restrict importance, uint cols, uint matrix_rows, uint first_row,
                   global const float* restrict variances, uint each, uint how, local float* stage) {
  const batch_t b = my_batch(count);
  const columns_t own = {0, 1, 0}, columns = {cols, matrix_rows, first_row};
  real x[32], w[32], m = 0.0f, peak = 0.0f;
  load_batch(weights, own, b, 32, x, stage);
  weigh(how, 32, x, w, b, weights, importance, columns, variances, each, stage);
  UNROLLED
  for (uint i = 0; i < 32; ++i) {
    const real size = fabs(x[i]);
    const whole larger = size > peak;
    peak = pick(larger, size, peak);
    m = pick(larger, x[i], m);
  }
  const whole alive = fabs(m) >= EPS;
  // The first trial maps the extreme to +127, the later ones to about −127: both signs of the scale are tried.
  products_t p = products(1.0f / (-m / LOWEST), x, w);
  real scale = pick(p.l2 > 0.0f, p.lx / p.l2, (real)0.0f), score = scale * p.lx;
  for (int t = -7; t <= 7; ++t) {
    p = products(((float)t + LOWEST) / m, x, w);
    const whole better = (p.l2 > 0.0f) & (p.lx * p.lx > score * p.l2);
    scale = pick(better, p.lx / p.l2, scale);
    score = pick(better, scale * p.lx, score);
  }
  store_lanes(scales, b, pick(alive, scale, (real)0.0f));
}
