// SIMD versions of the casts that round float32: bit arithmetic on whole vectors.

#include <bit>

#include "core/backend/chunk.h"
#include "core/backend/simd/native_kernel.h"
#include "core/methods/casts/cast.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/backend/simd/casts_simd.cpp"
#include "hwy/foreach_target.h"
// Highway's order: foreach_target.h before everything that is compiled per target.
#include "core/backend/simd/tally-inl.h"

HWY_BEFORE_NAMESPACE();
namespace quant {
namespace HWY_NAMESPACE {
#if HWY_TARGET == HWY_SCALAR

void AnalyzeCast(const RowTile& tile, const TileTask& task) { add_reference_errors(tile, task); }
QuantizedTile QuantizeCast(const RowQuantizer& quantizer, const RowTile& tile) { return quantizer.quantize(tile); }

#else

/// ŵ = s·cast(w/s) by region; s = 1 without scaling.
class CastEncoder {
 public:
  explicit CastEncoder(const RowQuantizer& quantizer)
      : format_(*casts::format_of(quantizer.scheme())),
        saturate_(casts::overflow_of(quantizer.scheme()) == float_format::Overflow::saturate),
        region_(quantizer.region()),
        group_(quantizer.group()),
        shared_(quantizer.shared()),
        drop_(23 - format_.mantissa_bits),
        low_field_(1 - format_.bias() + 127),
        high_field_(static_cast<int>(format_.max_code() >> format_.mantissa_bits) - format_.bias() + 127),
        max_(static_cast<float>(format_.max_finite())),
        min_normal_(format_.bias() < 127 ? float_format::power_of_two<float>(1 - format_.bias()) : 0.0f),
        unit_(float_format::power_of_two<float>(-format_.mantissa_bits)),
        least_gap_(float_format::power_of_two<float>(1 - format_.bias()) * unit_) {
    // fp16's overflow is infinite, and an infinite error is the reference's business: 65520 is the first to overflow.
    if (!saturate_ && format_.bias() < 127) limit_bits_ = std::bit_cast<std::uint32_t>(65520.0f);
  }

  template <class Sink>
  HWY_INLINE void Row(const RowTile& row, Sink& sink) {
    const std::size_t run = region_ == Region::group ? group_ : region_ == Region::none ? chunk_max : row.cols;
    for (std::size_t c = 0; c < row.cols; c += run) {
      const std::size_t n = std::min(run, row.cols - c);
      Run(RowTile{row.w.subspan(c, n), 1, n, row.first_row}, sink);
    }
  }

 private:
  template <class Sink>
  HWY_INLINE void Run(const RowTile& run, Sink& sink) {
    const std::uint32_t peak = LargestBits(run.w.data(), run.cols);
    if (peak >= limit_bits_) return sink.Foreign(run);
    if (region_ == Region::none) return Chunks<false>(run, 1.0f, sink);
    const bool own = region_ != Region::tensor;
    const float scale = own ? casts::scale_of(std::bit_cast<float>(peak), format_)
                            : shared_.scales[shared_.rows == 0 ? 0 : run.first_row / shared_.rows];
    if (scale < 0x1p-126f) return sink.Foreign(run);        // quotients by a denormal scale may leave float32
    if (least_gap_ * scale == 0) return sink.Foreign(run);  // sinks take steps above 0 only
    if (own) sink.Scale(scale);
    Chunks<true>(run, scale, sink);
  }

  template <bool kScaled, class Sink>
  HWY_INLINE void Chunks(const RowTile& run, float scale, Sink& sink) {
    const F32 d;
    const VF factor = hn::Set(d, scale);
    for (std::size_t c = 0; c < run.cols; c += chunk_max) {
      const std::size_t part = std::min(chunk_max, run.cols - c);
      const float* from = Padded(run.w.data() + c, part, pad_);
      auto state = sink.Begin(from, part);
      for (std::size_t i = 0; i < part; i += lanes()) {
        const VF w = hn::LoadU(d, from + i), x = kScaled ? hn::Div(w, factor) : w;
        Encoded encoded = Encode<Sink::wants_codes>(x);
        if (kScaled) encoded.value = hn::Mul(encoded.value, factor);
        VF step = factor;
        if (Sink::wants_steps) step = kScaled ? hn::Mul(Gap(x), factor) : Gap(x);
        sink.Vector(state, i, w, encoded, step);
      }
      sink.End(state);
    }
  }

  /// float_format::encode and decode: nearest even on the format's grid, its fixed step below the smallest normal.
  template <bool kCodes>
  HWY_INLINE Encoded Encode(VF x) const {
    const F32 d;
    const U32 du;
    const auto magnitude = hn::And(hn::BitCast(du, x), hn::Set(du, 0x7fffffffu));
    const auto sign = hn::Xor(hn::BitCast(du, x), magnitude);
    const auto odd = hn::And(hn::ShiftRightSame(magnitude, drop_), hn::Set(du, 1u));
    const auto up = hn::Add(hn::Add(magnitude, hn::Set(du, (1u << (drop_ - 1)) - 1)), odd);
    VF r = hn::BitCast(d, hn::And(up, hn::Set(du, ~((1u << drop_) - 1))));
    if (min_normal_ > 0) {
      const VF shift = hn::Set(d, min_normal_ * unit_ * 0x1p23f), m = hn::BitCast(d, magnitude);
      r = hn::IfThenElse(hn::Lt(m, hn::Set(d, min_normal_)), hn::Sub(hn::Add(m, shift), shift), r);
    }
    const auto beyond = hn::Gt(r, hn::Set(d, max_));
    if (saturate_) r = hn::Min(r, hn::Set(d, max_));
    Encoded out{hn::BitCast(d, hn::Or(hn::BitCast(du, r), sign)), hn::Zero(d), beyond};
    if (kCodes && format_.bits() <= 8) out.code = Code(r, hn::Ne(sign, hn::Zero(du)));
    return out;
  }

  /// The pattern of a rounded magnitude, as a number.
  template <class Negative>
  HWY_INLINE VF Code(VF r, Negative negative) const {
    const F32 d;
    const I32 di;
    const auto rebias = hn::Set(di, (127 - format_.bias()) << format_.mantissa_bits);
    const auto normal = hn::Sub(hn::BitCast(di, hn::ShiftRightSame(hn::BitCast(U32(), r), drop_)), rebias);
    const VF units = hn::Mul(r, hn::Set(d, 1.0f / (min_normal_ * unit_)));
    const VF code = hn::IfThenElse(hn::Lt(r, hn::Set(d, min_normal_)), units, hn::ConvertTo(d, normal));
    const VF sign_bit = hn::Set(d, static_cast<float>(format_.sign_bit()));
    return hn::Add(code, hn::IfThenElseZero(hn::RebindMask(d, negative), sign_bit));
  }

  /// Gap between the two values of the format around x.
  HWY_INLINE VF Gap(VF x) const {
    const F32 d;
    const I32 di;
    const auto bits = hn::BitCast(U32(), hn::Abs(x));
    const auto field = hn::BitCast(di, hn::ShiftRight<23>(bits));
    const auto held = hn::Min(hn::Max(field, hn::Set(di, low_field_)), hn::Set(di, high_field_));
    return hn::Mul(hn::BitCast(d, hn::ShiftLeft<23>(held)), hn::Set(d, unit_));
  }

  const float_format::Format format_;
  const bool saturate_;
  const Region region_;
  const std::size_t group_;
  const Shared& shared_;
  const int drop_, low_field_, high_field_;
  const float max_, min_normal_, unit_, least_gap_;
  std::uint32_t limit_bits_ = tame_bits;
  alignas(64) float pad_[chunk_max];
};

void AnalyzeCast(const RowTile& tile, const TileTask& task) {
  CastEncoder encoder(*task.quantizer);
  AnalyzeRows(tile, task, encoder);
}

QuantizedTile QuantizeCast(const RowQuantizer& quantizer, const RowTile& tile) {
  CastEncoder encoder(quantizer);
  return QuantizeRows(quantizer, tile, encoder);
}

#endif  // HWY_TARGET == HWY_SCALAR
}  // namespace HWY_NAMESPACE
}  // namespace quant
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace quant {

namespace {

HWY_EXPORT(AnalyzeCast);
HWY_EXPORT(QuantizeCast);

class CastKernel final : public NativeKernel {
 public:
  bool runs(const RowQuantizer& quantizer) const override {
    const Scheme& scheme = quantizer.scheme();
    const Method& method = scheme.method();
    if (method.family != "casts" || method.id == "none" || method.id == "fp32" || method.id == "fp64") return false;
    // fp8 with IEEE overflow has infinities and NaN among its values.
    const bool fp8 = casts::format_of(scheme)->bits() == 8;
    return !fp8 || casts::overflow_of(scheme) == float_format::Overflow::saturate;
  }

  void analyze(const RowTile& tile, const TileTask& task) const override {
    HWY_DYNAMIC_DISPATCH(AnalyzeCast)(tile, task);
  }

  QuantizedTile quantize(const RowQuantizer& quantizer, const RowTile& tile) const override {
    return HWY_DYNAMIC_DISPATCH(QuantizeCast)(quantizer, tile);
  }
};

}  // namespace

const NativeKernel& cast_kernel() {
  static const CastKernel kernel;
  return kernel;
}

}  // namespace quant
#endif  // HWY_ONCE
