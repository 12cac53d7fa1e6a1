// SIMD versions of q4_0 and q8_0: blocks of 32 with an fp16 scale.

#include <bit>

#include "core/backend/chunk.h"
#include "core/backend/simd/native_kernel.h"
#include "core/methods/gguf/blocks.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/backend/simd/gguf_simd.cpp"
#include "hwy/foreach_target.h"
// Highway's order: foreach_target.h before everything that is compiled per target.
#include "core/backend/simd/tally-inl.h"

HWY_BEFORE_NAMESPACE();
namespace quant {
namespace HWY_NAMESPACE {
#if HWY_TARGET == HWY_SCALAR

void AnalyzeGguf(bool, const RowTile& tile, const TileTask& task) { add_reference_errors(tile, task); }
QuantizedTile QuantizeGguf(bool, const RowQuantizer& quantizer, const RowTile& tile) {
  return quantizer.quantize(tile);
}

#else

constexpr std::size_t gguf_block = 32;

/// gguf::from_half(gguf::to_half(x)): nearest even on the grid of fp16, whose step is fixed below 2^-14.
HWY_INLINE float HalfRounded(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x), magnitude = bits & 0x7fffffffu;
  if (magnitude >= std::bit_cast<std::uint32_t>(65520.0f)) return gguf::from_half(gguf::to_half(x));
  const std::uint32_t normal = (magnitude + 0xfffu + (magnitude >> 13 & 1)) & ~0x1fffu;
  const float fixed = (std::bit_cast<float>(magnitude) + 0.5f) - 0.5f;
  const std::uint32_t rounded = magnitude < 0x38800000u ? std::bit_cast<std::uint32_t>(fixed) : normal;
  return std::bit_cast<float>(rounded | (bits ^ magnitude));
}

/// q = min(15, trunc(w/Δ + 8.5)) − 8 with Δ = extreme/−8.
struct Q4_0 {
  static constexpr float lowest = -8;

  /// The largest magnitude with its sign; of two that differ in it alone, the first.
  static HWY_INLINE float Scale(const float* w) {
    const F32 d;
    VF lo = hn::LoadU(d, w), hi = lo;
    for (std::size_t i = lanes(); i < gguf_block; i += lanes()) {
      const VF x = hn::LoadU(d, w + i);
      lo = hn::Min(lo, x), hi = hn::Max(hi, x);
    }
    const float low = hn::GetLane(hn::MinOfLanes(d, lo)), high = hn::GetLane(hn::MaxOfLanes(d, hi));
    if (high == -low) return First(w, high) / -8.0f;
    return (high > -low ? high : low) / -8.0f;
  }

  static HWY_NOINLINE float First(const float* w, float peak) {
    while (std::fabs(*w) != peak) ++w;
    return *w;
  }

  static HWY_INLINE VF Code(VF scaled, MF& clipped) {
    const F32 d;
    const VF stored = hn::Trunc(hn::Add(scaled, hn::Set(d, 8.5f))), top = hn::Set(d, 15.0f);
    clipped = hn::Gt(stored, top);
    return hn::Sub(hn::Min(stored, top), hn::Set(d, 8.0f));
  }
};

/// q = w/Δ rounded to nearest, ties away from zero, with Δ = max|w|/127.
struct Q8_0 {
  static constexpr float lowest = -128;

  static HWY_INLINE float Scale(const float* w) {
    const F32 d;
    VF peak = hn::Abs(hn::LoadU(d, w));
    for (std::size_t i = lanes(); i < gguf_block; i += lanes()) peak = hn::Max(peak, hn::Abs(hn::LoadU(d, w + i)));
    return hn::GetLane(hn::MaxOfLanes(d, peak)) / 127.0f;
  }

  static HWY_INLINE VF Code(VF scaled, MF& clipped) {
    const F32 d;
    clipped = hn::Lt(scaled, scaled);
    const VF even = hn::Round(scaled), away = hn::Add(hn::Trunc(scaled), hn::CopySign(hn::Set(d, 1.0f), scaled));
    const MF tie = hn::Eq(hn::Abs(hn::Sub(scaled, even)), hn::Set(d, 0.5f));
    return hn::Add(hn::IfThenElse(tie, away, even), hn::Zero(d));  // + 0: −0 becomes 0
  }
};

template <class Type>
class GgufEncoder {
 public:
  template <class Sink>
  HWY_INLINE void Row(const RowTile& row, Sink& sink) {
    for (std::size_t c = 0; c < row.cols; c += gguf_block) {
      Block(RowTile{row.w.subspan(c, gguf_block), 1, gguf_block, row.first_row}, sink);
    }
  }

 private:
  template <class Sink>
  HWY_INLINE void Block(const RowTile& block, Sink& sink) {
    const float* w = block.w.data();
    const float scale = Type::Scale(w);
    const float stored = HalfRounded(scale), inverse = 1.0f / scale;
    // Blocks whose scale is 0 in fp16 have no step.
    if (stored == 0 || !std::isfinite(inverse)) return sink.Foreign(block);
    sink.Scale(stored);
    auto state = sink.Begin(w, gguf_block);
    const F32 d;
    const VF step = hn::Set(d, std::fabs(stored));
    for (std::size_t i = 0; i < gguf_block; i += lanes()) {
      const VF x = hn::LoadU(d, w + i);
      Encoded encoded;
      const VF code = Type::Code(hn::Mul(x, hn::Set(d, inverse)), encoded.clipped);
      encoded.value = hn::Mul(code, hn::Set(d, stored));
      encoded.code = hn::Sub(code, hn::Set(d, Type::lowest));
      sink.Vector(state, i, x, encoded, step);
    }
    sink.End(state);
  }
};

void AnalyzeGguf(bool four_bits, const RowTile& tile, const TileTask& task) {
  GgufEncoder<Q4_0> four;
  GgufEncoder<Q8_0> eight;
  four_bits ? AnalyzeRows(tile, task, four) : AnalyzeRows(tile, task, eight);
}

QuantizedTile QuantizeGguf(bool four_bits, const RowQuantizer& quantizer, const RowTile& tile) {
  GgufEncoder<Q4_0> four;
  GgufEncoder<Q8_0> eight;
  return four_bits ? QuantizeRows(quantizer, tile, four) : QuantizeRows(quantizer, tile, eight);
}

#endif  // HWY_TARGET == HWY_SCALAR
}  // namespace HWY_NAMESPACE
}  // namespace quant
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace quant {

namespace {

HWY_EXPORT(AnalyzeGguf);
HWY_EXPORT(QuantizeGguf);

class GgufKernel final : public NativeKernel {
 public:
  bool runs(const RowQuantizer& quantizer) const override {
    const Scheme& scheme = quantizer.scheme();
    const std::string_view id = scheme.method().id;
    return (id == "q4_0" || id == "q8_0") && scheme.text() == id;  // without importance
  }
  void analyze(const RowTile& tile, const TileTask& task) const override {
    HWY_DYNAMIC_DISPATCH(AnalyzeGguf)(four_bits(*task.quantizer), tile, task);
  }
  QuantizedTile quantize(const RowQuantizer& quantizer, const RowTile& tile) const override {
    return HWY_DYNAMIC_DISPATCH(QuantizeGguf)(four_bits(quantizer), quantizer, tile);
  }

 private:
  static bool four_bits(const RowQuantizer& quantizer) { return quantizer.scheme().method().id == "q4_0"; }
};

}  // namespace

const NativeKernel& gguf_kernel() {
  static const GgufKernel kernel;
  return kernel;
}

}  // namespace quant
#endif  // HWY_ONCE
