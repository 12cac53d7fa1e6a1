#pragma once
// Squared errors of many grids at once, in float32 vectors: not exact, but with a bound on how far off they are.

#include <array>
#include <cstddef>
#include <span>

namespace quant::uniform {

inline constexpr std::size_t cuts = 100, cuts_padded = 112;  // seven vectors of sixteen

/// What a grid does to a weight: q = clamp(rne(w · inverse), lo, hi), ŵ = q · scale; lo and hi without the zero point.
struct Grids {
  alignas(64) std::array<float, cuts_padded> scale{}, inverse{}, lo{}, hi{};
};

/// Σe² of every grid, and Σw².
struct RoughErrors {
  std::array<double, cuts_padded> error{};
  double square = 0;
  RoughErrors& operator+=(const RoughErrors& other);
};

RoughErrors rough_errors(std::span<const float> w, const Grids& grids);

/// Whether bounds hold: weights and scales far from where float32 under- or overflows.
bool rough_errors_hold(double peak, const Grids& grids);

/// Bounds of a grid's √Σe² from its rough error. Two ways of rounding part only next to a tie, where both errors are
/// half a step: they differ by at most 3·2^-23·|w|. So the norms differ by that times √Σw², the rest is rounding of
/// sums of 256 squares.
struct Bounds {
  double least = 0, most = 0;
};
Bounds bounds_of(double error, double square);

}  // namespace quant::uniform
