// Per target (Highway): the searches of GGUF's block types, one sub-block a lane. Twin of core/methods/gguf/search.h:
// every lane sees the operations of the definition in its order, so that scales and codes are the same bits.

#if defined(QUANT_GGUF_SEARCH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef QUANT_GGUF_SEARCH_INL_H_
#undef QUANT_GGUF_SEARCH_INL_H_
#else
#define QUANT_GGUF_SEARCH_INL_H_
#endif

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "core/methods/gguf/search.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace quant {
namespace HWY_NAMESPACE {
#if HWY_TARGET != HWY_SCALAR  // no vectors at all: kernels take the reference there
namespace gs {
namespace hn = hwy::HWY_NAMESPACE;

using F32 = hn::ScalableTag<float>;
using I32 = hn::RebindToSigned<F32>;
using U8 = hn::Rebind<std::uint8_t, F32>;
using VF = hn::Vec<F32>;
using MF = hn::Mask<F32>;

constexpr std::size_t max_lanes = hn::MaxLanes(F32());
HWY_INLINE std::size_t lanes() { return hn::Lanes(F32()); }
HWY_INLINE VF Set(float v) { return hn::Set(F32(), v); }
HWY_INLINE VF Zero() { return hn::Zero(F32()); }

/// Element i of as many sub-blocks as a vector has lanes stands in [i].
template <std::size_t sub>
struct Batch {
  VF v[sub];
  HWY_INLINE VF& operator[](std::size_t i) { return v[i]; }
  HWY_INLINE const VF& operator[](std::size_t i) const { return v[i]; }
};

/// `groups` sub-blocks that lie one after the other, side by side; lanes beyond them hold zeros.
template <std::size_t sub>
HWY_INLINE void SideBySide(const float* from, std::size_t groups, Batch<sub>& out) {
  const F32 d;
  const auto index = hn::Mul(hn::Iota(I32(), 0), hn::Set(I32(), static_cast<std::int32_t>(sub)));
  alignas(64) float padded[sub * max_lanes];
  if (groups < lanes()) {
    std::memcpy(padded, from, groups * sub * sizeof(float));
    std::fill(padded + groups * sub, padded + lanes() * sub, 0.0f);
    from = padded;
  }
  for (std::size_t i = 0; i < sub; ++i) out[i] = hn::GatherIndex(d, from + i, index);
}

/// rne of search.h for any v: nearest integer, beyond 2^22 the low 23 bits of the sum.
HWY_INLINE VF RneBits(VF v) {
  const I32 di;
  const auto bits = hn::BitCast(di, hn::Add(v, Set(12582912.0f)));
  return hn::ConvertTo(F32(), hn::Sub(hn::And(bits, hn::Set(di, 0x7FFFFF)), hn::Set(di, 0x400000)));
}

/// rne where |v| < 2^22; −0 may come out where the definition has 0, which no sum tells apart.
HWY_INLINE VF Rne(VF v) { return hn::Round(v); }
constexpr float rne_limit = 4.0e6f;

HWY_INLINE VF Clamp(VF v, float lo, float hi) { return hn::Max(hn::Min(v, Set(hi)), Set(lo)); }

/// The value of the largest magnitude, the first of equals, with its sign.
template <std::size_t sub>
HWY_INLINE VF SignedExtreme(const Batch<sub>& x) {
  VF extreme = Zero(), peak = Zero();
  for (std::size_t i = 0; i < sub; ++i) {
    const VF magnitude = hn::Abs(x[i]);
    const MF larger = hn::Gt(magnitude, peak);
    peak = hn::IfThenElse(larger, magnitude, peak);
    extreme = hn::IfThenElse(larger, x[i], extreme);
  }
  return extreme;
}

/// What a search finds. Codes follow: clamp(rne(inverse · (x − base))), all 0 where inverse is 0.
struct Found {
  VF scale, least, inverse, base;
};

constexpr float eps = 1e-15f;

struct Products {
  VF lx, l2;
};

/// Σ w·x·l and Σ w·l² over the codes of one trial; |inverse·x| is at most about N.
template <std::size_t sub>
HWY_INLINE Products Pass(VF inverse, int N, const Batch<sub>& x, const Batch<sub>& wx, const Batch<sub>& w) {
  Products sum{Zero(), Zero()};
  const VF lo = Set(static_cast<float>(-N)), hi = Set(static_cast<float>(N - 1));
  for (std::size_t i = 0; i < sub; ++i) {
    const VF l = hn::Max(hn::Min(Rne(hn::Mul(inverse, x[i])), hi), lo);
    sum.lx = hn::Add(sum.lx, hn::Mul(wx[i], l));
    sum.l2 = hn::Add(sum.l2, hn::Mul(hn::Mul(w[i], l), l));
  }
  return sum;
}

template <std::size_t sub>
HWY_INLINE void Multiply(const Batch<sub>& a, const Batch<sub>& b, Batch<sub>& out) {
  for (std::size_t i = 0; i < sub; ++i) out[i] = hn::Mul(a[i], b[i]);
}

/// 3.1: qx. Codes are offset by N where alive.
template <std::size_t sub>
HWY_INLINE Found Qx(int N, const Batch<sub>& x, const Batch<sub>& w) {
  const VF m = SignedExtreme(x);
  const MF alive = hn::Ge(hn::Abs(m), Set(eps));
  Batch<sub> wx;
  Multiply(w, x, wx);
  VF best_inverse = hn::Div(Set(static_cast<float>(-N)), m);
  const Products first = Pass(best_inverse, N, x, wx, w);
  VF scale = hn::IfThenElseZero(hn::Ne(first.l2, Zero()), hn::Div(first.lx, first.l2));
  VF best = hn::Mul(scale, first.lx);
  for (int t = -9; t <= 9; ++t) {
    if (t == 0) continue;
    const VF inverse = hn::Div(Set(-(static_cast<float>(N) + 0.1f * static_cast<float>(t))), m);
    const auto [lx, l2] = Pass(inverse, N, x, wx, w);
    const MF better = hn::And(hn::And(hn::Gt(l2, Zero()), hn::Gt(hn::Mul(lx, lx), hn::Mul(best, l2))), alive);
    best_inverse = hn::IfThenElse(better, inverse, best_inverse);
    scale = hn::IfThenElse(better, hn::Div(lx, l2), scale);
    best = hn::IfThenElse(better, hn::Mul(scale, lx), best);
  }
  return {hn::IfThenElseZero(alive, scale), Zero(), hn::IfThenElseZero(alive, best_inverse), Zero()};
}

/// 3.2: q3, coordinate descent with N = 4 and weights x². `codes` are offset by 4; 0 in lanes that hold nothing.
HWY_INLINE VF Q3(const Batch<16>& x, Batch<16>& codes) {
  constexpr int N = 4;
  const VF m = SignedExtreme(x);
  const MF alive = hn::Ge(hn::Abs(m), Set(eps));
  Batch<16> w, wx;
  Multiply(x, x, w);
  Multiply(w, x, wx);
  const VF inverse = hn::Div(Set(static_cast<float>(-N)), m);
  VF lx = Zero(), l2 = Zero();
  for (std::size_t i = 0; i < 16; ++i) {
    codes[i] = Clamp(RneBits(hn::Mul(inverse, x[i])), -N, N - 1);
    lx = hn::Add(lx, hn::Mul(wx[i], codes[i]));
    l2 = hn::Add(l2, hn::Mul(hn::Mul(w[i], codes[i]), codes[i]));
  }
  bool changed = true;
  for (int sweep = 0; sweep < 5 && changed; ++sweep) {
    changed = false;
    for (std::size_t i = 0; i < 16; ++i) {
      const VF l = codes[i];
      VF s1 = hn::Sub(lx, hn::Mul(wx[i], l)), s2 = hn::Sub(l2, hn::Mul(hn::Mul(w[i], l), l));
      const VF c = Clamp(RneBits(hn::Div(hn::Mul(x[i], s2), s1)), -N, N - 1);
      const MF tried = hn::And(hn::And(hn::Gt(s1, Zero()), hn::Ne(c, l)), alive);
      s1 = hn::Add(s1, hn::Mul(wx[i], c));
      s2 = hn::Add(s2, hn::Mul(hn::Mul(w[i], c), c));
      const MF better = hn::And(hn::And(tried, hn::Gt(s2, Zero())),
                                hn::Gt(hn::Mul(hn::Mul(s1, s1), l2), hn::Mul(hn::Mul(lx, lx), s2)));
      if (hn::AllFalse(F32(), better)) continue;
      changed = true;
      codes[i] = hn::IfThenElse(better, c, l);
      lx = hn::IfThenElse(better, s1, lx);
      l2 = hn::IfThenElse(better, s2, l2);
    }
  }
  for (std::size_t i = 0; i < 16; ++i)
    codes[i] = hn::IfThenElseZero(alive, hn::Add(codes[i], Set(static_cast<float>(N))));
  return hn::IfThenElseZero(hn::And(alive, hn::Gt(l2, Zero())), hn::Div(lx, l2));
}

template <bool absolute, std::size_t sub>
HWY_INLINE VF ErrorOf(VF scale, VF lo, const Batch<sub>& x, const Batch<sub>& w, const Batch<sub>& l) {
  VF sum = Zero();
  for (std::size_t i = 0; i < sub; ++i) {
    const VF e = hn::Sub(hn::Add(hn::Mul(scale, l[i]), lo), x[i]);
    sum = hn::Add(sum, hn::Mul(w[i], absolute ? hn::Abs(e) : hn::Mul(e, e)));
  }
  return sum;
}

/// Codes under a trial; false where a rounding could leave the range in which Rne is the definition's.
template <std::size_t sub>
HWY_INLINE MF Encode(VF inverse, VF lo, VF reach, VF top, const Batch<sub>& x, Batch<sub>& l) {
  for (std::size_t i = 0; i < sub; ++i) l[i] = hn::Min(hn::Max(Rne(hn::Mul(inverse, hn::Sub(x[i], lo))), Zero()), top);
  return hn::Lt(hn::Abs(hn::Mul(inverse, reach)), Set(rne_limit));
}

/// 3.3: qkx2 and qkx3. False where numbers are so far apart that only the definition rounds as ggml does.
template <bool absolute, std::size_t sub>
HWY_INLINE bool Qkx(const gguf::Steps& steps, const Batch<sub>& x, const Batch<sub>& w, Found& out) {
  const VF top = Set(static_cast<float>(steps.N));
  VF lo = x[0], hi = x[0], W = Zero(), Sx = Zero();
  for (std::size_t i = 0; i < sub; ++i) {
    lo = hn::IfThenElse(hn::Lt(lo, x[i]), lo, x[i]);
    hi = hn::IfThenElse(hn::Gt(hi, x[i]), hi, x[i]);
    W = hn::Add(W, w[i]);
    Sx = hn::Add(Sx, hn::Mul(w[i], x[i]));
  }
  lo = hn::IfThenElse(hn::Lt(lo, Zero()), lo, Zero());
  const VF least = lo;
  const MF alive = hn::Gt(hi, lo);
  Batch<sub> l;
  VF best_inverse = hn::Div(top, hn::Sub(hi, lo)), base = lo, scale = hn::Div(Set(1), best_inverse);
  MF safe = Encode(best_inverse, lo, hn::Sub(hi, lo), top, x, l);
  VF error = ErrorOf<absolute>(scale, lo, x, w, l);
  for (int t = 0; t <= steps.count; ++t) {
    // `lo` is the best minimum so far, as in the reference, not the data's.
    const VF width = hn::Sub(hi, lo), reach = hn::Max(hn::Abs(width), hn::Abs(hn::Sub(lo, least)));
    const VF inverse =
        hn::Div(Set((steps.rmin + steps.rdelta * static_cast<float>(t)) + static_cast<float>(steps.N)), width);
    safe = hn::And(safe, Encode(inverse, lo, reach, top, x, l));
    VF A = Zero(), B = Zero(), C = Zero();
    for (std::size_t i = 0; i < sub; ++i) {
      const VF wl = hn::Mul(w[i], l[i]);
      A = hn::Add(A, wl);
      B = hn::Add(B, hn::Mul(wl, l[i]));
      C = hn::Add(C, hn::Mul(wl, x[i]));
    }
    const VF D = hn::Sub(hn::Mul(W, B), hn::Mul(A, A));
    const VF free_scale = hn::Div(hn::Sub(hn::Mul(W, C), hn::Mul(Sx, A)), D);
    const VF free_lo = hn::Div(hn::Sub(hn::Mul(B, Sx), hn::Mul(A, C)), D);
    const MF above = hn::Gt(free_lo, Zero());
    const VF s = hn::IfThenElse(above, hn::Div(C, B), free_scale), m = hn::IfThenElse(above, Zero(), free_lo);
    const VF e = ErrorOf<absolute>(s, m, x, w, l);
    const MF better = hn::And(hn::And(hn::Gt(D, Zero()), hn::Lt(e, error)), alive);
    best_inverse = hn::IfThenElse(better, inverse, best_inverse);
    base = hn::IfThenElse(better, lo, base);
    error = hn::IfThenElse(better, e, error);
    scale = hn::IfThenElse(better, s, scale);
    lo = hn::IfThenElse(better, m, lo);
  }
  out = {hn::IfThenElseZero(alive, scale), hn::Neg(hn::IfThenElse(alive, lo, least)),
         hn::IfThenElseZero(alive, best_inverse), hn::IfThenElseZero(alive, base)};
  return hn::AllTrue(F32(), hn::Or(safe, hn::Not(alive)));
}

/// The nearest of iq4_levels: the lowest one plus all gaps below v. All thresholds are exact.
HWY_INLINE VF NearestLevel(VF v) {
  VF level = Set(gguf::iq4_levels[0]);
  for (std::size_t k = 0; k + 1 < gguf::iq4_levels.size(); ++k) {
    const float low = gguf::iq4_levels[k], high = gguf::iq4_levels[k + 1];
    level = hn::IfThenElse(hn::Ge(v, Set((low + high) / 2)), Set(high), level);
  }
  return level;
}

HWY_INLINE Products LevelProducts(VF inverse, const Batch<32>& x, const Batch<32>& w) {
  Products sum{Zero(), Zero()};
  for (std::size_t i = 0; i < 32; ++i) {
    const VF level = NearestLevel(hn::Mul(inverse, x[i])), wl = hn::Mul(w[i], level);
    sum.lx = hn::Add(sum.lx, hn::Mul(wl, x[i]));
    sum.l2 = hn::Add(sum.l2, hn::Mul(wl, level));
  }
  return sum;
}

/// 4.11: the scale under which the nearest levels fit x best.
HWY_INLINE VF Iq4Scale(const Batch<32>& x, const Batch<32>& w) {
  const VF m = SignedExtreme(x), lowest = Set(gguf::iq4_levels[0]);
  const MF alive = hn::Ge(hn::Abs(m), Set(eps));
  const auto [first_lx, first_l2] = LevelProducts(hn::Div(Set(1), hn::Div(hn::Neg(m), lowest)), x, w);
  VF scale = hn::IfThenElseZero(hn::Gt(first_l2, Zero()), hn::Div(first_lx, first_l2));
  VF score = hn::Mul(scale, first_lx);
  for (int t = -7; t <= 7; ++t) {
    const VF inverse = hn::Div(hn::Add(Set(static_cast<float>(t)), lowest), m);
    const auto [lx, l2] = LevelProducts(inverse, x, w);
    const MF better = hn::And(hn::Gt(l2, Zero()), hn::Gt(hn::Mul(lx, lx), hn::Mul(score, l2)));
    scale = hn::IfThenElse(better, hn::Div(lx, l2), scale);
    score = hn::IfThenElse(better, hn::Mul(scale, lx), score);
  }
  return hn::IfThenElseZero(alive, scale);
}

/// Small whole numbers as bytes.
HWY_INLINE void StoreCodes(VF codes, std::uint8_t* out) {
  hn::StoreU(hn::DemoteTo(U8(), hn::ConvertTo(I32(), codes)), U8(), out);
}

}  // namespace gs
#endif  // HWY_TARGET != HWY_SCALAR
}  // namespace HWY_NAMESPACE
}  // namespace quant
HWY_AFTER_NAMESPACE();

#endif  // QUANT_GGUF_SEARCH_INL_H_
