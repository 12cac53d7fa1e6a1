// SIMD version of nf4: fifteen compares an element, no tables in memory.

#include <bit>

#include "core/backend/chunk.h"
#include "core/backend/simd/native_kernel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/backend/simd/nf4_simd.cpp"
#include "hwy/foreach_target.h"
// Highway's order: foreach_target.h before everything that is compiled per target.
#include "core/backend/simd/tally-inl.h"

HWY_BEFORE_NAMESPACE();
namespace quant {
namespace HWY_NAMESPACE {
#if HWY_TARGET == HWY_SCALAR

void AnalyzeNf4(const RowTile& tile, const TileTask& task) { add_reference_errors(tile, task); }
QuantizedTile QuantizeNf4(const RowQuantizer& quantizer, const RowTile& tile) { return quantizer.quantize(tile); }

#else

/// Blocks of the flattened tile. Codes count the thresholds below w/absmax, which are the codebook's midpoints.
class Nf4Encoder {
 public:
  explicit Nf4Encoder(const RowQuantizer& quantizer) : block_(quantizer.group()), codebook_(quantizer.codebook()) {
    for (std::size_t k = 0; k + 1 < levels; ++k) {
      threshold_[k] = static_cast<float>((static_cast<double>(codebook_[k]) + codebook_[k + 1]) / 2);
      gap_[k] = codebook_[k + 1] - codebook_[k];
    }
  }

  template <class Sink>
  HWY_INLINE void Row(const RowTile& all, Sink& sink) {
    for (std::size_t at = 0; at < all.cols; at += block_) {
      const std::size_t n = std::min(block_, all.cols - at);
      Block(RowTile{all.w.subspan(at, n), 1, n, 0}, sink);
    }
  }

 private:
  static constexpr std::size_t levels = 16;

  template <class Sink>
  HWY_INLINE void Block(const RowTile& block, Sink& sink) {
    const std::uint32_t bits = LargestBits(block.w.data(), block.cols);
    // Short blocks divide, tiny ones and zeros have no step that float32 holds: rare, and the reference's business.
    if (bits >= tame_bits || bits < 0x00800000u || block.cols < block_) return sink.Foreign(block);
    const float peak = std::bit_cast<float>(bits), inverse = 1.0f / std::max(peak, 1e-38f);
    sink.Scale(peak);
    const F32 d;
    const VF scale = hn::Set(d, peak), factor = hn::Set(d, inverse), one = hn::Set(d, 1.0f);
    for (std::size_t c = 0; c < block.cols; c += chunk_max) {
      const std::size_t part = std::min(chunk_max, block.cols - c);
      const float* from = Padded(block.w.data() + c, part, pad_);
      auto state = sink.Begin(from, part);
      for (std::size_t i = 0; i < part; i += lanes()) {
        const VF w = hn::LoadU(d, from + i), x = hn::Max(hn::Min(hn::Mul(w, factor), one), hn::Neg(one));
        Encoded encoded = Encode<Sink::wants_codes>(x);
        encoded.value = hn::Mul(encoded.value, scale);
        sink.Vector(state, i, w, encoded, Sink::wants_steps ? hn::Mul(Gap(x), scale) : scale);
      }
      sink.End(state);
    }
  }

  template <bool kCodes>
  HWY_INLINE Encoded Encode(VF x) const {
    const F32 d;
    VF value = hn::Set(d, codebook_[0]), code = hn::Zero(d);
    for (std::size_t k = 0; k + 1 < levels; ++k) {
      const MF above = hn::Gt(x, hn::Set(d, threshold_[k]));
      value = hn::IfThenElse(above, hn::Set(d, codebook_[k + 1]), value);
      if (kCodes) code = hn::IfThenElse(above, hn::Set(d, static_cast<float>(k + 1)), code);
    }
    return {value, code, hn::Lt(x, x)};
  }

  /// Distance of the two codebook values around x.
  HWY_INLINE VF Gap(VF x) const {
    const F32 d;
    VF gap = hn::Set(d, gap_[0]);
    for (std::size_t k = 1; k + 1 < levels; ++k) {
      gap = hn::IfThenElse(hn::Ge(x, hn::Set(d, codebook_[k])), hn::Set(d, gap_[k]), gap);
    }
    return gap;
  }

  const std::size_t block_;
  const std::span<const float> codebook_;
  float threshold_[levels - 1];
  float gap_[levels - 1];
  alignas(64) float pad_[chunk_max];
};

void AnalyzeNf4(const RowTile& tile, const TileTask& task) {
  Nf4Encoder encoder(*task.quantizer);
  AnalyzeRows(Flattened(tile), task, encoder);
}

QuantizedTile QuantizeNf4(const RowQuantizer& quantizer, const RowTile& tile) {
  Nf4Encoder encoder(quantizer);
  QuantizedTile q = QuantizeRows(quantizer, Flattened(tile), encoder);
  q.rows = tile.rows, q.cols = tile.cols;
  return q;
}

#endif  // HWY_TARGET == HWY_SCALAR
}  // namespace HWY_NAMESPACE
}  // namespace quant
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace quant {

namespace {

HWY_EXPORT(AnalyzeNf4);
HWY_EXPORT(QuantizeNf4);

class Nf4Kernel final : public NativeKernel {
 public:
  bool runs(const RowQuantizer& quantizer) const override {
    return quantizer.scheme().method().id == "nf4" && !quantizer.scheme().flag("dq");
  }
  void analyze(const RowTile& tile, const TileTask& task) const override {
    HWY_DYNAMIC_DISPATCH(AnalyzeNf4)(tile, task);
  }
  QuantizedTile quantize(const RowQuantizer& quantizer, const RowTile& tile) const override {
    return HWY_DYNAMIC_DISPATCH(QuantizeNf4)(quantizer, tile);
  }
};

}  // namespace

const NativeKernel& nf4_kernel() {
  static const Nf4Kernel kernel;
  return kernel;
}

}  // namespace quant
#endif  // HWY_ONCE
