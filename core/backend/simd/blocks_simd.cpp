// SIMD versions of the MX formats and nvfp4: elements rounded by bit arithmetic on whole vectors.

#include <bit>
#include <limits>

#include "core/backend/simd/native_coder.h"
#include "core/methods/blocks/element_blocks.h"
#include "core/methods/walk.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/backend/simd/blocks_simd.cpp"
#include "hwy/foreach_target.h"
// Highway's order: foreach_target.h before everything that is compiled per target.
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace quant {
namespace HWY_NAMESPACE {
#if HWY_TARGET == HWY_SCALAR

QuantizedTile QuantizeBlocks(const ElementBlocks& rows, const RowTile& tile) { return rows.quantize(tile); }

#else
namespace mx {
namespace hn = hwy::HWY_NAMESPACE;

using F32 = hn::CappedTag<float, 16>;  // no block is shorter than a vector but the last of a row
using I32 = hn::RebindToSigned<F32>;
using U32 = hn::RebindToUnsigned<F32>;
using U8 = hn::Rebind<std::uint8_t, F32>;
using VF = hn::Vec<F32>;
using VI = hn::Vec<I32>;
using MF = hn::Mask<F32>;

constexpr std::size_t most = 32;  // elements of a block
constexpr std::uint32_t magnitude_bits = 0x7fffffffu, infinity_bits = 0x7f800000u;

/// An element rounded: its value before the block's scale, its code, whether it was held at the largest.
struct Element {
  VF value;
  VI code;
  MF held;
};

/// Units of 1/64.
struct Int8 {
  explicit Int8(const float_format::Format*) {}
  HWY_INLINE Element operator()(VF x) const {
    const F32 d;
    const VF rounded = hn::Round(hn::Mul(x, hn::Set(d, 64.0f)));
    const VF q = hn::Min(hn::Max(rounded, hn::Set(d, -128.0f)), hn::Set(d, 127.0f));
    const VI code = hn::And(hn::ConvertTo(I32(), q), hn::Set(I32(), 255));
    // + 0: the code of −0 is that of 0.
    return {hn::Mul(hn::Add(q, hn::Zero(d)), hn::Set(d, 1.0f / 64)), code, hn::Ne(q, rounded)};
  }
};

/// Twin of float_format::encode, saturating, for formats of at most 8 bits and finite elements.
class SmallFloat {
 public:
  explicit SmallFloat(const float_format::Format* f)
      : drop_(23 - f->mantissa_bits),
        rebias_((127 - f->bias()) << f->mantissa_bits),
        sign_shift_(32 - f->bits()),
        largest_(static_cast<float>(f->max_finite())),
        normal_(float_format::power_of_two<float>(1 - f->bias())),
        unit_(float_format::power_of_two<float>(1 - f->bias() - f->mantissa_bits)) {}

  HWY_INLINE Element operator()(VF x) const {
    const F32 d;
    const U32 du;
    const I32 di;
    const auto bits = hn::BitCast(du, x), magnitude = hn::And(bits, hn::Set(du, magnitude_bits));
    const auto sign = hn::Xor(bits, magnitude);
    const auto odd = hn::And(hn::ShiftRightSame(magnitude, drop_), hn::Set(du, 1u));
    const auto up = hn::Add(hn::Add(magnitude, hn::Set(du, (1u << (drop_ - 1)) - 1)), odd);
    const VF normal = hn::BitCast(d, hn::And(up, hn::Set(du, ~((1u << drop_) - 1))));
    // Below the smallest normal the sum's unit is the format's fixed step.
    const VF shift = hn::Set(d, unit_ * 0x1p23f), m = hn::BitCast(d, magnitude);
    const VF rounded = hn::IfThenElse(hn::Lt(m, hn::Set(d, normal_)), hn::Sub(hn::Add(m, shift), shift), normal);
    const VF r = hn::Min(rounded, hn::Set(d, largest_));
    const auto field = hn::Sub(hn::BitCast(di, hn::ShiftRightSame(hn::BitCast(du, r), drop_)), hn::Set(di, rebias_));
    const VI units = hn::ConvertTo(di, hn::Mul(r, hn::Set(d, 1.0f / unit_)));
    const auto below = hn::RebindMask(di, hn::Lt(r, hn::Set(d, normal_)));
    const VI code = hn::Or(hn::IfThenElse(below, units, field), hn::BitCast(di, hn::ShiftRightSame(sign, sign_shift_)));
    return {hn::BitCast(d, hn::Or(hn::BitCast(du, r), sign)), code, hn::Gt(rounded, hn::Set(d, largest_))};
  }

 private:
  int drop_, rebias_, sign_shift_;
  float largest_, normal_, unit_;
};

/// The largest magnitude's bits of n weights, n a multiple of the vector.
HWY_INLINE std::uint32_t Peak(const float* w, std::size_t n) {
  const U32 du;
  auto largest = hn::Zero(du);
  for (std::size_t i = 0; i < n; i += hn::Lanes(du))
    largest = hn::Max(largest, hn::And(hn::BitCast(du, hn::LoadU(F32(), w + i)), hn::Set(du, magnitude_bits)));
  return hn::GetLane(hn::MaxOfLanes(du, largest));
}

/// Where a block's results go.
struct Target {
  float* values;
  std::uint8_t *codes, *clipped;
};

/// Whether an element was held at the largest. Values stay within float32.
template <class Format>
HWY_INLINE bool Encode(const Format& format, const float* w, std::size_t n, ElementBlocks::Factors factors,
                       const Target& to) {
  const F32 d;
  const VF largest = hn::Set(d, std::numeric_limits<float>::max());
  MF any = hn::MaskFromVec(hn::Zero(d));
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    const Element e = format(hn::Mul(hn::LoadU(d, w + i), hn::Set(d, factors.inverse)));
    const VF value = hn::Mul(e.value, hn::Set(d, factors.scale));
    hn::StoreU(hn::Min(hn::Max(value, hn::Neg(largest)), largest), d, to.values + i);
    hn::StoreU(hn::DemoteTo(U8(), e.code), U8(), to.codes + i);
    const VI held = hn::And(hn::VecFromMask(I32(), hn::RebindMask(I32(), e.held)), hn::Set(I32(), 1));
    hn::StoreU(hn::DemoteTo(U8(), held), U8(), to.clipped + i);
    any = hn::Or(any, e.held);
  }
  return !hn::AllFalse(d, any);
}

/// The last block of a row: what vectors do not divide is done in a copy with zeros behind.
template <class Format>
HWY_NOINLINE bool EncodeShort(const Format& format, const float* w, std::size_t n, ElementBlocks::Factors factors,
                              const Target& to) {
  float padded[most] = {}, values[most];
  std::uint8_t codes[most], clipped[most];
  std::copy_n(w, n, padded);
  const bool any = Encode(format, padded, most, factors, {values, codes, clipped});
  std::copy_n(values, n, to.values);
  std::copy_n(codes, n, to.codes);
  std::copy_n(clipped, n, to.clipped);
  return any;
}

/// False where a weight is not finite or a block's scale has no inverse: the reference takes the tile.
template <class Format>
bool EncodeTile(const ElementBlocks& rows, const RowTile& tile, QuantizedTile& q) {
  const Format format(rows.element());
  const std::size_t block = rows.group();
  bool good = true, any = false;
  each_run(tile.rows, tile.cols, block, [&](std::uint64_t row, std::uint64_t at, std::uint64_t n, std::uint64_t) {
    const float* const w = tile.w.data() + at;
    float padded[most] = {};
    if (n < block) std::copy_n(w, n, padded);
    const std::uint32_t peak = Peak(n < block ? padded : w, block);
    if (peak >= infinity_bits) good = false;
    if (!good) return;
    const auto factors = rows.factors(std::bit_cast<float>(peak), tile.first_row + row);
    good = std::isfinite(factors.inverse);
    q.scales.push_back(factors.scale);
    const Target to{q.values.data() + at, q.codes.data() + at, q.clipped.data() + at};
    any |= n < block ? EncodeShort(format, w, n, factors, to) : Encode(format, w, n, factors, to);
  });
  if (!any) q.clipped.clear();
  return good;
}

}  // namespace mx

QuantizedTile QuantizeBlocks(const ElementBlocks& rows, const RowTile& tile) {
  QuantizedTile q = tile_like(tile);
  q.codes.resize(tile.w.size());
  q.values.resize(tile.w.size());
  q.clipped.resize(tile.w.size());
  const bool good =
      rows.element() ? mx::EncodeTile<mx::SmallFloat>(rows, tile, q) : mx::EncodeTile<mx::Int8>(rows, tile, q);
  return good ? q : rows.quantize(tile);
}

#endif  // HWY_TARGET == HWY_SCALAR
}  // namespace HWY_NAMESPACE
}  // namespace quant
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace quant {

namespace {

HWY_EXPORT(QuantizeBlocks);

class BlocksCoder final : public NativeCoder {
 public:
  bool runs(const RowQuantizer& quantizer) const override {
    return dynamic_cast<const ElementBlocks*>(&quantizer) != nullptr;
  }
  QuantizedTile quantize(const RowQuantizer& quantizer, const RowTile& tile) const override {
    return HWY_DYNAMIC_DISPATCH(QuantizeBlocks)(dynamic_cast<const ElementBlocks&>(quantizer), tile);
  }
};

}  // namespace

const NativeCoder& blocks_coder() {
  static const BlocksCoder coder;
  return coder;
}

}  // namespace quant
#endif  // HWY_ONCE
