// SIMD version of gguf-mxfp4: every level is tried on whole vectors.

#include <array>

#include "core/backend/simd/native_coder.h"
#include "core/methods/gguf/blocks.h"
#include "core/methods/gguf/mxfp4.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/backend/simd/mxfp4_simd.cpp"
#include "hwy/foreach_target.h"
// Highway's order: foreach_target.h before everything that is compiled per target.
#include "core/backend/simd/gguf_search-inl.h"

HWY_BEFORE_NAMESPACE();
namespace quant {
namespace HWY_NAMESPACE {

void EncodeMxfp4(std::span<const float> x, std::span<std::uint8_t> out) {
#if HWY_TARGET == HWY_SCALAR
  gguf::mxfp4_type.encode(x, {}, out);
#else
  using namespace gs;
  constexpr std::size_t block = 32, bytes = 17;
  for (std::size_t b = 0; b < x.size() / block; ++b) {
    const auto part = x.subspan(b * block, block);
    const std::uint8_t e = gguf::mxfp4_exponent(part);
    const float scale = gguf::mxfp4_scale(e);
    std::array<std::uint8_t, block> codes;
    for (std::size_t i = 0; i < block; i += lanes()) {
      const VF v = hn::LoadU(F32(), part.data() + i);
      VF least = hn::Abs(hn::Sub(Set(gguf::e2m1_doubled[0] * scale), v)), found = Zero();
      for (std::size_t k = 1; k < gguf::e2m1_doubled.size(); ++k) {
        const VF error = hn::Abs(hn::Sub(Set(gguf::e2m1_doubled[k] * scale), v));
        const MF nearer = hn::Lt(error, least);
        found = hn::IfThenElse(nearer, Set(static_cast<float>(k)), found);
        least = hn::IfThenElse(nearer, error, least);
      }
      StoreCodes(found, codes.data() + i);
    }
    out[b * bytes] = e;
    gguf::pack_nibbles(codes, out.data() + b * bytes + 1);
  }
#endif
}

}  // namespace HWY_NAMESPACE
}  // namespace quant
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace quant {

namespace {

HWY_EXPORT(EncodeMxfp4);

class Mxfp4Coder final : public NativeCoder {
 public:
  bool runs(const RowQuantizer& quantizer) const override {
    const auto* rows = dynamic_cast<const gguf::PackedRows*>(&quantizer);
    return rows && rows->type().dtype == DType::mxfp4;
  }
  QuantizedTile quantize(const RowQuantizer& quantizer, const RowTile& tile) const override {
    const auto& rows = dynamic_cast<const gguf::PackedRows&>(quantizer);
    return gguf::encode_tile(rows, tile, [](auto x, auto, auto out) { HWY_DYNAMIC_DISPATCH(EncodeMxfp4)(x, out); });
  }
};

}  // namespace

const NativeCoder& mxfp4_coder() {
  static const Mxfp4Coder coder;
  return coder;
}

}  // namespace quant
#endif  // HWY_ONCE
