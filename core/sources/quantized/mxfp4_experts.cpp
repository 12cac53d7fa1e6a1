// MXFP4 experts as gpt-oss stores them: blocks of 32 e2m1 values, low half first, and a power of two a block.

#include <array>
#include <cmath>

#include "core/sources/quantized/layout.h"
#include "core/tensor/float_format.h"

namespace quant {

namespace {

constexpr std::uint64_t block = 32;

class Mxfp4Experts final : public PackedWeight {
 public:
  std::uint64_t experts = 0, out = 0, in = 0;
  Grid blocks, scales;

  std::vector<std::uint64_t> shape() const override { return {experts, out, in}; }
  DType dtype() const override { return DType::f4; }
  std::string text() const override { return "mxfp4"; }

  Result<void> read(std::uint64_t first, std::uint64_t count, UnpackedRows& rows) const override {
    QUANT_TRY(bytes, blocks.octets({first, count, 0, in / 2}));
    QUANT_TRY(exponents, scales.octets({first, count, 0, in / block}));
    for (std::uint64_t e = 0; e < count * in; ++e) {
      const int code = bytes[e / 2] >> (e % 2 * 4) & 15;
      const float step = std::ldexp(1.0f, int{exponents[e / block]} - 127);
      rows.set(e, float_format::decode<float>(static_cast<unsigned>(code), float_format::fp4_e2m1) * step, code, step,
               0);
    }
    return {};
  }
};

Result<std::unique_ptr<PackedWeight>> open(const Module& m, const QuantConfig&) {
  const TensorInfo& tensor = *m.find("_blocks");
  if (tensor.shape.size() != 4 || tensor.shape[3] != block / 2) {
    return m.fail("_blocks", "has no shape [experts, out, in/32, 16]");
  }
  auto weight = std::make_unique<Mxfp4Experts>();
  weight->experts = tensor.shape[0];
  weight->out = tensor.shape[1];
  weight->in = block * tensor.shape[2];
  const std::uint64_t rows = weight->experts * weight->out;
  QUANT_TRY(blocks, m.grid("_blocks", rows, weight->in / 2, 8));
  QUANT_TRY(scales, m.grid("_scales", rows, weight->in / block, 8));
  weight->blocks = std::move(blocks);
  weight->scales = std::move(scales);
  return weight;
}

bool claims(const Module& m, const QuantConfig&) { return m.dtype("_blocks") == DType::u8; }

constexpr std::array<std::string_view, 2> parts = {"_blocks", "_scales"};

}  // namespace

extern const QuantizedLayout mxfp4_experts_layout;
constinit const QuantizedLayout mxfp4_experts_layout{
    "mxfp4-experts", "MXFP4 experts (gpt-oss)", "_blocks", claims, parts, open, ""};

}  // namespace quant
