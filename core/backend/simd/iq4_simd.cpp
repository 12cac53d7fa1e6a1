// SIMD versions of iq4_nl and iq4_xs, plain and under importance: the searches of many blocks side by side.

#include <array>

#include "core/backend/simd/native_coder.h"
#include "core/methods/gguf/iq4.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/backend/simd/iq4_simd.cpp"
#include "hwy/foreach_target.h"
// Highway's order: foreach_target.h before everything that is compiled per target.
#include "core/backend/simd/gguf_search-inl.h"

HWY_BEFORE_NAMESPACE();
namespace quant {
namespace HWY_NAMESPACE {
#if HWY_TARGET == HWY_SCALAR

void EncodeIq4(bool super_blocks, std::span<const float> x, std::span<const float> importance,
               std::span<std::uint8_t> out) {
  (super_blocks ? gguf::iq4_xs_type : gguf::iq4_nl_type).encode(x, importance, out);
}

#else
namespace gs_iq4 {
using namespace gs;

constexpr std::size_t block = 32, super = 256, nl_bytes = 18, xs_bytes = 136;
constexpr std::size_t blocks_at_once = 16;  // two super-blocks: a block for each of sixteen lanes

HWY_NOINLINE void Search(std::span<const float> x, const float* w, float* scales) {
  const std::size_t blocks = x.size() / block;
  for (std::size_t b = 0; b < blocks; b += lanes()) {
    Batch<block> bx, bw;
    SideBySide(x.data() + b * block, std::min(blocks - b, lanes()), bx);
    if (w)
      SideBySide(w + b * block, std::min(blocks - b, lanes()), bw);
    else
      Multiply(bx, bx, bw);
    hn::StoreU(Iq4Scale(bx, bw), F32(), scales + b);
  }
}

/// Nibbles of the nearest levels' indices.
HWY_INLINE void PackNearest(const float* x, float inverse, std::uint8_t* out) {
  std::array<std::uint8_t, block> codes;
  for (std::size_t i = 0; i < block; i += lanes()) {
    const VF v = hn::Mul(Set(inverse), hn::LoadU(F32(), x + i));
    VF index = Zero();
    for (std::size_t k = 0; k + 1 < gguf::iq4_levels.size(); ++k) {
      const float threshold = (gguf::iq4_levels[k] + gguf::iq4_levels[k + 1]) / 2;
      index = hn::IfThenElse(hn::Ge(v, Set(threshold)), Set(static_cast<float>(k + 1)), index);
    }
    StoreCodes(index, codes.data() + i);
  }
  gguf::pack_nibbles(codes, out);
}

HWY_INLINE void StoreNl(const float* x, float scale, std::uint8_t* out) {
  gguf::write_half(gguf::to_half(scale), out);
  PackNearest(x, scale != 0 ? 1 / scale : 0.0f, out + 2);
}

HWY_INLINE void StoreXs(const float* x, std::span<const float> scales, std::uint8_t* out) {
  std::array<float, super / block> inverse;
  gguf::store_iq4_xs_scales(scales, out, inverse);
  for (std::size_t b = 0; b < inverse.size(); ++b) PackNearest(x + b * block, inverse[b], out + 8 + b * block / 2);
}

}  // namespace gs_iq4

void EncodeIq4(bool super_blocks, std::span<const float> x, std::span<const float> importance,
               std::span<std::uint8_t> out) {
  using namespace gs_iq4;
  const std::size_t chunk = blocks_at_once * block, bytes = super_blocks ? xs_bytes : nl_bytes;
  for (std::size_t at = 0; at < x.size(); at += chunk) {
    const auto part = x.subspan(at, std::min(chunk, x.size() - at));
    std::array<float, blocks_at_once * block> w;
    for (std::size_t k = 0; k < part.size() && !importance.empty(); k += super) {
      const auto some = part.subspan(k, std::min(super, part.size() - k));
      const auto found = gguf::iq4_weights(some, importance.subspan(at + k, some.size()), super_blocks ? super : block);
      std::copy_n(found.begin(), some.size(), w.begin() + static_cast<std::ptrdiff_t>(k));
    }
    std::array<float, blocks_at_once + max_lanes> scales;
    Search(part, importance.empty() ? nullptr : w.data(), scales.data());
    const std::size_t step = super_blocks ? super : block;
    for (std::size_t k = 0; k < part.size(); k += step) {
      std::uint8_t* const to = out.data() + (at + k) / step * bytes;
      if (super_blocks)
        StoreXs(part.data() + k, std::span<const float>(scales).subspan(k / block, super / block), to);
      else
        StoreNl(part.data() + k, scales[k / block], to);
    }
  }
}

#endif  // HWY_TARGET == HWY_SCALAR
}  // namespace HWY_NAMESPACE
}  // namespace quant
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace quant {

namespace {

HWY_EXPORT(EncodeIq4);

class Iq4Coder final : public NativeCoder {
 public:
  bool runs(const RowQuantizer& quantizer) const override {
    const auto* rows = dynamic_cast<const gguf::PackedRows*>(&quantizer);
    return rows && (rows->type().dtype == DType::iq4_nl || rows->type().dtype == DType::iq4_xs);
  }

  QuantizedTile quantize(const RowQuantizer& quantizer, const RowTile& tile) const override {
    const auto& rows = dynamic_cast<const gguf::PackedRows&>(quantizer);
    const bool super_blocks = rows.type().dtype == DType::iq4_xs;
    return gguf::encode_tile(rows, tile, [super_blocks](auto x, auto importance, auto out) {
      HWY_DYNAMIC_DISPATCH(EncodeIq4)(super_blocks, x, importance, out);
    });
  }
};

}  // namespace

const NativeCoder& iq4_coder() {
  static const Iq4Coder coder;
  return coder;
}

}  // namespace quant
#endif  // HWY_ONCE
