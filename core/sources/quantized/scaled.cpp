// Weights of 8-bit elements with scales beside them: FP8 (per tensor, channel or block), plain INT8 of
// compressed-tensors. w = element · scale; `weight_scale_inv` is multiplied too.

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/sources/quantized/layout.h"

namespace quant {

namespace {

std::string_view scale_name(const Module& m) { return m.has("weight_scale") ? "weight_scale" : "weight_scale_inv"; }

class ScaledWeight final : public PackedWeight {
 public:
  std::uint64_t out = 0, in = 0;
  std::uint64_t block_rows = 1, block_cols = 1;  // elements that share a scale
  Grid weight, scales;

  std::vector<std::uint64_t> shape() const override { return {out, in}; }
  DType dtype() const override { return weight.dtype() == DType::i8 ? DType::int8 : weight.dtype(); }
  std::string text() const override {
    const std::string_view kind = weight.dtype() == DType::i8 ? "int8" : "fp8";
    if (scales.rows() * scales.cols() == 1) return fmt::format("{} per tensor", kind);
    if (block_rows == 1 && scales.cols() == 1) return fmt::format("{} per channel", kind);
    return fmt::format("{} blocks {}×{}", kind, block_rows, block_cols);
  }

  Result<void> read(std::uint64_t first, std::uint64_t count, UnpackedRows& rows) const override {
    QUANT_TRY(elements, weight.floats({first, count, 0, in}));
    QUANT_TRY(octets, weight.octets({first, count, 0, in}));
    const std::uint64_t first_scale = first / block_rows;
    const std::uint64_t scale_rows = (first + count - 1) / block_rows - first_scale + 1;
    QUANT_TRY(steps, scales.floats({first_scale, scale_rows, 0, scales.cols()}));
    const bool integers = weight.dtype() == DType::i8;
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t scale_row = (first + i) / block_rows - first_scale;
      for (std::uint64_t j = 0; j < in; ++j) {
        const std::size_t at = i * in + j;
        const float step = steps[scale_row * scales.cols() + j / block_cols];
        const int code = integers ? static_cast<std::int8_t>(octets[at]) : octets[at];
        rows.set(at, elements[at] * step, code, step, 0);
      }
    }
    return {};
  }
};

/// Side of a block: as configured, else what the number of scales along it says.
Result<std::uint64_t> block_side(const Module& m, std::optional<std::int64_t> configured, std::uint64_t elements,
                                 std::uint64_t scales) {
  if (configured && *configured <= 0) return m.fail("weight_block_size", fmt::format("has a side of {}", *configured));
  std::uint64_t side = configured ? static_cast<std::uint64_t>(*configured) : 128;
  if (scales == 1) return std::max<std::uint64_t>(elements, 1);
  if (scales == elements) return 1;
  if (scales > 0 && (elements + side - 1) / side != scales) side = (elements + scales - 1) / scales;
  if (scales > 0 && (elements + side - 1) / side == scales) return side;
  return m.fail(scale_name(m), fmt::format("has {} scales along {} elements, in blocks of {}", scales, elements, side));
}

Result<std::unique_ptr<PackedWeight>> open(const Module& m, const QuantConfig& config) {
  const std::string_view scale = scale_name(m);
  if (m.find("weight")->shape.size() != 2) {
    return m.fail("weight", "is no matrix", ErrorCode::unsupported, "its elements are shown without their scales");
  }
  if (m.has("weight_zero_point")) {
    return m.fail("weight_zero_point", "is there: zeros of unpacked codes are not applied", ErrorCode::unsupported,
                  "its codes are shown as they are");
  }
  auto packed = std::make_unique<ScaledWeight>();
  packed->out = m.dim("weight", 0);
  packed->in = m.dim("weight", 1);
  if (packed->out == 0 || packed->in == 0) return m.fail("weight", "is empty");
  QUANT_TRY(weight, m.grid("weight", packed->out, packed->in, 8));
  const bool one = m.find(scale)->elements() == 1;
  const std::uint64_t scale_rows = one ? 1 : m.dim(scale, 0), scale_cols = one ? 1 : m.dim(scale, 1);
  QUANT_TRY(scales, m.grid(scale, scale_rows, scale_cols));
  const auto side = [&](std::size_t i) {
    return i < config.block_size.size() ? std::optional(config.block_size[i]) : std::nullopt;
  };
  QUANT_TRY(rows, block_side(m, side(0), packed->out, scale_rows));
  QUANT_TRY(cols, block_side(m, side(1), packed->in, scale_cols));
  packed->block_rows = rows;
  packed->block_cols = cols;
  packed->weight = std::move(weight);
  packed->scales = std::move(scales);
  return packed;
}

bool claims(const Module& m, const QuantConfig&) {
  if (!m.has("weight_scale") && !m.has("weight_scale_inv")) return false;
  constexpr std::array types = {DType::f8_e4m3, DType::f8_e5m2, DType::f8_e4m3fnuz, DType::f8_e5m2fnuz, DType::i8};
  return std::ranges::find(types, m.dtype("weight")) != types.end();
}

constexpr std::array<std::string_view, 3> parts = {"weight", "weight_scale", "weight_scale_inv"};

}  // namespace

extern const QuantizedLayout scaled_layout;
constinit const QuantizedLayout scaled_layout{"scaled", "FP8 or INT8 with scales", "weight", claims, parts, open};

}  // namespace quant
