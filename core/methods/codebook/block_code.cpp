#include "core/methods/codebook/block_code.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "core/methods/codebook/dynamic_map.h"
#include "core/methods/walk.h"

namespace quant {
namespace {

constexpr std::size_t at_once = 16;  // weights whose loops become vectors
using Sixteen = std::array<float, at_once>;
using Counts = std::array<std::int32_t, at_once>;

/// The number of thresholds strictly below each x: a tie takes the lower cell. All are compared, which costs less than
/// the mispredicted branches of a search.
Counts cells(const BlockCode& code, const Sixteen& x) {
  Counts below{};
  for (const float threshold : code.thresholds)
    for (std::size_t i = 0; i < at_once; ++i) below[i] += threshold < x[i];
  return below;
}

/// The gaps between the two codebook values around each x in [−1, 1].
Sixteen gaps(const BlockCode& code, const Sixteen& x) {
  Counts cell{};
  for (std::size_t k = 1; k + 1 < code.order.size(); ++k) {
    const float value = code.values[code.order[k]];
    for (std::size_t i = 0; i < at_once; ++i) cell[i] += value <= x[i];
  }
  Sixteen out;
  for (std::size_t i = 0; i < at_once; ++i) {
    const auto c = std::size_t(cell[i]);
    out[i] = code.values[code.order[c + 1]] - code.values[code.order[c]];
  }
  return out;
}

/// A weight over its block's absmax, in [−1, 1]. Whole blocks multiply by the inverse, the short last block of a tensor
/// divides: what bitsandbytes does, and codes next to a threshold depend on it.
class Normaliser {
 public:
  Normaliser(float peak, bool whole) : peak_(peak), inverse_(1.0f / std::max(peak, 1e-38f)), whole_(whole) {}
  /// Up to sixteen weights; 0 for those that are not finite, and behind them.
  Sixteen operator()(std::span<const float> w) const {
    Sixteen x{};
    std::copy(w.begin(), w.end(), x.begin());
    for (float& v : x) {
      const float scaled = whole_ ? v * inverse_ : peak_ > 0 ? v / peak_ : 0.0f;
      v = std::isfinite(v) ? std::clamp(scaled, -1.0f, 1.0f) : 0.0f;
    }
    return x;
  }

 private:
  float peak_, inverse_;
  bool whole_;
};

/// The scalar reference: ŵ = C[q]·absmax; with `dq` the absmax that survives double quantization.
class BlockRows final : public RowQuantizer {
 public:
  BlockRows(Scheme scheme, const BlockCode& code, Shared restored)
      : scheme_(std::move(scheme)),
        code_(code),
        block_(std::uint64_t(scheme_.integer("block"))),
        shared_(std::move(restored)) {}

  const Scheme& scheme() const override { return scheme_; }
  CodeForm codes() const override { return {4, false}; }
  Region region() const override { return Region::block; }
  std::uint64_t group() const override { return block_; }
  const Shared& shared() const override { return shared_; }
  std::span<const float> codebook() const override { return code_.values; }
  std::uint64_t row_alignment(std::uint64_t cols) const override { return block_ / std::gcd(block_, cols); }

  QuantizedTile quantize(const RowTile& tile) const override;
  void dequantize(QuantizedTile& tile) const override;
  void steps(const RowTile& tile, const QuantizedTile& q, std::span<float> out) const override;
  std::uint64_t stored_bytes(const MatrixShape& shape) const override;
  std::vector<std::uint8_t> pack(const QuantizedTile& whole) const override;

 private:
  Scheme scheme_;
  const BlockCode& code_;
  std::uint64_t block_;
  Shared shared_;  ///< with dq: the restored absmax of every block of the tensor
};

QuantizedTile BlockRows::quantize(const RowTile& tile) const {
  QuantizedTile q = tile_like(tile);
  const std::uint64_t first_block = tile.first_row * tile.cols / block_;
  assert(tile.first_row * tile.cols % block_ == 0 && "tiles begin on a block: see row_alignment");
  q.codes.resize(tile.w.size());
  for (std::uint64_t at = 0; at < tile.w.size(); at += block_) {
    const auto w = tile.w.subspan(at, std::min(block_, tile.w.size() - at));
    const float peak = finite_absmax(w);
    const Normaliser normal(peak, w.size() == block_);
    for (std::size_t i = 0; i < w.size(); i += at_once) {
      const auto part = w.subspan(i, std::min(at_once, w.size() - i));
      const Counts cell = cells(code_, normal(part));
      for (std::size_t k = 0; k < part.size(); ++k)
        q.codes[at + i + k] = std::isfinite(part[k]) ? code_.order[std::size_t(cell[k])] : code_.zero;
    }
    q.scales.push_back(shared_.scales.empty() ? peak : shared_.scales[first_block + q.scales.size()]);
  }
  dequantize(q);
  return q;
}

void BlockRows::dequantize(QuantizedTile& q) const {
  q.values.resize(q.codes.size());
  for (std::size_t b = 0, i = 0; b < q.scales.size(); ++b)
    for (const std::size_t end = std::min<std::size_t>(i + block_, q.codes.size()); i < end; ++i)
      q.values[i] = code_.values[q.codes[i]] * q.scales[b];
}

void BlockRows::steps(const RowTile& tile, const QuantizedTile& q, std::span<float> out) const {
  for (std::size_t b = 0, i = 0; b < q.scales.size(); ++b) {
    const auto w = tile.w.subspan(i, std::min(block_, tile.w.size() - i));
    const Normaliser normal(finite_absmax(w), w.size() == block_);
    for (std::size_t k = 0; k < w.size(); k += at_once) {
      const auto part = w.subspan(k, std::min(at_once, w.size() - k));
      const Sixteen gap = gaps(code_, normal(part));
      for (std::size_t j = 0; j < part.size(); ++j) out[i++] = gap[j] * q.scales[b];
    }
  }
}

std::uint64_t BlockRows::stored_bytes(const MatrixShape& shape) const {
  const std::uint64_t n = shape.elements(), blocks = regions(Region::block, shape, block_);
  if (n == 0) return 0;
  if (!scheme_.flag("dq")) return (n + 1) / 2 + 4 * blocks;
  return (n + 1) / 2 + blocks + 4 * ((blocks + 255) / 256) + 4;  // 8-bit scales, their absmax, the mean
}

/// Two codes a byte, the first in the high nibble; a spare nibble holds the code of 0.
std::vector<std::uint8_t> BlockRows::pack(const QuantizedTile& whole) const {
  std::vector<std::uint8_t> out((whole.codes.size() + 1) / 2, code_.zero);
  for (std::size_t i = 0; i < whole.codes.size(); ++i) {
    std::uint8_t& pair = out[i / 2];
    const unsigned code = whole.codes[i];
    pair = std::uint8_t(i % 2 == 0 ? (code << 4) | code_.zero : (pair & 0xF0u) | code);
  }
  return out;
}

class BlockQuantizer final : public Quantizer {
 public:
  BlockQuantizer(Scheme scheme, const BlockCode& code) : scheme_(std::move(scheme)), code_(code) {}
  const Scheme& scheme() const override { return scheme_; }
  Result<std::unique_ptr<RowQuantizer>> fit(TensorFacts& facts, const Calibration*, JobContext& job) const override {
    Shared shared;
    shared.rows = facts.view().matrix().rows;
    if (scheme_.flag("dq")) {
      QUANT_TRY(peaks, block_peaks(facts, job));
      shared.scales = double_quantized(peaks, scheme_.word("lookup") == "table" ? Lookup::table : Lookup::exact);
    }
    return std::make_unique<BlockRows>(scheme_, code_, std::move(shared));
  }

 private:
  /// absmax of every block of the tensor: the mean that double quantization takes off needs them all.
  Result<std::vector<float>> block_peaks(const TensorFacts& facts, JobContext& job) const {
    const TensorView& view = facts.view();
    const MatrixShape shape = view.matrix();
    const std::uint64_t block = std::uint64_t(scheme_.integer("block")), cols = std::max<std::uint64_t>(1, shape.cols);
    std::vector<float> peaks(regions(Region::block, shape, block));
    const TileRows rows = tile_rows(view, 0, shape.all_rows(), block / std::gcd(block, cols));
    QUANT_CHECK(each_tile_at_once(view, rows, facts.threads(), job, "read block scales",
                                  [&](const RowTile& tile, std::size_t, int) {
                                    float* peak = peaks.data() + tile.first_row * tile.cols / block;
                                    for (std::uint64_t at = 0; at < tile.w.size(); at += block)
                                      *peak++ = finite_absmax(tile.w.subspan(at, std::min(block, tile.w.size() - at)));
                                  }));
    return peaks;
  }

  Scheme scheme_;
  const BlockCode& code_;
};

}  // namespace

Result<void> normalise_block_code(Scheme& scheme) {
  if (scheme.typed("lookup") && !scheme.flag("dq"))
    return failure(ErrorCode::bad_scheme, "parse scheme", "", "lookup is of dq", "add dq or leave out lookup");
  if (scheme.integer("block") % 2 == 0) return {};
  return failure(ErrorCode::bad_scheme, "parse scheme", "", "block=" + scheme.word("block") + " is odd",
                 "block takes multiples of 2, since two codes share a byte");
}

std::unique_ptr<Quantizer> make_block_code(const Scheme& scheme, const BlockCode& code) {
  return std::make_unique<BlockQuantizer>(scheme, code);
}

}  // namespace quant
