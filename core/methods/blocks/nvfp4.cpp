// nvfp4: 16 four-bit floats with an 8-bit float scale, and one float32 for the tensor.

#include <array>
#include <cmath>

#include "core/methods/blocks/element_blocks.h"
#include "core/methods/casts/cast.h"
#include "core/methods/walk.h"
#include "core/tensor/bit_pack.h"

namespace quant {
namespace {

using float_format::fp4_e2m1;
using float_format::fp8_e4m3;
using float_format::Overflow;

constexpr std::uint64_t block = 16;
constexpr float largest_element = 6, largest_scale = 448;
constexpr float smallest_scale = 0.015625f;  // the smallest normal e4m3, torchao's floor

/// What a block multiplies its weights by, and what it is decoded with.
struct BlockScale {
  float stored = 0;   ///< value of the e4m3 byte
  float tensor = 1;   ///< t
  float inverse = 0;  ///< (1/t)/stored

  float decoded() const { return stored * tensor; }
  /// A weight in units of the block; a denormal t has no reciprocal and divides.
  float operator()(float w) const { return std::isfinite(inverse) ? w * inverse : w / tensor / stored; }
};

BlockScale block_scale(float peak, float tensor) {
  const float wanted = std::clamp(peak / largest_element / tensor, smallest_scale, largest_scale);
  const float stored =
      float_format::decode<float>(float_format::encode(wanted, fp8_e4m3, Overflow::saturate).code, fp8_e4m3);
  return {stored, tensor, (1.0f / tensor) / stored};
}

/// The scalar reference: ŵ = element · (block scale · tensor scale).
class Nvfp4Rows final : public ElementBlocks {
 public:
  Nvfp4Rows(Scheme scheme, Shared shared) : scheme_(std::move(scheme)), shared_(std::move(shared)) {
    for (unsigned code = 0; code < values_.size(); ++code) values_[code] = float_format::decode<float>(code, fp4_e2m1);
  }

  const Scheme& scheme() const override { return scheme_; }
  CodeForm codes() const override { return {4, false}; }
  Region region() const override { return Region::group; }
  std::uint64_t group() const override { return block; }
  const Shared& shared() const override { return shared_; }
  Factors factors(float peak, std::uint64_t row) const override {
    const BlockScale scale = scale_of(peak, row);
    return {scale.inverse, scale.decoded()};
  }
  const float_format::Format* element() const override { return &fp4_e2m1; }

  QuantizedTile quantize(const RowTile& tile) const override;
  void dequantize(QuantizedTile& tile) const override;
  void steps(const RowTile& tile, const QuantizedTile& q, std::span<float> out) const override;
  std::uint64_t stored_bytes(const MatrixShape& shape) const override {
    const std::uint64_t tensor_scales = shared_.scales.empty() || shape.elements() == 0 ? 0 : shape.matrices;
    return packed_bytes(shape.elements(), 4) + regions(Region::group, shape, block) + 4 * tensor_scales;
  }
  std::vector<std::uint8_t> pack(const QuantizedTile& whole) const override { return pack_bits(whole.codes, 4); }

 private:
  BlockScale scale_of(float peak, std::uint64_t row) const {
    return block_scale(peak, shared_.scales.empty() ? 1.0f : shared_.scales[row / shared_.rows]);
  }

  Scheme scheme_;
  Shared shared_;  ///< scales: t of every matrix; empty with levels=1
  std::array<float, 16> values_{};
};

QuantizedTile Nvfp4Rows::quantize(const RowTile& tile) const {
  QuantizedTile q = tile_like(tile);
  q.codes.resize(tile.w.size());
  q.clipped.resize(tile.w.size());
  bool any = false;
  each_run(tile.rows, tile.cols, block, [&](std::uint64_t row, std::uint64_t at, std::uint64_t n, std::uint64_t) {
    const BlockScale scale = scale_of(finite_absmax(tile.w.subspan(at, n)), tile.first_row + row);
    for (std::uint64_t i = at; i < at + n; ++i) {
      const float x = std::isfinite(tile.w[i]) ? scale(tile.w[i]) : 0.0f;
      const auto [code, saturated] = float_format::encode(x, fp4_e2m1, Overflow::saturate);
      q.codes[i] = std::uint8_t(code);
      q.clipped[i] = saturated;
      any |= saturated;
    }
    q.scales.push_back(scale.decoded());
  });
  if (!any) q.clipped.clear();
  dequantize(q);
  return q;
}

void Nvfp4Rows::dequantize(QuantizedTile& q) const {
  q.values.resize(q.codes.size());
  each_run(q.rows, q.cols, block, [&](std::uint64_t, std::uint64_t at, std::uint64_t n, std::uint64_t run) {
    for (std::uint64_t i = at; i < at + n; ++i) q.values[i] = values_[q.codes[i]] * q.scales[run];
  });
}

void Nvfp4Rows::steps(const RowTile& tile, const QuantizedTile& q, std::span<float> out) const {
  each_run(q.rows, q.cols, block, [&](std::uint64_t, std::uint64_t at, std::uint64_t n, std::uint64_t run) {
    const float scale = q.scales[run];
    for (std::uint64_t i = at; i < at + n; ++i)
      out[i] = scale > 0 ? casts::gap(tile.w[i] / scale, fp4_e2m1) * scale : 0.0f;
  });
}

class Nvfp4Quantizer final : public Quantizer {
 public:
  explicit Nvfp4Quantizer(Scheme scheme) : scheme_(std::move(scheme)) {}
  const Scheme& scheme() const override { return scheme_; }
  Result<std::unique_ptr<RowQuantizer>> fit(TensorFacts& facts, const Calibration*, JobContext& job) const override {
    Shared shared;
    shared.rows = facts.view().matrix().rows;
    if (scheme_.integer("levels") == 2) {
      QUANT_TRY(ranges, facts.per_matrix(job));
      for (const auto& range : ranges) {
        const float t = std::max(std::fabs(range.lo), std::fabs(range.hi)) / (largest_scale * largest_element);
        shared.scales.push_back(t == 0 ? 1 : t);
      }
    }
    return std::make_unique<Nvfp4Rows>(scheme_, std::move(shared));
  }

 private:
  Scheme scheme_;
};

Result<std::unique_ptr<Quantizer>> make(const Scheme& scheme) { return std::make_unique<Nvfp4Quantizer>(scheme); }

constexpr std::array params = {
    Param{"levels", ParamType::integer, "2", "1..2",
          "2 = a float32 scale of the tensor above the block scales; 1 = none"},
};

}  // namespace

extern const Method nvfp4;
constinit const Method nvfp4{
    .id = "nvfp4",
    .title = "NVFP4",
    .family = "blocks",
    .technique = "ptq",
    .summary = "16 four-bit floats (E2M1), their scale in E4M3, and one float32 scale of the tensor; 4.5 bits.",
    .when = "4-bit weights for GPUs with FP4 units: finer scales than MXFP4 at a quarter of a bit more.",
    .cost = "One pass for the tensor's largest weight (none with levels=1), one for the codes; all devices.",
    .fails =
        "Blocks whose largest weight lies below 1/28,672 of the tensor's lose resolution, since block scales stop at "
        "the "
        "smallest normal E4M3; with levels=1 that floor is 0.094. NaN and infinities take no part in scales and get "
        "code "
        "0; a block of zeros stores scale byte 8 and codes 0; the last block of a row may be short; 1-D tensors are "
        "one "
        "row; stacked experts have one tensor scale each.",
    .reference = "NVIDIA 2025, arXiv:2509.25149; order of operations of torchao 0.18",
    .params = params,
    .make = make};

}  // namespace quant
