// Stands before uniform.cl and range_mse.cl: Δ and zero of a range, twin of uniform::grid (core/methods/uniform/uniform.cpp).

#define ZERO_POINT 1u   // asym: codes count from the low end
#define WIDEN 2u        // the range is widened to hold 0
#define SPAN 4u         // Δ from max − min, else from max |w|
#define RECIPROCAL 8u   // multiplies by 1/Δ unless a denormal Δ makes it infinite
#define HALF_SCALES 16u // Δ is rounded to binary16 first

// uniform::Form, filled by the host (uniform_kernel.cpp).
typedef struct {
  uint flags;
  float divisor, lowest, highest;
  float power;  // 10^decimals after which Δ is cut, 0 = all digits
} form_t;

typedef struct {
  float scale, zero;
} grid_t;

inline grid_t grid_of(float low, float high, form_t form) {
  if (form.flags & WIDEN) low = smaller(low, 0.0f), high = larger(high, 0.0f);
  const float extent = (form.flags & SPAN) ? high - low : larger(fabs(low), fabs(high));
  grid_t g;
  g.scale = is_finite(extent) ? extent / form.divisor : high / form.divisor - low / form.divisor;
#ifdef FP64
  if (form.power > 0.0f) {
    const float cut = (float)(floor((double)g.scale * (double)form.power + 1e-4) / (double)form.power);
    if (cut > 0.0f) g.scale = cut;
  }
#endif
  if (form.flags & HALF_SCALES) g.scale = smaller(round_to_grid(g.scale, 10, -14), 65504.0f);  // infinity gives NaN
  if (g.scale == 0.0f) g.scale = 1.0f;
  g.zero = (form.flags & ZERO_POINT) ? limited(rint(-low / g.scale), form.lowest, form.highest) : 0.0f;
  return g;
}
