// SIMD version of hqq after its search, for groups of neighbours.

#include <algorithm>
#include <limits>

#include "core/backend/simd/native_coder.h"
#include "core/methods/hqq/search.h"
#include "core/methods/walk.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/backend/simd/hqq_simd.cpp"
#include "hwy/foreach_target.h"
// Highway's order: foreach_target.h before everything that is compiled per target.
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace quant {
namespace HWY_NAMESPACE {
#if HWY_TARGET == HWY_SCALAR

QuantizedTile QuantizeHqq(const half_quadratic::Rows& rows, const RowTile& tile) { return rows.quantize(tile); }

#else
namespace groups {
namespace hn = hwy::HWY_NAMESPACE;

using F32 = hn::CappedTag<float, 16>;
using I32 = hn::RebindToSigned<F32>;
using U8 = hn::Rebind<std::uint8_t, F32>;
using VF = hn::Vec<F32>;
using MF = hn::Mask<F32>;

struct Group {
  float inverse, zero, scale, top;
};

/// Where a group's results go.
struct Target {
  float* values;
  std::uint8_t *codes, *clipped;
};

/// n weights, n a multiple of the vector; whether any is clipped.
HWY_INLINE bool Encode(const float* w, std::size_t n, const Group& g, const Target& to) {
  const F32 d;
  const VF inverse = hn::Set(d, g.inverse), zero = hn::Set(d, g.zero), scale = hn::Set(d, g.scale),
           top = hn::Set(d, g.top), above = hn::Set(d, g.top + 0.5f), below = hn::Set(d, -0.5f),
           most = hn::Set(d, std::numeric_limits<float>::max());
  MF any = hn::MaskFromVec(hn::Zero(d));
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    const VF x = hn::LoadU(d, w + i);
    const MF finite = hn::IsFinite(x);
    const VF v = hn::IfThenElse(finite, hn::Add(hn::Mul(x, inverse), zero), zero);
    const VF code = hn::Min(hn::Max(hn::Round(v), hn::Zero(d)), top);
    const MF outside = hn::And(finite, hn::Or(hn::Lt(v, below), hn::Gt(v, above)));
    const VF value = hn::Mul(hn::Sub(code, zero), scale);
    hn::StoreU(hn::Min(hn::Max(value, hn::Neg(most)), most), d, to.values + i);
    hn::StoreU(hn::DemoteTo(U8(), hn::ConvertTo(I32(), code)), U8(), to.codes + i);
    const auto mark = hn::And(hn::VecFromMask(I32(), hn::RebindMask(I32(), outside)), hn::Set(I32(), 1));
    hn::StoreU(hn::DemoteTo(U8(), mark), U8(), to.clipped + i);
    any = hn::Or(any, outside);
  }
  return !hn::AllFalse(d, any);
}

/// What is left of a group behind its last whole vector, in a copy with NaN behind, which nothing clips.
HWY_NOINLINE bool EncodeRest(const float* w, std::size_t n, const Group& g, const Target& to) {
  constexpr std::size_t room = hn::MaxLanes(F32());
  float padded[room], values[room];
  std::uint8_t codes[room], clipped[room];
  std::fill_n(padded, room, std::numeric_limits<float>::quiet_NaN());
  std::copy_n(w, n, padded);
  const bool any = Encode(padded, hn::Lanes(F32()), g, {values, codes, clipped});
  std::copy_n(values, n, to.values);
  std::copy_n(codes, n, to.codes);
  std::copy_n(clipped, n, to.clipped);
  return any;
}

}  // namespace groups

QuantizedTile QuantizeHqq(const half_quadratic::Rows& rows, const RowTile& tile) {
  QuantizedTile q = tile_like(tile);
  q.codes.resize(tile.w.size());
  q.values.resize(tile.w.size());
  q.clipped.resize(tile.w.size());
  const Shared& shared = rows.shared();
  const std::size_t group = rows.group(), lanes = groups::hn::Lanes(groups::F32());
  std::size_t g = tile.first_row * tile.cols / group;
  bool any = false;
  for (std::size_t at = 0; at < tile.w.size(); at += group, ++g) {
    const std::size_t n = std::min(group, tile.w.size() - at), whole = n / lanes * lanes;
    const groups::Group grid{rows.inverse()[g], shared.zeros[g], shared.scales[g], rows.settings().top()};
    const float* const w = tile.w.data() + at;
    any |= groups::Encode(w, whole, grid, {&q.values[at], &q.codes[at], &q.clipped[at]});
    if (whole < n)
      any |= groups::EncodeRest(w + whole, n - whole, grid,
                                {&q.values[at + whole], &q.codes[at + whole], &q.clipped[at + whole]});
    q.scales.push_back(shared.scales[g]);
  }
  if (!any) q.clipped.clear();
  return q;
}

#endif  // HWY_TARGET == HWY_SCALAR
}  // namespace HWY_NAMESPACE
}  // namespace quant
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace quant {

namespace {

HWY_EXPORT(QuantizeHqq);

class HqqCoder final : public NativeCoder {
 public:
  bool runs(const RowQuantizer& quantizer) const override {
    const auto* rows = dynamic_cast<const half_quadratic::Rows*>(&quantizer);
    return rows && !rows->settings().down;
  }
  QuantizedTile quantize(const RowQuantizer& quantizer, const RowTile& tile) const override {
    return HWY_DYNAMIC_DISPATCH(QuantizeHqq)(dynamic_cast<const half_quadratic::Rows&>(quantizer), tile);
  }
};

}  // namespace

const NativeCoder& hqq_coder() {
  static const HqqCoder coder;
  return coder;
}

}  // namespace quant
#endif  // HWY_ONCE
