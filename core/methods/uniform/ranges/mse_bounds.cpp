#include "core/methods/uniform/ranges/mse_bounds.h"

#include <algorithm>
#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/methods/uniform/ranges/mse_bounds.cpp"
#include "hwy/foreach_target.h"
// Highway's order: foreach_target.h before everything that is compiled per target.
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace quant::uniform {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using F32 = hn::CappedTag<float, 16>;
using VF = hn::Vec<F32>;

constexpr std::size_t run = 256;  // weights summed in float32 before their sum goes to double

/// One vector of grids.
struct Lane {
  VF scale, inverse, lo, hi, sum;
};

HWY_INLINE Lane Load(const Grids& g, std::size_t k) {
  const F32 d;
  return {hn::LoadU(d, g.scale.data() + k), hn::LoadU(d, g.inverse.data() + k), hn::LoadU(d, g.lo.data() + k),
          hn::LoadU(d, g.hi.data() + k), hn::Zero(d)};
}

HWY_INLINE void Add(Lane& g, VF x) {
  const VF q = hn::Min(hn::Max(hn::Round(hn::Mul(x, g.inverse)), g.lo), g.hi);
  const VF e = hn::NegMulAdd(q, g.scale, x);
  g.sum = hn::MulAdd(e, e, g.sum);
}

void Errors(std::span<const float> w, const Grids& grids, RoughErrors& out) {
  const F32 d;
  const std::size_t N = hn::Lanes(d);
  alignas(64) float sums[cuts_padded];
  for (std::size_t at = 0; at < w.size(); at += run) {
    const auto part = w.subspan(at, std::min(run, w.size() - at));
    std::size_t k = 0;
    for (; k + 2 * N <= cuts_padded; k += 2 * N) {
      Lane a = Load(grids, k), b = Load(grids, k + N);
      for (const float x : part) {
        const VF v = hn::Set(d, x);
        Add(a, v);
        Add(b, v);
      }
      hn::StoreU(a.sum, d, sums + k);
      hn::StoreU(b.sum, d, sums + k + N);
    }
    for (; k < cuts_padded; k += N) {
      Lane a = Load(grids, k);
      for (const float x : part) Add(a, hn::Set(d, x));
      hn::StoreU(a.sum, d, sums + k);
    }
    for (std::size_t i = 0; i < cuts_padded; ++i) out.error[i] += static_cast<double>(sums[i]);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace quant::uniform
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace quant::uniform {

HWY_EXPORT(Errors);

RoughErrors& RoughErrors::operator+=(const RoughErrors& other) {
  for (std::size_t k = 0; k < error.size(); ++k) error[k] += other.error[k];
  square += other.square;
  return *this;
}

RoughErrors rough_errors(std::span<const float> w, const Grids& grids) {
  RoughErrors out;
  HWY_DYNAMIC_DISPATCH(Errors)(w, grids, out);
  std::array<double, 4> squares{};
  for (std::size_t i = 0; i < w.size(); ++i) squares[i % 4] += static_cast<double>(w[i]) * static_cast<double>(w[i]);
  out.square = (squares[0] + squares[1]) + (squares[2] + squares[3]);
  return out;
}

bool rough_errors_hold(double peak, const Grids& grids) {
  constexpr double least = 1e-10, most = 1e15;
  const auto fits = [](float scale) { return scale >= 1e-16f && scale <= 1e16f; };
  return peak >= least && peak <= most && std::all_of(grids.scale.begin(), grids.scale.end(), fits);
}

Bounds bounds_of(double error, double square) {
  constexpr double of_sums = 2e-5, of_ties = 0x1p-19;
  const double norm = std::sqrt(error), weights = of_ties * std::sqrt(square);
  return {norm * (1 - of_sums) - weights, norm * (1 + of_sums) + weights};
}

}  // namespace quant::uniform
#endif  // HWY_ONCE
