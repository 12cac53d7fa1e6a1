#include <algorithm>
#include <bit>
#include <cmath>

#include "core/methods/extremes.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/methods/extremes_simd.cpp"
#include "hwy/foreach_target.h"
// Highway's order: foreach_target.h before everything that is compiled per target.
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace quant {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using F32 = hn::ScalableTag<float>;
using U32 = hn::RebindToUnsigned<F32>;

constexpr std::uint32_t magnitude_bits = 0x7fffffffu, infinity_bits = 0x7f800000u;

bool AllFinite(const float* values, std::size_t n) {
  const U32 du;
  const std::size_t N = hn::Lanes(du);
  const auto mask = hn::Set(du, magnitude_bits);
  auto top = hn::Zero(du);
  std::size_t i = 0;
  for (; i + N <= n; i += N) top = hn::Max(top, hn::And(mask, hn::BitCast(du, hn::LoadU(F32(), values + i))));
  std::uint32_t largest = hn::GetLane(hn::MaxOfLanes(du, top));
  for (; i < n; ++i) largest = std::max(largest, std::bit_cast<std::uint32_t>(values[i]) & magnitude_bits);
  return largest < infinity_bits;
}

/// Of finite values.
void Extremes(const float* values, std::size_t n, float* lo, float* hi) {
  const F32 d;
  const std::size_t N = hn::Lanes(d);
  auto least = hn::Set(d, *lo), most = hn::Set(d, *hi);
  std::size_t i = 0;
  for (; i + N <= n; i += N) {
    const auto x = hn::LoadU(d, values + i);
    least = hn::Min(least, x);
    most = hn::Max(most, x);
  }
  *lo = hn::GetLane(hn::MinOfLanes(d, least));
  *hi = hn::GetLane(hn::MaxOfLanes(d, most));
  for (; i < n; ++i) *lo = std::min(*lo, values[i]), *hi = std::max(*hi, values[i]);
}

/// Of finite values, one by one.
void WidenEach(const float* values, std::size_t n, float* lo, float* hi) {
  const F32 d;
  const std::size_t N = hn::Lanes(d);
  std::size_t i = 0;
  for (; i + N <= n; i += N) {
    const auto x = hn::LoadU(d, values + i);
    hn::StoreU(hn::Min(hn::LoadU(d, lo + i), x), d, lo + i);
    hn::StoreU(hn::Max(hn::LoadU(d, hi + i), x), d, hi + i);
  }
  for (; i < n; ++i) lo[i] = std::min(lo[i], values[i]), hi[i] = std::max(hi[i], values[i]);
}

}  // namespace HWY_NAMESPACE
}  // namespace quant
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace quant {

namespace {
HWY_EXPORT(AllFinite);
HWY_EXPORT(Extremes);
HWY_EXPORT(WidenEach);
}  // namespace

void widen(TensorFacts::Range& range, std::span<const float> values) {
  constexpr std::size_t piece = 4096;  // stays in the first-level cache between the two loops over it
  for (std::size_t at = 0; at < values.size(); at += piece) {
    const auto part = values.subspan(at, std::min(piece, values.size() - at));
    if (HWY_DYNAMIC_DISPATCH(AllFinite)(part.data(), part.size())) {
      HWY_DYNAMIC_DISPATCH(Extremes)(part.data(), part.size(), &range.lo, &range.hi);
      continue;
    }
    for (const float x : part) {
      if (std::isfinite(x)) {
        range.lo = std::min(range.lo, x);
        range.hi = std::max(range.hi, x);
      } else {
        ++(std::isnan(x) ? range.nan : range.inf);
      }
    }
  }
}

bool widen_each(std::span<const float> values, std::span<float> lo, std::span<float> hi) {
  if (!HWY_DYNAMIC_DISPATCH(AllFinite)(values.data(), values.size())) return false;
  HWY_DYNAMIC_DISPATCH(WidenEach)(values.data(), values.size(), lo.data(), hi.data());
  return true;
}

}  // namespace quant
#endif  // HWY_ONCE
