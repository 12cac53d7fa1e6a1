// The searches of a scale for codes −N … N − 1: twins of qx and q3 in core/methods/gguf/search.cpp, bit for bit.
// Need correctly rounded division and square roots, and denormals.

// The value of the largest magnitude, the first of equals, with its sign.
INLINED real signed_extreme(uint n, const real* x) {
  real extreme = 0.0f, peak = 0.0f;
  UNROLLED
  for (uint i = 0; i < n; ++i) {
    const real size = fabs(x[i]);
    const whole larger = size > peak;
    peak = pick(larger, size, peak);
    extreme = pick(larger, x[i], extreme);
  }
  return extreme;
}

// Σ w·x·l and Σ w·l² over the codes l of one trial.
typedef struct {
  real lx, l2;
} products_t;

INLINED products_t products(real inverse, int N, uint n, const real* x, const real* w, real* codes) {
  products_t sum = {0.0f, 0.0f};
  UNROLLED
  for (uint i = 0; i < n; ++i) {
    codes[i] = code_of(inverse * x[i], -N, N - 1);
    sum.lx += (w[i] * x[i]) * codes[i];
    sum.l2 += (w[i] * codes[i]) * codes[i];
  }
  return sum;
}

// Codes of sub-blocks without values are −N, as the reference stores 0.
INLINED void store_signed(global uchar* to, batch_t b, int N, uint n, whole alive, real* codes) {
  UNROLLED
  for (uint i = 0; i < n; ++i) codes[i] = pick(alive, codes[i], (real)(float)-N);
  UNROLLED
  for (uint i = 0; i < n; i += 4) store_codes(to, b, n, i, codes + i);
}

// `sums`: Σw of each sub-block.
INLINED void symmetric(global const float* weights, global float* scales, global float* sums, global uchar* codes,
                       uint count, uint n, global const float* importance, columns_t columns,
                       global const float* variances, uint each, uint how, int N, local float* stage) {
  const batch_t b = my_batch(count);
  const columns_t own = {0, 1, 0};
  real x[LONGEST], w[LONGEST], l[LONGEST];
  load_batch(weights, own, b, n, x, stage);
  weigh(how, n, x, w, b, weights, importance, columns, variances, each, stage);
  real sum = 0.0f;
  UNROLLED
  for (uint i = 0; i < n; ++i) sum += w[i];
  const real m = signed_extreme(n, x);
  const whole alive = fabs(m) >= EPS;
  real kept = (float)-N / m;
  products_t p = products(kept, N, n, x, w, l);
  real scale = pick(p.l2 != 0.0f, p.lx / p.l2, (real)0.0f), best = scale * p.lx;
  for (int t = -9; t <= 9; ++t) {
    if (t == 0) continue;
    const real inverse = -((float)N + 0.1f * (float)t) / m;
    p = products(inverse, N, n, x, w, l);
    const whole better = (p.l2 > 0.0f) & (p.lx * p.lx > best * p.l2) & alive;
    kept = pick(better, inverse, kept);
    scale = pick(better, p.lx / p.l2, scale);
    best = pick(better, scale * p.lx, best);
  }
  products(kept, N, n, x, w, l);
  store_signed(codes, b, N, n, alive, l);
  store_lanes(scales, b, pick(alive, scale, (real)0.0f));
  store_lanes(sums, b, sum);
}

#define SYMMETRIC(name, n)                                                                                          \
  KERNEL void name(global const float* restrict weights, global float* restrict scales,                             \
                   global float* restrict sums, global uchar* restrict codes, uint count,                           \
                   global const float* restrict importance, uint cols, uint matrix_rows, uint first_row,            \
                   global const float* restrict variances, uint each, uint how, int N, local float* stage) {        \
    const columns_t columns = {cols, matrix_rows, first_row};                                                       \
    symmetric(weights, scales, sums, codes, count, n, importance, columns, variances, each, how, N, stage);         \
  }

SYMMETRIC(symmetric_16, 16)
SYMMETRIC(symmetric_32, 32)

// Coordinate descent over 16 codes −4 … 3 under the weights x².
KERNEL void descent(global const float* restrict weights, global float* restrict scales, global uchar* restrict codes,
                    uint count, local float* stage) {
  const batch_t b = my_batch(count);
  const columns_t own = {0, 1, 0};
  real x[16], w[16], l[16];
  load_batch(weights, own, b, 16, x, stage);
  UNROLLED
  for (uint i = 0; i < 16; ++i) w[i] = x[i] * x[i];
  const real m = signed_extreme(16, x);
  const whole alive = fabs(m) >= EPS;
  products_t p = products(-4.0f / m, 4, 16, x, w, l);
  bool changed = true;
  for (int sweep = 0; sweep < 5 && changed; ++sweep) {
    changed = false;
    UNROLLED
    for (uint i = 0; i < 16; ++i) {
      real lx = p.lx - (w[i] * x[i]) * l[i], l2 = p.l2 - (w[i] * l[i]) * l[i];
      const real c = code_of((x[i] * l2) / lx, -4, 3);
      const whole tried = (lx > 0.0f) & (c != l[i]) & alive;
      lx += (w[i] * x[i]) * c;
      l2 += (w[i] * c) * c;
      const whole better = tried & (l2 > 0.0f) & ((lx * lx) * p.l2 > (p.lx * p.lx) * l2);
      changed |= ANY(better);
      l[i] = pick(better, c, l[i]);
      p.lx = pick(better, lx, p.lx);
      p.l2 = pick(better, l2, p.l2);
    }
  }
  store_signed(codes, b, 4, 16, alive, l);
  store_lanes(scales, b, pick(alive & (p.l2 > 0.0f), p.lx / p.l2, (real)0.0f));
}
