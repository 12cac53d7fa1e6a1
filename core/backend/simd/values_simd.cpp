// SIMD version of the value statistics: sums and counts of a tile, selection passes, values far from the mean.

#include <limits>

#include "core/backend/chunk.h"
#include "core/backend/simd/native_kernel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/backend/simd/values_simd.cpp"
#include "hwy/foreach_target.h"
// Highway's order: foreach_target.h before everything that is compiled per target.
#include "core/backend/simd/tally-inl.h"

HWY_BEFORE_NAMESPACE();
namespace quant {
namespace HWY_NAMESPACE {

const char* TargetInUse() { return hwy::TargetName(HWY_TARGET); }

#if HWY_TARGET == HWY_SCALAR

void Values(std::span<const float> values, ValueSums& sums, BitHistogram& histogram) {
  sums.merge(value_sums(values));
  for (const float x : values) histogram.add(x);
}

void Select(std::span<const float> values, RadixSelect& select) {
  for (const float x : values) {
    if (std::isfinite(x)) select.add(x);
  }
}

std::uint64_t Far(std::span<const float> values, double mean, double limit) {
  std::uint64_t n = 0;
  for (const float x : values) n += std::fabs(x - mean) > limit && std::isfinite(x);
  return n;
}

#else

/// Calls visit(vector, valid lanes, position) for all values; lanes behind the last one hold NaN.
template <class Visit>
HWY_INLINE void EachVector(std::span<const float> values, Visit& visit) {
  const F32 d;
  const std::size_t N = lanes(), n = values.size();
  std::size_t i = 0;
  for (; i + N <= n; i += N) visit(hn::LoadU(d, values.data() + i), N);
  if (i == n) return;
  alignas(64) float rest[16];
  std::fill(rest, rest + 16, std::numeric_limits<float>::quiet_NaN());
  std::copy(values.begin() + static_cast<std::ptrdiff_t>(i), values.end(), rest);
  visit(hn::Load(d, rest), n - i);
}

/// Counts, extremes and the sum.
struct FirstPass {
  FirstPass() : lo(hn::Set(F32(), std::numeric_limits<float>::infinity())), hi(hn::Neg(lo)), total(hn::Zero(F64())) {}

  HWY_INLINE void operator()(VF x, std::size_t valid) {
    const F32 d;
    const MF finite = hn::IsFinite(x);
    const std::size_t present = hn::CountTrue(d, finite);
    count += present;
    if (present != valid) {
      const std::size_t missing = hn::CountTrue(d, hn::IsNaN(x)) - (lanes() - valid);
      nan += missing;
      inf += valid - present - missing;
    }
    const VF held = hn::IfThenElseZero(finite, x), magnitude = hn::Abs(held);
    const MF zero = hn::And(finite, hn::Eq(held, hn::Zero(d)));
    const MF small = hn::And(hn::Lt(magnitude, hn::Set(d, 0x1p-126f)), hn::Gt(magnitude, hn::Zero(d)));
    zeros += hn::CountTrue(d, zero);
    subnormal += hn::CountTrue(d, small);
    lo = hn::IfThenElse(finite, hn::Min(lo, x), lo);
    hi = hn::IfThenElse(finite, hn::Max(hi, x), hi);
    const F64 dd;
    total = hn::Add(total,
                    hn::Add(hn::PromoteTo(dd, hn::LowerHalf(held)), hn::PromoteTo(dd, hn::UpperHalf(HalfF32(), held))));
  }

  std::uint64_t count = 0, nan = 0, inf = 0, zeros = 0, subnormal = 0;
  VF lo, hi;
  VD total;
};

/// Moments about the mean of the first pass.
struct SecondPass {
  explicit SecondPass(double mean)
      : center(hn::Set(F64(), mean)), residue(hn::Zero(F64())), m2(residue), m3(residue), m4(residue) {}

  HWY_INLINE void operator()(VF x, std::size_t) {
    const F32 d;
    const MF finite = hn::IsFinite(x);
    const VF held = hn::IfThenElseZero(finite, x);
    if (hn::AllTrue(d, finite)) {
      Add(hn::Sub(hn::PromoteTo(F64(), hn::LowerHalf(held)), center));
      Add(hn::Sub(hn::PromoteTo(F64(), hn::UpperHalf(HalfF32(), held)), center));
      return;
    }
    alignas(64) float rest[16];
    hn::Store(x, d, rest);
    for (std::size_t k = 0; k < lanes(); ++k) {
      if (!std::isfinite(rest[k])) continue;
      const auto only = hn::FirstN(F64(), 1);
      Add(hn::IfThenElseZero(only, hn::Sub(hn::Set(F64(), static_cast<double>(rest[k])), center)));
    }
  }

  HWY_INLINE void Add(VD diff) {
    const VD square = hn::Mul(diff, diff);
    residue = hn::Add(residue, diff);
    m2 = hn::Add(m2, square);
    m3 = hn::MulAdd(square, diff, m3);
    m4 = hn::MulAdd(square, square, m4);
  }

  VD center, residue, m2, m3, m4;
};

/// Counts by the 13 leading bits; what is not finite has counters of its own, left out by flush.
class KeyCounts {
 public:
  HWY_INLINE void operator()(VF x, std::size_t valid) {
    const U32 du;
    const auto key = hn::ShiftRight<19>(hn::BitCast(du, x));
    hn::StoreU(hn::DemoteTo(U16(), hn::BitCast(I32(), key)), U16(), keys_ + held_);
    held_ += valid;
    if (held_ + lanes() > chunk_max) Count();
  }

  void Flush(BitHistogram& into) {
    Count();
    constexpr std::size_t half = bit_bins / 2, finite = 4080;  // key 4080 and up: infinity, NaN
    for (std::size_t k = 0; k < finite; ++k) {
      into.counts[k] += counts_[k];
      into.counts[half + k] += counts_[half + k];
    }
  }

 private:
  HWY_INLINE void Count() {
    for (std::size_t i = 0; i < held_; ++i) ++counts_[keys_[i]];
    held_ = 0;
  }

  std::size_t held_ = 0;
  alignas(64) std::uint16_t keys_[chunk_max + 16];
  alignas(64) std::uint32_t counts_[bit_bins] = {};
};

void Values(std::span<const float> values, ValueSums& sums, BitHistogram& histogram) {
  FirstPass first;
  EachVector(values, first);
  ValueSums s;
  s.count = first.count, s.nan = first.nan, s.inf = first.inf, s.zeros = first.zeros, s.subnormal = first.subnormal;
  histogram.nan += s.nan;
  histogram.inf += s.inf;
  if (s.count > 0) {
    s.min = hn::GetLane(hn::MinOfLanes(F32(), first.lo));
    s.max = hn::GetLane(hn::MaxOfLanes(F32(), first.hi));
    s.mean = hn::GetLane(hn::SumOfLanes(F64(), first.total)) / static_cast<double>(s.count);
    SecondPass second(s.mean);
    EachVector(values, second);
    s.m2 = hn::GetLane(hn::SumOfLanes(F64(), second.m2));
    s.m3 = hn::GetLane(hn::SumOfLanes(F64(), second.m3));
    s.m4 = hn::GetLane(hn::SumOfLanes(F64(), second.m4));
    correct_mean(s, hn::GetLane(hn::SumOfLanes(F64(), second.residue)));
    KeyCounts keys;
    EachVector(values, keys);
    keys.Flush(histogram);
  }
  sums.merge(s);
}

/// Finite values whose leading bits are wanted go to a small buffer, and from there into the counters.
class Picker {
 public:
  static constexpr std::size_t most_targets = 32;

  explicit Picker(RadixSelect& select) : select_(select), targets_(select.prefixes().size()) {
    std::copy(select.prefixes().begin(), select.prefixes().end(), prefixes_);
  }

  HWY_INLINE void operator()(VF x, std::size_t) {
    const F32 d;
    const U32 du;
    const auto sign = hn::BitCast(du, hn::ShiftRight<31>(hn::BitCast(I32(), x)));
    const auto bits = hn::Xor(hn::BitCast(du, x), hn::Or(sign, hn::Set(du, 0x80000000u)));
    const auto lead = hn::ShiftRightSame(bits, select_.shift());
    auto wanted = hn::Eq(lead, hn::Set(du, prefixes_[0]));
    for (std::size_t t = 1; t < targets_; ++t) wanted = hn::Or(wanted, hn::Eq(lead, hn::Set(du, prefixes_[t])));
    wanted = hn::And(wanted, hn::RebindMask(du, hn::IsFinite(x)));
    if (hn::AllFalse(du, wanted)) return;
    hn::StoreU(hn::Compress(bits, wanted), du, hits_ + held_);
    held_ += hn::CountTrue(du, wanted);
    if (held_ + lanes() > chunk_max) Count();
  }

  void Count() {
    for (std::size_t i = 0; i < held_; ++i) {
      std::size_t t = 0;
      while (prefixes_[t] != hits_[i] >> select_.shift()) ++t;
      ++select_.counter(t)[(hits_[i] >> select_.next_shift()) & select_.mask()];
    }
    held_ = 0;
  }

 private:
  RadixSelect& select_;
  std::size_t targets_, held_ = 0;
  std::uint32_t prefixes_[most_targets] = {};
  alignas(64) std::uint32_t hits_[chunk_max + 16];
};

void Select(std::span<const float> values, RadixSelect& select) {
  Picker picker(select);
  EachVector(values, picker);
  picker.Count();
}

struct FarCount {
  HWY_INLINE void operator()(VF x, std::size_t) {
    const VF held = hn::IfThenElse(hn::IsFinite(x), x, hn::Set(F32(), inside));
    n += Half(hn::LowerHalf(held)) + Half(hn::UpperHalf(HalfF32(), held));
  }

  template <class VHalf>
  HWY_INLINE std::size_t Half(VHalf x) const {
    const F64 d;
    return hn::CountTrue(d, hn::Gt(hn::Abs(hn::Sub(hn::PromoteTo(d, x), hn::Set(d, mean))), hn::Set(d, limit)));
  }

  double mean, limit;
  float inside;  ///< a value that is not far: what is not finite counts as this
  std::uint64_t n = 0;
};

std::uint64_t Far(std::span<const float> values, double mean, double limit) {
  FarCount far{mean, limit, static_cast<float>(mean)};
  // The mean as float32 may be off by half an ulp, which is far only where all values are equal but for that.
  if (std::fabs(static_cast<double>(far.inside) - mean) > limit) {
    std::uint64_t n = 0;
    for (const float x : values) n += std::fabs(x - mean) > limit && std::isfinite(x);
    return n;
  }
  EachVector(values, far);
  return far.n;
}

#endif  // HWY_TARGET == HWY_SCALAR
}  // namespace HWY_NAMESPACE
}  // namespace quant
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace quant {

namespace {
HWY_EXPORT(Values);
HWY_EXPORT(Select);
HWY_EXPORT(Far);
HWY_EXPORT(TargetInUse);
}  // namespace

void native_values(std::span<const float> values, ValueSums& sums, BitHistogram& histogram) {
  HWY_DYNAMIC_DISPATCH(Values)(values, sums, histogram);
}

void native_select(std::span<const float> values, RadixSelect& select) {
  constexpr std::size_t most_targets = 32;  // of the vectors; two a percentile are used
  if (select.done()) return;
  if (select.prefixes().size() <= most_targets) return HWY_DYNAMIC_DISPATCH(Select)(values, select);
  for (const float x : values) {
    if (x - x == 0) select.add(x);
  }
}

std::uint64_t native_far(std::span<const float> values, double mean, double limit) {
  return HWY_DYNAMIC_DISPATCH(Far)(values, mean, limit);
}

const char* native_target() { return HWY_DYNAMIC_DISPATCH(TargetInUse)(); }

}  // namespace quant
#endif  // HWY_ONCE
