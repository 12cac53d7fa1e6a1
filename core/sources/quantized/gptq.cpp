// GPTQ: codes along the input dimension, zeros along the output dimension, an optional order of groups. Layout of
// AutoGPTQ and GPTQModel.

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/sources/quantized/layout.h"
#include "core/sources/quantized/packing.h"

namespace quant {

namespace {

class GptqWeight final : public PackedWeight {
 public:
  std::uint64_t out = 0, in = 0, groups = 0, group = 0;
  unsigned bits = 0;
  unsigned zero_offset = 0;  // the first format stores zero − 1
  Grid qweight, qzeros, scales;
  std::optional<Grid> g_idx;

  std::vector<std::uint64_t> shape() const override { return {out, in}; }
  DType dtype() const override { return *code_dtype(bits); }
  std::string text() const override {
    return fmt::format("gptq {}-bit group {}{}{}", bits, group, g_idx ? ", g_idx" : "", zero_offset ? "" : ", v2");
  }

  Result<void> read(std::uint64_t first, std::uint64_t count, UnpackedRows& rows) const override {
    QUANT_TRY(group_of, group_of_columns());
    QUANT_TRY(codes, qweight.words({0, qweight.rows(), first, count}));
    QUANT_TRY(steps, scales.floats({0, groups, first, count}));
    const std::uint64_t first_word = first * bits / 32;
    const std::uint64_t zero_words = ((first + count) * bits + 31) / 32 - first_word;
    QUANT_TRY(zeros, qzeros.words({0, groups, first_word, zero_words}));
    const unsigned mask = (1u << bits) - 1;
    for (std::uint64_t i = 0; i < count; ++i) {
      for (std::uint64_t j = 0; j < in; ++j) {
        const std::uint64_t g = group_of[j];
        const std::span<const std::uint32_t> zero_row = std::span(zeros).subspan(g * zero_words);
        const unsigned stored = stream_bits(zero_row, 1, (first + i) * bits - 32 * first_word, bits);
        const int zero = static_cast<int>((stored + zero_offset) & mask);
        const int code = static_cast<int>(stream_bits(std::span(codes).subspan(i), count, j * bits, bits));
        const float step = steps[g * count + i];
        rows.set(i * in + j, static_cast<float>(code - zero) * step, code, step, static_cast<float>(zero));
      }
    }
    return {};
  }

 private:
  Result<std::vector<std::uint32_t>> group_of_columns() const {
    std::vector<std::uint32_t> of(in);
    for (std::uint64_t j = 0; j < in; ++j) of[j] = static_cast<std::uint32_t>(j / group);
    if (!g_idx) return of;
    QUANT_TRY(stored, g_idx->integers(g_idx->all()));
    for (std::uint64_t j = 0; j < in; ++j) {
      if (stored[j] < 0 || static_cast<std::uint64_t>(stored[j]) >= groups) {
        return failure(ErrorCode::malformed, "cannot unpack tensor", "g_idx",
                       fmt::format("g_idx says group {} for column {}, there are {} groups", stored[j], j, groups),
                       "the file is damaged or hostile, get it again from its source");
      }
      of[j] = static_cast<std::uint32_t>(stored[j]);
    }
    return of;
  }
};

/// Bits a code: as configured, else as the zeros' width says.
Result<unsigned> code_bits(const Module& m, const QuantConfig& config) {
  const std::uint64_t out = m.dim("qweight", 1);
  std::int64_t bits = 0;
  if (const auto configured = config.bits_of(m.prefix())) {
    bits = *configured;
  } else if (m.has("qzeros") && out > 0) {
    bits = static_cast<std::int64_t>(std::min<std::uint64_t>(m.dim("qzeros", 1) * 32 / out, 64));
  }
  if (bits != 2 && bits != 3 && bits != 4 && bits != 8) {
    return m.fail("bits", fmt::format("is {}; GPTQ codes have 2, 3, 4 or 8", bits));
  }
  return static_cast<unsigned>(bits);
}

/// Whether zeros are stored as zero − 1. Without a word about it, symmetric 4-bit files tell by their first zeros.
Result<bool> zeros_less_one(const QuantConfig& config, const Grid& qzeros) {
  if (config.format == "gptq_v2") return false;
  if (config.format == "gptq") return true;
  QUANT_TRY(first, qzeros.words({0, 1, 0, 1}));
  return first[0] != 0x88888888u;
}

Result<std::unique_ptr<PackedWeight>> open(const Module& m, const QuantConfig& config) {
  for (const char* other : {"marlin", "bitblas", "gptq_p"}) {
    if (!config.format.starts_with(other)) continue;
    return m.fail("checkpoint_format", fmt::format("is {}, which reorders the codes for one GPU kernel", other),
                  ErrorCode::unsupported, "convert it to the gptq format with the tool that wrote it");
  }
  auto weight = std::make_unique<GptqWeight>();
  QUANT_TRY(bits, code_bits(m, config));
  weight->bits = bits;
  weight->out = m.dim("qweight", 1);
  if (weight->out == 0) return m.fail("qweight", "is empty");
  const std::uint64_t words = m.dim("qweight", 0);
  if (words * 32 % bits != 0)
    return m.fail("qweight", fmt::format("has {} rows, no whole codes of {} bits", words, bits));
  weight->in = words * 32 / bits;
  QUANT_TRY(qweight, m.grid("qweight", words, weight->out, 32));
  weight->groups = m.has("scales") ? m.dim("scales", 0) : 0;
  QUANT_TRY(scales, m.grid("scales", weight->groups, weight->out));
  QUANT_TRY(qzeros, m.grid("qzeros", weight->groups, (weight->out * bits + 31) / 32, 32));
  if (m.has("g_idx")) {
    QUANT_TRY(g_idx, m.grid("g_idx", 1, weight->in));
    if (g_idx.dtype() != DType::i32 && g_idx.dtype() != DType::i64) return m.fail("g_idx", "holds no integers");
    weight->g_idx = g_idx;
  }
  QUANT_TRY(group, group_columns(m, config.group_size_of(m.prefix()), weight->in, weight->groups, "scales"));
  weight->group = group;
  QUANT_TRY(less_one, zeros_less_one(config, qzeros));
  weight->zero_offset = less_one ? 1 : 0;
  weight->qweight = std::move(qweight);
  weight->qzeros = std::move(qzeros);
  weight->scales = std::move(scales);
  return weight;
}

constexpr std::array<std::string_view, 4> parts = {"qweight", "qzeros", "scales", "g_idx"};

}  // namespace

extern const QuantizedLayout gptq_layout;
constinit const QuantizedLayout gptq_layout{"gptq", "GPTQ", "qweight", nullptr, parts, open};

}  // namespace quant
