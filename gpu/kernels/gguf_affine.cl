// The search of a scale and a minimum ≤ 0 for codes 0 … N: twin of qkx in core/methods/gguf/search.cpp, bit for bit.
// Needs correctly rounded division and square roots, and denormals.

INLINED real error_of(real scale, real least, uint n, const real* x, const real* w, const real* codes, int absolute) {
  real sum = 0.0f;
  UNROLLED
  for (uint i = 0; i < n; ++i) {
    const real e = (scale * codes[i] + least) - x[i];
    sum += w[i] * (absolute ? fabs(e) : e * e);
  }
  return sum;
}

// What a trial needs to find its codes again.
typedef struct {
  real inverse, least;
} trial_t;

INLINED void encode(trial_t trial, int top, uint n, const real* x, real* codes) {
  UNROLLED
  for (uint i = 0; i < n; ++i) codes[i] = code_of(trial.inverse * (x[i] - trial.least), 0, top);
}

// ŵ = scale·code − minimum of the lane's sub-blocks of n elements. `sums`: Σw of each.
INLINED void affine(global const float* weights, global float* scales, global float* minima, global float* sums,
                    global uchar* codes, uint count, uint n, global const float* importance, columns_t columns,
                    global const float* variances, uint each, uint how, int top, float lowest, float step, int trials,
                    int absolute, local float* stage) {
  const batch_t b = my_batch(count);
  const columns_t own = {0, 1, 0};
  real x[LONGEST], w[LONGEST], l[LONGEST];
  load_batch(weights, own, b, n, x, stage);
  weigh(how, n, x, w, b, weights, importance, columns, variances, each, stage);
  real lo = x[0], hi = x[0], W = 0.0f, Sx = 0.0f;
  UNROLLED
  for (uint i = 0; i < n; ++i) {
    lo = lesser(lo, x[i]);
    hi = greater(hi, x[i]);
    W += w[i];
    Sx += w[i] * x[i];
  }
  lo = lesser(lo, (real)0.0f);
  const real least = lo;
  const whole alive = hi > lo;
  trial_t best = {(float)top / (hi - lo), lo};
  real scale = 1.0f / best.inverse;
  encode(best, top, n, x, l);
  real error = error_of(scale, lo, n, x, w, l, absolute);
  for (int t = 0; t <= trials; ++t) {
    // `lo` is the best minimum so far, as in the reference, not the data's.
    const trial_t trial = {((lowest + step * (float)t) + (float)top) / (hi - lo), lo};
    encode(trial, top, n, x, l);
    real A = 0.0f, B = 0.0f, C = 0.0f;
    UNROLLED
    for (uint i = 0; i < n; ++i) {
      const real wl = w[i] * l[i];
      A += wl;
      B += wl * l[i];
      C += wl * x[i];
    }
    const real D = W * B - A * A, free_scale = (W * C - Sx * A) / D, free_lo = (B * Sx - A * C) / D;
    const whole above = free_lo > 0.0f;
    const real s = pick(above, C / B, free_scale), m = pick(above, (real)0.0f, free_lo);
    const real e = error_of(s, m, n, x, w, l, absolute);
    const whole better = (D > 0.0f) & (e < error) & alive;
    best.inverse = pick(better, trial.inverse, best.inverse);
    best.least = pick(better, trial.least, best.least);
    error = pick(better, e, error);
    scale = pick(better, s, scale);
    lo = pick(better, m, lo);
  }
  encode(best, top, n, x, l);
  UNROLLED
  for (uint i = 0; i < n; ++i) l[i] = pick(alive, l[i], (real)0.0f);
  UNROLLED
  for (uint i = 0; i < n; i += 4) store_codes(codes, b, n, i, l + i);
  store_lanes(scales, b, pick(alive, scale, (real)0.0f));
  store_lanes(minima, b, -pick(alive, lo, least));
  store_lanes(sums, b, W);
}

#define AFFINE(name, n)                                                                                             \
  KERNEL void name(global const float* restrict weights, global float* restrict scales,                             \
                   global float* restrict minima, global float* restrict sums, global uchar* restrict codes,        \
                   uint count, global const float* restrict importance, uint cols, uint matrix_rows,                \
                   uint first_row, global const float* restrict variances, uint each, uint how, int top,            \
                   float lowest, float step, int trials, int absolute, local float* stage) {                        \
    const columns_t columns = {cols, matrix_rows, first_row};                                                       \
    affine(weights, scales, minima, sums, codes, count, n, importance, columns, variances, each, how, top, lowest,  \
           step, trials, absolute, stage);                                                                          \
  }

AFFINE(affine_16, 16)
AFFINE(affine_32, 32)
