#pragma once
// One round of HQQ's search over a group of weights: the definition, and a version in vectors that gives the same bits.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>

namespace quant::half_quadratic {

/// clamp(rne(v), 0, top). Clamped first, since rounding by addition holds for |v| below 2^22.
inline float code_of(float v, float top) {
  constexpr float shift = 12582912.0f;
  v = v < -1 ? -1 : v;
  v = v > 512 ? 512 : v;
  v = (v + shift) - shift;
  v = v < 0 ? 0 : v;
  return v > top ? top : v;
}

/// The proximal step of the l_p norm: sign(e)·max(|e| − |e|^(p−1)/β, 0).
class Shrink {
 public:
  Shrink(float p, float beta)
      : p_(p), beta_(beta), floor_(float(std::pow(double(beta), -1 / (2.0 - double(p))) * 0.999)) {}
  /// Below it the result is 0: |e| < β^(−1/(2−p)). Nearly all errors of a model's weights lie there.
  float floor() const { return floor_; }
  float operator()(float e) const {
    const float a = std::fabs(e);
    if (a < floor_) return 0;
    return std::copysign(std::max(a - std::pow(a, p_ - 1) / beta_, 0.0f), e);
  }

 private:
  float p_, beta_, floor_;
};

/// What a round finds in a group.
struct Sums {
  float zero = 0;    ///< Σ (q − (w − s)·inv)
  double error = 0;  ///< Σ |e|
};

/// Of finite weights. Eight running sums, so that every machine adds in the same order.
Sums round_of(std::span<const float> w, float inverse, float zero, float top, const Shrink& shrink);

/// Moves the zero points of groups of `group` weights that lie one after the other, the last of which may be short:
/// zero[g] becomes the mean of what round_of sums over the group's finite weights; groups without any keep theirs.
/// Returns Σ |e|. `inverse` and `zero` hold one number a group.
double move_zeros(std::span<const float> w, std::uint64_t group, std::span<const float> inverse, std::span<float> zero,
                  float top, const Shrink& shrink);
/// The same by vectors.
double move_zeros_simd(std::span<const float> w, std::uint64_t group, std::span<const float> inverse,
                       std::span<float> zero, float top, const Shrink& shrink);

}  // namespace quant::half_quadratic
