// AWQ (gemm): eight 4-bit codes of neighbouring output channels in a word, in the order that its kernel unpacks.
// Layout of llm-awq and AutoAWQ.

#include <fmt/format.h>

#include <array>

#include "core/sources/quantized/layout.h"
#include "core/sources/quantized/packing.h"

namespace quant {

namespace {

constexpr std::array<unsigned, 8> nibble_of_column = {0, 4, 1, 5, 2, 6, 3, 7};

int nibble(std::uint32_t word, std::uint64_t column) {
  return static_cast<int>(word >> (4 * nibble_of_column[column % 8]) & 15);
}

class AwqWeight final : public PackedWeight {
 public:
  std::uint64_t out = 0, in = 0, groups = 0, group = 0;
  Grid qweight, qzeros, scales;

  std::vector<std::uint64_t> shape() const override { return {out, in}; }
  DType dtype() const override { return DType::int4; }
  std::string text() const override { return fmt::format("awq 4-bit group {}", group); }

  Result<void> read(std::uint64_t first, std::uint64_t count, UnpackedRows& rows) const override {
    const std::uint64_t first_word = first / 8, words = (first + count + 7) / 8 - first_word;
    QUANT_TRY(codes, qweight.words({0, in, first_word, words}));
    QUANT_TRY(zeros, qzeros.words({0, groups, first_word, words}));
    QUANT_TRY(steps, scales.floats({0, groups, first, count}));
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t word = (first + i) / 8 - first_word;
      for (std::uint64_t j = 0; j < in; ++j) {
        const std::uint64_t g = j / group;
        const int code = nibble(codes[j * words + word], first + i);
        const int zero = nibble(zeros[g * words + word], first + i);
        const float step = steps[g * count + i];
        rows.set(i * in + j, static_cast<float>(code - zero) * step, code, step, static_cast<float>(zero));
      }
    }
    return {};
  }
};

/// AWQ packs along the outputs: its words are an eighth of the scales' columns, and its rows the inputs.
bool claims(const Module& m, const QuantConfig& config) {
  if (m.has("g_idx")) return false;
  if (m.has("scales") && m.dim("scales", 1) == 8 * m.dim("qweight", 1)) return true;
  return config.method == "awq";
}

Result<std::unique_ptr<PackedWeight>> open(const Module& m, const QuantConfig& config) {
  if (config.format.starts_with("gemv")) {
    return m.fail("version", fmt::format("is {}, whose order is not unpacked", config.format), ErrorCode::unsupported,
                  "save it in the gemm version");
  }
  if (m.dtype("qweight") == DType::i16) {
    return m.fail("qweight", "is I16, llm-awq's own order, which is not unpacked", ErrorCode::unsupported,
                  "save it in the gemm version");
  }
  if (const auto bits = config.bits_of(m.prefix()); bits && *bits != 4) {
    return m.fail("bits", fmt::format("is {}; AWQ codes have 4", *bits));
  }
  auto weight = std::make_unique<AwqWeight>();
  weight->in = m.dim("qweight", 0);
  weight->out = 8 * m.dim("qweight", 1);
  QUANT_TRY(qweight, m.grid("qweight", weight->in, weight->out / 8, 32));
  weight->groups = m.has("scales") ? m.dim("scales", 0) : 0;
  QUANT_TRY(scales, m.grid("scales", weight->groups, weight->out));
  QUANT_TRY(qzeros, m.grid("qzeros", weight->groups, weight->out / 8, 32));
  QUANT_TRY(group, group_columns(m, config.group_size_of(m.prefix()), weight->in, weight->groups, "scales"));
  weight->group = group;
  weight->qweight = std::move(qweight);
  weight->qzeros = std::move(qzeros);
  weight->scales = std::move(scales);
  return weight;
}

constexpr std::array<std::string_view, 3> parts = {"qweight", "qzeros", "scales"};

}  // namespace

extern const QuantizedLayout awq_layout;
constinit const QuantizedLayout awq_layout{"awq", "AWQ (gemm)", "qweight", claims, parts, open};

}  // namespace quant
