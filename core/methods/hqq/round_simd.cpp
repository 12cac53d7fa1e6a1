// HQQ's round in vectors of eight lanes: one lane is one of the eight running sums of the definition.

#include "core/methods/hqq/round.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/methods/hqq/round_simd.cpp"
#include "hwy/foreach_target.h"
// Highway's order: foreach_target.h before everything that is compiled per target.
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace quant::half_quadratic {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using F32 = hn::CappedTag<float, 8>;
using VF = hn::Vec<F32>;
constexpr std::size_t sums_in_all = 8, lanes = hn::MaxLanes(F32()), parts = sums_in_all / lanes;

/// The eight running sums of a group, and the largest |e|.
struct Running {
  VF zero[parts], error[parts], largest[parts];
};

struct Constants {
  VF inverse, zero, top;
};

HWY_INLINE void Step(const float* w, const Constants& c, Running& sums, std::size_t k) {
  const F32 d;
  const VF x = hn::LoadU(d, w), scaled = hn::Mul(x, c.inverse);
  // Rounded, then clamped: the same as code_of, and whole numbers beyond 2^22 come out right as well.
  const VF q = hn::Min(hn::Max(hn::Round(hn::Add(scaled, c.zero)), hn::Zero(d)), c.top);
  const VF e = hn::Abs(hn::Sub(x, hn::Div(hn::Sub(q, c.zero), c.inverse)));
  sums.zero[k] = hn::Add(sums.zero[k], hn::Sub(q, scaled));
  sums.error[k] = hn::Add(sums.error[k], e);
  sums.largest[k] = hn::Max(sums.largest[k], e);
}

/// Whether all errors are so small that nothing shrinks to other than 0; NaN and infinities are none.
HWY_INLINE bool Small(const Running& sums, float floor) {
  const F32 d;
  bool small = true;
  for (std::size_t k = 0; k < parts; ++k) {
    const VF sum = sums.error[k];
    small = small && hn::AllTrue(d, hn::And(hn::Lt(sums.largest[k], hn::Set(d, floor)), hn::IsFinite(sum)));
  }
  return small;
}

/// A group of a multiple of eight weights; false where the definition has to do it.
HWY_INLINE bool GroupSums(const float* w, std::size_t n, float inverse, float zero, float top, float floor, Sums& out) {
  const F32 d;
  const Constants c{hn::Set(d, inverse), hn::Set(d, zero), hn::Set(d, top)};
  Running sums;
  for (std::size_t k = 0; k < parts; ++k) sums.zero[k] = sums.error[k] = sums.largest[k] = hn::Zero(d);
  for (std::size_t i = 0; i < n; i += sums_in_all)
    for (std::size_t k = 0; k < parts; ++k) Step(w + i + k * lanes, c, sums, k);
  if (!Small(sums, floor)) return false;
  alignas(32) float z[sums_in_all], e[sums_in_all];
  for (std::size_t k = 0; k < parts; ++k) {
    hn::Store(sums.zero[k], d, z + k * lanes);
    hn::Store(sums.error[k], d, e + k * lanes);
  }
  out = {};
  for (const float v : e) out.error += static_cast<double>(v);
  for (const float v : z) out.zero += v;
  return true;
}

double MoveZeros(std::span<const float> w, std::uint64_t group, std::span<const float> inverse, std::span<float> zero,
                 float top, const Shrink& shrink) {
  double error = 0;
  for (std::size_t g = 0; g < zero.size(); ++g) {
    const auto part = w.subspan(g * group, std::min<std::size_t>(group, w.size() - g * group));
    Sums sums;
    if (part.size() % sums_in_all == 0 &&
        GroupSums(part.data(), part.size(), inverse[g], zero[g], top, shrink.floor(), sums)) {
      zero[g] = sums.zero / static_cast<float>(part.size());
      error += sums.error;
    } else {
      error += move_zeros(part, part.size(), inverse.subspan(g, 1), zero.subspan(g, 1), top, shrink);
    }
  }
  return error;
}

}  // namespace HWY_NAMESPACE
}  // namespace quant::half_quadratic
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace quant::half_quadratic {

HWY_EXPORT(MoveZeros);

double move_zeros_simd(std::span<const float> w, std::uint64_t group, std::span<const float> inverse,
                       std::span<float> zero, float top, const Shrink& shrink) {
  return HWY_DYNAMIC_DISPATCH(MoveZeros)(w, group, inverse, zero, top, shrink);
}

}  // namespace quant::half_quadratic
#endif  // HWY_ONCE
