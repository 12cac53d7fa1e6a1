// bitsandbytes LLM.int8: a row of INT8 codes and the largest magnitude of its weights. w = code · SCB / 127.

#include <fmt/format.h>

#include <array>

#include "core/sources/quantized/layout.h"

namespace quant {

namespace {

class Int8Weight final : public PackedWeight {
 public:
  std::uint64_t out = 0, in = 0;
  Grid weight, scb;

  std::vector<std::uint64_t> shape() const override { return {out, in}; }
  DType dtype() const override { return DType::int8; }
  std::string text() const override { return "bitsandbytes int8 per row"; }

  Result<void> read(std::uint64_t first, std::uint64_t count, UnpackedRows& rows) const override {
    QUANT_TRY(codes, weight.octets({first, count, 0, in}));
    QUANT_TRY(largest, scb.floats({0, 1, first, count}));
    for (std::uint64_t i = 0; i < count; ++i) {
      const float step = largest[i] * (1.0f / 127);  // as the library computes it
      for (std::uint64_t j = 0; j < in; ++j) {
        const auto code = static_cast<std::int8_t>(codes[i * in + j]);
        rows.set(i * in + j, static_cast<float>(code) * step, code, step, 0);
      }
    }
    return {};
  }
};

Result<std::unique_ptr<PackedWeight>> open(const Module& m, const QuantConfig&) {
  if (m.has("weight_format")) {
    QUANT_TRY(format_grid, m.grid("weight_format", 1, 1, 8));
    QUANT_TRY(format, format_grid.octets(format_grid.all()));
    if (format[0] != 0) {
      return m.fail("weight_format", fmt::format("is {}: an order of tiles for one GPU", format[0]),
                    ErrorCode::unsupported, "save the model again with a newer bitsandbytes");
    }
  }
  auto packed = std::make_unique<Int8Weight>();
  packed->out = m.dim("weight", 0);
  packed->in = m.dim("weight", 1);
  QUANT_TRY(weight, m.grid("weight", packed->out, packed->in, 8));
  QUANT_TRY(scb, m.grid("SCB", 1, packed->out, 32));
  packed->weight = std::move(weight);
  packed->scb = std::move(scb);
  return packed;
}

bool claims(const Module& m, const QuantConfig&) { return m.has("weight") && m.dtype("weight") == DType::i8; }

constexpr std::array<std::string_view, 3> parts = {"weight", "SCB", "weight_format"};

}  // namespace

extern const QuantizedLayout llm_int8_layout;
constinit const QuantizedLayout llm_int8_layout{"llm-int8", "bitsandbytes 8-bit", "SCB", claims, parts, open};

}  // namespace quant
