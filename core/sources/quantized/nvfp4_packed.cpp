// NVFP4 of compressed-tensors and ModelOpt: two e2m1 values a byte, low half first, an e4m3 scale for 16 columns, and
// one scale for the tensor, which the first divides by and the second multiplies with.

#include <array>

#include "core/sources/quantized/layout.h"
#include "core/tensor/float_format.h"

namespace quant {

namespace {

constexpr std::uint64_t group = 16;

class Nvfp4Weight final : public PackedWeight {
 public:
  std::uint64_t out = 0, in = 0;
  Grid packed, scales;
  float global = 1;
  bool divides = true;

  std::vector<std::uint64_t> shape() const override { return {out, in}; }
  DType dtype() const override { return DType::f4; }
  std::string text() const override { return "nvfp4 group 16"; }

  Result<void> read(std::uint64_t first, std::uint64_t count, UnpackedRows& rows) const override {
    QUANT_TRY(bytes, packed.octets({first, count, 0, in / 2}));
    QUANT_TRY(steps, scales.floats({first, count, 0, in / group}));
    for (std::uint64_t e = 0; e < count * in; ++e) {
      const int code = bytes[e / 2] >> (e % 2 * 4) & 15;
      const float step = divides ? steps[e / group] / global : steps[e / group] * global;
      rows.set(e, float_format::decode<float>(static_cast<unsigned>(code), float_format::fp4_e2m1) * step, code, step,
               0);
    }
    return {};
  }
};

std::string_view codes_of(const Module& m) { return m.has("weight_packed") ? "weight_packed" : "weight"; }

Result<std::unique_ptr<PackedWeight>> open(const Module& m, const QuantConfig&) {
  auto weight = std::make_unique<Nvfp4Weight>();
  weight->out = m.dim(codes_of(m), 0);
  weight->in = 2 * m.dim(codes_of(m), 1);
  if (weight->in % group != 0) return m.fail(codes_of(m), "has rows that are no multiple of 16 columns");
  QUANT_TRY(packed, m.grid(codes_of(m), weight->out, weight->in / 2, 8));
  QUANT_TRY(scales, m.grid("weight_scale", weight->out, weight->in / group, 8));
  weight->divides = m.has("weight_global_scale");
  QUANT_TRY(global_grid, m.grid(weight->divides ? "weight_global_scale" : "weight_scale_2", 1, 1, 32));
  QUANT_TRY(global, global_grid.floats(global_grid.all()));
  weight->global = global[0];
  weight->packed = std::move(packed);
  weight->scales = std::move(scales);
  return weight;
}

bool claims(const Module& m, const QuantConfig&) {
  const bool has_codes = m.has(codes_of(m)) && m.dtype(codes_of(m)) == DType::u8;
  return has_codes && (m.has("weight_global_scale") || m.has("weight_scale_2"));
}

constexpr std::array<std::string_view, 5> parts = {"weight_packed", "weight", "weight_scale", "weight_global_scale",
                                                   "weight_scale_2"};

}  // namespace

extern const QuantizedLayout nvfp4_layout;
constinit const QuantizedLayout nvfp4_layout{
    "nvfp4", "NVFP4 (compressed-tensors, ModelOpt)", "weight_scale", claims, parts, open};

}  // namespace quant
