#include "core/methods/gguf/blocks.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/tensor/float_format.h"

namespace quant::gguf {
namespace {

/// The scalar reference: codes follow from the float32 scale, values from its fp16.
class BlockRows final : public RowQuantizer {
 public:
  BlockRows(Scheme scheme, const BlockType& type) : scheme_(std::move(scheme)), type_(type) {}

  const Scheme& scheme() const override { return scheme_; }
  CodeForm codes() const override { return {type_.bits, true}; }
  Region region() const override { return Region::group; }
  std::uint64_t group() const override { return type_.block; }

  QuantizedTile quantize(const RowTile& tile) const override {
    QuantizedTile q = tile_like(tile);
    q.codes.resize(tile.w.size());
    q.clipped.resize(tile.w.size());
    q.scales.reserve(tile.w.size() / type_.block);
    for (std::size_t at = 0; at < tile.w.size(); at += type_.block) {
      const float scale = type_.encode(tile.w.subspan(at, type_.block), std::span(q.codes).subspan(at, type_.block),
                                       std::span(q.clipped).subspan(at, type_.block));
      q.scales.push_back(from_half(to_half(scale)));
    }
    if (std::find(q.clipped.begin(), q.clipped.end(), 1) == q.clipped.end()) q.clipped.clear();
    dequantize(q);
    return q;
  }

  void dequantize(QuantizedTile& q) const override {
    q.values.resize(q.codes.size());
    for (std::size_t b = 0, i = 0; b < q.scales.size(); ++b)
      for (const std::size_t end = i + type_.block; i < end; ++i)
        q.values[i] = float(std::int8_t(q.codes[i])) * q.scales[b];
  }

  void steps(const RowTile&, const QuantizedTile& q, std::span<float> out) const override {
    for (std::size_t b = 0; b < q.scales.size(); ++b)
      std::fill_n(out.begin() + std::ptrdiff_t(b * type_.block), type_.block, std::fabs(q.scales[b]));
  }

  std::uint64_t stored_bytes(const MatrixShape& shape) const override {
    return shape.elements() / type_.block * type_.bytes;
  }

  std::vector<std::uint8_t> pack(const QuantizedTile& whole) const override {
    std::vector<std::uint8_t> out(whole.scales.size() * type_.bytes);
    for (std::size_t b = 0; b < whole.scales.size(); ++b)
      type_.pack(to_half(whole.scales[b]), std::span(whole.codes).subspan(b * type_.block, type_.block),
                 std::span(out).subspan(b * type_.bytes, type_.bytes));
    return out;
  }

 private:
  Scheme scheme_;
  const BlockType& type_;
};

class BlockQuantizer final : public Quantizer {
 public:
  BlockQuantizer(Scheme scheme, const BlockType& type) : scheme_(std::move(scheme)), type_(type) {}
  const Scheme& scheme() const override { return scheme_; }
  Result<std::unique_ptr<RowQuantizer>> fit(TensorFacts& facts, const Calibration*, JobContext& job) const override;

 private:
  Scheme scheme_;
  const BlockType& type_;
};

Result<std::unique_ptr<RowQuantizer>> BlockQuantizer::fit(TensorFacts& facts, const Calibration*,
                                                          JobContext& job) const {
  QUANT_CHECK(check_suits({type_.block, type_.largest, {}}, scheme_, facts, job));
  return std::make_unique<BlockRows>(scheme_, type_);
}

/// The advice for rows of the wrong length: what llama-quantize does.
std::string advice(std::string_view fallback, std::uint64_t cols) {
  if (fallback.empty() || cols % 32 != 0)
    return "llama.cpp stores such tensors as F16: choose fp16, or a scheme whose groups may be short, such as rtn";
  return "llama.cpp falls back to " + std::string(fallback) + ": choose " + std::string(fallback);
}

}  // namespace

std::uint16_t to_half(float v) {
  return std::uint16_t(float_format::encode(v, float_format::fp16, float_format::Overflow::ieee).code);
}

float from_half(std::uint16_t half) { return float_format::decode<float>(half, float_format::fp16); }

float read_half(std::span<const std::byte> in) {
  return from_half(std::uint16_t(std::to_integer<unsigned>(in[0]) | std::to_integer<unsigned>(in[1]) << 8));
}

void write_half(std::uint16_t half, std::uint8_t* out) {
  out[0] = std::uint8_t(half & 0xFF);
  out[1] = std::uint8_t(half >> 8);
}

std::uint16_t half_at(const std::uint8_t* in) { return std::uint16_t(in[0] | in[1] << 8); }

void pack_nibbles(std::span<const std::uint8_t> codes, std::uint8_t* out) {
  for (std::size_t i = 0; i < 16; ++i) out[i] = std::uint8_t((codes[i] & 15) | (codes[i + 16] & 15) << 4);
}

void unpack_nibbles(const std::uint8_t* in, std::span<std::uint8_t> codes) {
  for (std::size_t i = 0; i < 16; ++i) {
    codes[i] = in[i] & 15;
    codes[i + 16] = in[i] >> 4;
  }
}

Result<void> check_suits(const Demands& demands, const Scheme& scheme, TensorFacts& facts, JobContext& job) {
  const auto refused = [&](std::string why, std::string hint) {
    return failure(ErrorCode::refused, "quantize with " + scheme.text(), facts.view().tensor().name, std::move(why),
                   std::move(hint));
  };
  const std::uint64_t cols = facts.view().matrix().cols;
  if (cols % demands.block != 0)
    return refused("row " + std::to_string(cols) + " is not a multiple of " + std::to_string(demands.block),
                   advice(demands.fallback, cols));
  QUANT_TRY(ranges, facts.per_matrix(job));
  std::uint64_t nan = 0, inf = 0;
  float peak = 0;
  for (const auto& range : ranges) {
    nan += range.nan;
    inf += range.inf;
    peak = std::max({peak, -range.lo, range.hi});
  }
  if (nan + inf > 0)
    return refused("it holds " + std::to_string(nan) + " NaN and " + std::to_string(inf) +
                       " infinities, which GGUF blocks cannot store",
                   "repair the tensor, or choose a scheme that leaves them out, such as rtn");
  if (demands.largest > 0 && !std::isfinite(from_half(to_half(peak / demands.largest))))
    return refused("its largest weight " + std::to_string(peak) + " needs a scale beyond fp16's 65504",
                   "choose a scheme with float32 scales, such as rtn");
  return {};
}

std::unique_ptr<Quantizer> make(const Scheme& scheme, const BlockType& type) {
  return std::make_unique<BlockQuantizer>(scheme, type);
}

}  // namespace quant::gguf
