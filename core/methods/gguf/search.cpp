#include "core/methods/gguf/search.h"

#include <algorithm>
#include <cmath>

namespace quant::gguf {
namespace {

constexpr float eps = 1e-15f;

Lanes clamp(Lanes v, float lo, float hi) { return max(Lanes::all(lo), min(v, Lanes::all(hi))); }

template <std::size_t n>
void assign(Mask where, Batch<n>& to, const Batch<n>& from) {
  for (std::size_t i = 0; i < n; ++i) to[i] = select(where, from[i], to[i]);
}

/// Sums over the codes l of one trial: Σ w·x·l and Σ w·l².
struct Products {
  Lanes lx, l2;
};

template <std::size_t n>
Products pass(Lanes inverse, int N, const Batch<n>& x, const Batch<n>& wx, const Batch<n>& w, Batch<n>& l) {
  Products sum;
  for (std::size_t i = 0; i < n; ++i) {
    l[i] = clamp(rne(inverse * x[i]), float(-N), float(N - 1));
    sum.lx += wx[i] * l[i];
    sum.l2 += (w[i] * l[i]) * l[i];
  }
  return sum;
}

template <std::size_t n>
Batch<n> products(const Batch<n>& w, const Batch<n>& x) {
  Batch<n> out;
  for (std::size_t i = 0; i < n; ++i) out[i] = w[i] * x[i];
  return out;
}

/// Offset codes, and all zeros in lanes that hold nothing.
template <std::size_t n>
void finish(Mask alive, float offset, Batch<n>& codes) {
  for (Lanes& l : codes) l = select(alive, l + Lanes::all(offset), Lanes{});
}

}  // namespace

float signed_extreme(std::span<const float> x) {
  float extreme = 0;
  for (const float v : x)
    if (std::fabs(v) > std::fabs(extreme)) extreme = v;
  return extreme;
}

float sum_of_squares(std::span<const float> x) {
  float sum = 0;
  for (const float v : x) sum += v * v;
  return sum;
}

void weigh(std::span<const float> x, std::span<const float> importance, float variance, std::span<float> w) {
  for (std::size_t i = 0; i < x.size(); ++i) w[i] = importance[i] * std::sqrt(variance + x[i] * x[i]);
}

template <std::size_t n>
Lanes qx(int N, const Batch<n>& x, const Batch<n>& w, Batch<n>& codes) {
  const Lanes m = signed_extreme(x);
  const Mask alive = abs(m) >= Lanes::all(eps);
  const Batch<n> wx = products(w, x);
  const Products first = pass(Lanes::all(float(-N)) / m, N, x, wx, w, codes);
  Lanes scale = select(first.l2 != Lanes{}, first.lx / first.l2, Lanes{});
  Lanes best = scale * first.lx;
  Batch<n> l;
  for (int t = -9; t <= 9; ++t) {
    if (t == 0) continue;
    const Lanes inverse = Lanes::all(-(float(N) + 0.1f * float(t))) / m;
    const auto [lx, l2] = pass(inverse, N, x, wx, w, l);
    const Mask better = (l2 > Lanes{}) & (lx * lx > best * l2) & alive;
    if (!better.any()) continue;
    assign(better, codes, l);
    scale = select(better, lx / l2, scale);
    best = select(better, scale * lx, best);
  }
  finish(alive, float(N), codes);
  return select(alive, scale, Lanes{});
}

Lanes q3(const Batch<16>& x, Batch<16>& codes) {
  constexpr int N = 4;
  const Lanes m = signed_extreme(x);
  const Mask alive = abs(m) >= Lanes::all(eps);
  const Batch<16> w = products(x, x), wx = products(w, x);
  auto [lx, l2] = pass(Lanes::all(float(-N)) / m, N, x, wx, w, codes);
  bool changed = true;
  for (int sweep = 0; sweep < 5 && changed; ++sweep) {
    changed = false;
    for (std::size_t i = 0; i < x.size(); ++i) {
      Lanes& l = codes[i];
      Lanes s1 = lx - wx[i] * l, s2 = l2 - (w[i] * l) * l;
      const Lanes c = clamp(rne((x[i] * s2) / s1), float(-N), float(N - 1));
      const Mask tried = (s1 > Lanes{}) & (c != l) & alive;
      s1 += wx[i] * c;
      s2 += (w[i] * c) * c;
      const Mask better = tried & (s2 > Lanes{}) & ((s1 * s1) * l2 > (lx * lx) * s2);
      if (!better.any()) continue;
      changed = true;
      l = select(better, c, l);
      lx = select(better, s1, lx);
      l2 = select(better, s2, l2);
    }
  }
  finish(alive, float(N), codes);
  return select(alive & (l2 > Lanes{}), lx / l2, Lanes{});
}

namespace {

template <bool absolute, std::size_t n>
Lanes error_of(Lanes scale, Lanes lo, const Batch<n>& x, const Batch<n>& w, const Batch<n>& l) {
  Lanes sum;
  for (std::size_t i = 0; i < n; ++i) {
    const Lanes e = (scale * l[i] + lo) - x[i];
    sum += w[i] * (absolute ? abs(e) : e * e);
  }
  return sum;
}

template <bool absolute, std::size_t n>
ScaleAndMin qkx_of(const Steps& steps, const Batch<n>& x, const Batch<n>& w, Batch<n>& codes) {
  const float top = float(steps.N);
  Lanes lo = x[0], hi = x[0], W, Sx;
  for (std::size_t i = 0; i < n; ++i) {
    lo = min(lo, x[i]);
    hi = max(hi, x[i]);
    W += w[i];
    Sx += w[i] * x[i];
  }
  lo = min(lo, Lanes{});
  const Lanes least = lo;
  const Mask alive = hi > lo;
  Lanes inverse = Lanes::all(top) / (hi - lo), scale = Lanes::all(1) / inverse;
  for (std::size_t i = 0; i < n; ++i) codes[i] = clamp(rne(inverse * (x[i] - lo)), 0, top);
  Lanes error = error_of<absolute>(scale, lo, x, w, codes);
  Batch<n> l;
  for (int t = 0; t <= steps.count; ++t) {
    // `lo` is the best minimum so far, as in the reference, not the data's.
    inverse = Lanes::all((steps.rmin + steps.rdelta * float(t)) + top) / (hi - lo);
    Lanes A, B, C;
    for (std::size_t i = 0; i < n; ++i) {
      l[i] = clamp(rne(inverse * (x[i] - lo)), 0, top);
      const Lanes wl = w[i] * l[i];
      A += wl;
      B += wl * l[i];
      C += wl * x[i];
    }
    const Lanes D = W * B - A * A;
    const Lanes free_scale = (W * C - Sx * A) / D, free_lo = (B * Sx - A * C) / D;
    const Mask above = free_lo > Lanes{};
    const Lanes s = select(above, C / B, free_scale), m = select(above, Lanes{}, free_lo);
    const Lanes e = error_of<absolute>(s, m, x, w, l);
    const Mask better = (D > Lanes{}) & (e < error) & alive;
    if (!better.any()) continue;
    assign(better, codes, l);
    error = select(better, e, error);
    scale = select(better, s, scale);
    lo = select(better, m, lo);
  }
  finish(alive, 0, codes);
  return {select(alive, scale, Lanes{}), -select(alive, lo, least)};
}

}  // namespace

template <std::size_t n>
ScaleAndMin qkx(const Steps& steps, const Batch<n>& x, const Batch<n>& w, Batch<n>& codes) {
  return steps.absolute ? qkx_of<true>(steps, x, w, codes) : qkx_of<false>(steps, x, w, codes);
}

template Lanes qx(int, const Batch<16>&, const Batch<16>&, Batch<16>&);
template Lanes qx(int, const Batch<32>&, const Batch<32>&, Batch<32>&);
template ScaleAndMin qkx(const Steps&, const Batch<16>&, const Batch<16>&, Batch<16>&);
template ScaleAndMin qkx(const Steps&, const Batch<32>&, const Batch<32>&, Batch<32>&);

namespace {

/// Σ w·(x − s·l)² with l = rne(x/s), limited to N where `limit` is set.
float scale_error(float inverse, int limit, std::span<const float> x, std::span<const float> w) {
  const float scale = 1 / inverse;
  float sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const float d = x[i] - scale * float(std::min(limit, rne(inverse * x[i])));
    sum += (w[i] * d) * d;
  }
  return sum;
}

/// One sweep of coordinate descent; whether a code changed.
bool improve(int N, std::span<const float> x, std::span<const float> w, std::span<std::uint8_t> codes, float& lx,
             float& l2) {
  bool changed = false;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const float l = float(codes[i]);
    float s1 = lx - (w[i] * x[i]) * l, s2 = l2 - (w[i] * l) * l;
    if (!(s1 > 0 && s2 > 0)) continue;
    const int c = std::min(N, rne((x[i] * s2) / s1));
    if (c == int(codes[i])) continue;
    s1 += (w[i] * x[i]) * float(c);
    s2 += (w[i] * float(c)) * float(c);
    if (!((s1 * s1) * l2 > (lx * lx) * s2)) continue;
    codes[i] = std::uint8_t(c);
    lx = s1;
    l2 = s2;
    changed = true;
  }
  return changed;
}

}  // namespace

float qp(int N, std::span<const float> x, std::span<const float> w, std::span<std::uint8_t> codes) {
  float peak = 0;
  for (const float v : x) peak = std::max(peak, v);
  if (peak < eps) {
    std::fill(codes.begin(), codes.end(), std::uint8_t{0});
    return 0;
  }
  float inverse = float(N) / peak;
  float least = scale_error(inverse, 1 << 22, x, w);
  for (int t = -4; t <= 4; ++t) {
    if (t == 0) continue;
    const float tried = (0.1f * float(t) + float(N)) / peak;
    const float error = scale_error(tried, N, x, w);
    if (error < least) {
      least = error;
      inverse = tried;
    }
  }
  float lx = 0, l2 = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const int l = std::min(N, rne(inverse * x[i]));
    codes[i] = std::uint8_t(l);
    lx += (w[i] * x[i]) * float(l);
    l2 += (w[i] * float(l)) * float(l);
  }
  for (int sweep = 0; sweep < 5 && improve(N, x, w, codes, lx, l2);) ++sweep;
  return l2 > 0 ? lx / l2 : 0;
}

namespace {

/// Where the nearest level changes. All are exact, and so are the two distances that the definition compares, wherever
/// v is near one of these: counting thresholds gives the same index.
constexpr auto thresholds = [] {
  std::array<float, 15> out{};
  for (std::size_t i = 0; i < 15; ++i) out[i] = (iq4_levels[i] + iq4_levels[i + 1]) / 2;
  return out;
}();

/// The nearest level itself: the lowest one plus all gaps below v.
Lanes nearest_level(Lanes v) {
  Lanes level = Lanes::all(iq4_levels[0]);
  for (std::size_t k = 0; k < 15; ++k)
    level += select(v >= Lanes::all(thresholds[k]), Lanes::all(iq4_levels[k + 1] - iq4_levels[k]), Lanes{});
  return level;
}

Products level_products(Lanes inverse, const Batch<32>& x, const Batch<32>& w) {
  Products sum;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const Lanes level = nearest_level(inverse * x[i]), wl = w[i] * level;
    sum.lx += wl * x[i];
    sum.l2 += wl * level;
  }
  return sum;
}

}  // namespace

std::uint8_t best(float v) {
  unsigned index = 0;
  for (const float t : thresholds) index += v >= t;
  return std::uint8_t(index);
}

Lanes iq4_scale(const Batch<32>& x, const Batch<32>& w) {
  const Lanes m = signed_extreme(x), lowest = Lanes::all(iq4_levels[0]);
  const Mask alive = abs(m) >= Lanes::all(eps);
  // The first trial maps the extreme to +127, the later ones to about −127: both signs of the scale are tried.
  const auto [first_lx, first_l2] = level_products(Lanes::all(1) / (-m / lowest), x, w);
  Lanes scale = select(first_l2 > Lanes{}, first_lx / first_l2, Lanes{}), score = scale * first_lx;
  for (int t = -7; t <= 7; ++t) {
    const auto [lx, l2] = level_products((Lanes::all(float(t)) + lowest) / m, x, w);
    const Mask better = (l2 > Lanes{}) & (lx * lx > score * l2);
    scale = select(better, lx / l2, scale);
    score = select(better, scale * lx, score);
  }
  return select(alive, scale, Lanes{});
}

}  // namespace quant::gguf
