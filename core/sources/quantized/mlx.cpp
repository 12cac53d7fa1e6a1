// MLX affine: rows of codes in one bit stream, a scale and a bias a group. w = code · scale + bias.

#include <fmt/format.h>

#include <array>

#include "core/sources/quantized/layout.h"
#include "core/sources/quantized/packing.h"

namespace quant {

namespace {

class MlxWeight final : public PackedWeight {
 public:
  std::vector<std::uint64_t> dims;  // of the weight
  std::uint64_t in = 0, groups = 0, group = 0;
  unsigned bits = 0;
  Grid weight, scales, biases;

  std::vector<std::uint64_t> shape() const override { return dims; }
  DType dtype() const override { return *code_dtype(bits); }
  std::string text() const override { return fmt::format("mlx {}-bit group {}", bits, group); }

  Result<void> read(std::uint64_t first, std::uint64_t count, UnpackedRows& rows) const override {
    QUANT_TRY(codes, weight.words({first, count, 0, weight.cols()}));
    QUANT_TRY(steps, scales.floats({first, count, 0, groups}));
    QUANT_TRY(offsets, biases.floats({first, count, 0, groups}));
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::span<const std::uint32_t> row = std::span(codes).subspan(i * weight.cols());
      for (std::uint64_t j = 0; j < in; ++j) {
        const std::size_t g = i * groups + j / group;
        const auto code = static_cast<int>(stream_bits(row, 1, j * bits, bits));
        const float step = steps[g], scaled = static_cast<float>(code) * step;
        rows.set(i * in + j, scaled + offsets[g], code, step, step != 0 ? -offsets[g] / step : 0);
      }
    }
    return {};
  }
};

/// U32 words apart from GPTQ's: the weight itself is packed. Without biases it is another mode.
bool claims(const Module& m, const QuantConfig&) { return m.has("weight") && m.dtype("weight") == DType::u32; }

Result<std::unique_ptr<PackedWeight>> open(const Module& m, const QuantConfig& config) {
  if (!m.has("biases")) {
    return m.fail("biases",
                  fmt::format("are missing: the mode is {}, which is not unpacked",
                              config.format.empty() ? "not affine" : config.format),
                  ErrorCode::unsupported, "quantize it in the affine mode");
  }
  auto packed = std::make_unique<MlxWeight>();
  packed->dims = m.find("weight")->shape;
  if (packed->dims.size() != 2 && packed->dims.size() != 3) return m.fail("weight", "is no matrix");
  const std::uint64_t words = packed->dims.back();
  std::uint64_t rows = packed->dims[0];
  if (packed->dims.size() == 3) rows *= packed->dims[1];
  packed->groups = m.find("scales")->shape.empty() ? 0 : m.find("scales")->shape.back();
  const auto size = config.group_size_of(m.prefix()).value_or(64);
  if (size <= 0 || size > 1 << 20) return m.fail("group_size", fmt::format("is {}", size));
  packed->group = static_cast<std::uint64_t>(size);
  if (packed->groups == 0) return m.fail("scales", "are empty");
  packed->in = packed->groups * packed->group;
  const std::uint64_t bits = 32 * words / packed->in;
  if (32 * words % packed->in != 0 || bits == 7 || !code_dtype(static_cast<std::int64_t>(bits))) {
    return m.fail("scales", fmt::format("have {} groups of {} columns, which does not fit {} words a row",
                                        packed->groups, packed->group, words));
  }
  packed->bits = static_cast<unsigned>(bits);
  packed->dims.back() = packed->in;
  QUANT_TRY(weight, m.grid("weight", rows, words, 32));
  QUANT_TRY(scales, m.grid("scales", rows, packed->groups));
  QUANT_TRY(biases, m.grid("biases", rows, packed->groups));
  packed->weight = std::move(weight);
  packed->scales = std::move(scales);
  packed->biases = std::move(biases);
  return packed;
}

constexpr std::array<std::string_view, 3> parts = {"weight", "scales", "biases"};

}  // namespace

extern const QuantizedLayout mlx_layout;
constinit const QuantizedLayout mlx_layout{"mlx", "MLX (affine)", "scales", claims, parts, open};

}  // namespace quant
