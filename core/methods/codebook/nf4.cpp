// nf4: bitsandbytes' 4-bit normal float (methods.md 5.1; QLoRA, arXiv:2305.14314).

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <numeric>

#include "core/methods/codebook/dynamic_map.h"
#include "core/methods/quantizer.h"

namespace quant {
namespace {

constexpr std::uint8_t zero_code = 7;

/// Quantiles of a normal distribution, scaled to [−1, 1]; the published table.
constexpr std::array<float, 16> codebook_values = {
    -1.0f,
    -0.6961928009986877f,
    -0.5250730514526367f,
    -0.39491748809814453f,
    -0.28444138169288635f,
    -0.18477343022823334f,
    -0.09105003625154495f,
    0.0f,
    0.07958029955625534f,
    0.16093020141124725f,
    0.24611230194568634f,
    0.33791524171829224f,
    0.44070982933044434f,
    0.5626170039176941f,
    0.7229568362236023f,
    1.0f,
};

/// Midpoints of neighbours as float32 (methods.md 5.1 lists them; equal to the constants of the CUDA kernels).
constexpr std::array<float, 15> thresholds = {
    -0.8480963706970215f,  -0.6106328964233398f,   -0.4599952697753906f, -0.33967941999435425f, -0.23460739850997925f,
    -0.13791173696517944f, -0.045525018125772476f, 0.03979014977812767f, 0.120255246758461f,    0.2035212516784668f,
    0.2920137643814087f,   0.3893125355243683f,    0.5016634464263916f,  0.6427869200706482f,   0.8614784479141235f,
};

/// The number of thresholds strictly below x: a tie takes the lower code. All are compared, which costs less than the
/// mispredicted branches of a search.
std::uint8_t code_of(float x) {
  unsigned below = 0;
  for (const float threshold : thresholds) below += threshold < x;
  return std::uint8_t(below);
}

/// The gap between the two codebook values around x in [−1, 1].
float gap_at(float x) {
  unsigned cell = 0;
  for (std::size_t i = 1; i + 1 < codebook_values.size(); ++i) cell += codebook_values[i] <= x;
  return codebook_values[cell + 1] - codebook_values[cell];
}

float absmax(std::span<const float> w) {
  float peak = 0;
  for (const float x : w)
    if (std::isfinite(x)) peak = std::max(peak, std::fabs(x));
  return peak;
}

/// A weight over its block's absmax, in [−1, 1]. Whole blocks multiply by the inverse, the short last block of a tensor
/// divides: what bitsandbytes does, and codes next to a threshold depend on it.
class Normaliser {
 public:
  Normaliser(float peak, bool whole) : peak_(peak), inverse_(1.0f / std::max(peak, 1e-38f)), whole_(whole) {}
  float operator()(float w) const {
    if (whole_) return std::clamp(w * inverse_, -1.0f, 1.0f);
    return peak_ > 0 ? std::clamp(w / peak_, -1.0f, 1.0f) : 0.0f;
  }

 private:
  float peak_, inverse_;
  bool whole_;
};

/// The scalar reference: ŵ = C[q]·absmax; with `dq` the absmax that survives double quantization.
class Nf4Rows final : public RowQuantizer {
 public:
  Nf4Rows(Scheme scheme, Shared restored)
      : scheme_(std::move(scheme)), block_(std::uint64_t(scheme_.integer("block"))), shared_(std::move(restored)) {}

  const Scheme& scheme() const override { return scheme_; }
  CodeForm codes() const override { return {4, false}; }
  Region region() const override { return Region::block; }
  std::uint64_t group() const override { return block_; }
  const Shared& shared() const override { return shared_; }
  std::span<const float> codebook() const override { return codebook_values; }
  std::uint64_t row_alignment(std::uint64_t cols) const override { return block_ / std::gcd(block_, cols); }

  QuantizedTile quantize(const RowTile& tile) const override;
  void dequantize(QuantizedTile& tile) const override;
  void steps(const RowTile& tile, const QuantizedTile& q, std::span<float> out) const override;
  std::uint64_t stored_bytes(const MatrixShape& shape) const override;
  std::vector<std::uint8_t> pack(const QuantizedTile& whole) const override;

 private:
  Scheme scheme_;
  std::uint64_t block_;
  Shared shared_;  ///< with dq: the restored absmax of every block of the tensor
};

QuantizedTile Nf4Rows::quantize(const RowTile& tile) const {
  QuantizedTile q = tile_like(tile);
  const std::uint64_t first_block = tile.first_row * tile.cols / block_;
  assert(tile.first_row * tile.cols % block_ == 0 && "tiles begin on a block: see row_alignment");
  q.codes.resize(tile.w.size());
  for (std::uint64_t at = 0; at < tile.w.size(); at += block_) {
    const auto w = tile.w.subspan(at, std::min(block_, tile.w.size() - at));
    const float peak = absmax(w);
    const Normaliser normal(peak, w.size() == block_);
    for (std::size_t i = 0; i < w.size(); ++i)
      q.codes[at + i] = std::isfinite(w[i]) ? code_of(normal(w[i])) : zero_code;
    q.scales.push_back(shared_.scales.empty() ? peak : shared_.scales[first_block + q.scales.size()]);
  }
  dequantize(q);
  return q;
}

void Nf4Rows::dequantize(QuantizedTile& q) const {
  q.values.resize(q.codes.size());
  for (std::size_t b = 0, i = 0; b < q.scales.size(); ++b)
    for (const std::size_t end = std::min<std::size_t>(i + block_, q.codes.size()); i < end; ++i)
      q.values[i] = codebook_values[q.codes[i]] * q.scales[b];
}

void Nf4Rows::steps(const RowTile& tile, const QuantizedTile& q, std::span<float> out) const {
  for (std::size_t b = 0, i = 0; b < q.scales.size(); ++b) {
    const auto w = tile.w.subspan(i, std::min(block_, tile.w.size() - i));
    const Normaliser normal(absmax(w), w.size() == block_);
    for (const float weight : w) {
      const float x = std::isfinite(weight) ? normal(weight) : 0.0f;
      out[i++] = gap_at(x) * q.scales[b];
    }
  }
}

std::uint64_t Nf4Rows::stored_bytes(const MatrixShape& shape) const {
  const std::uint64_t n = shape.elements(), blocks = regions(Region::block, shape, block_);
  if (n == 0) return 0;
  if (!scheme_.flag("dq")) return (n + 1) / 2 + 4 * blocks;
  return (n + 1) / 2 + blocks + 4 * ((blocks + 255) / 256) + 4;  // 8-bit scales, their absmax, the mean
}

/// Two codes a byte, the first in the high nibble; a spare nibble holds the code of 0.
std::vector<std::uint8_t> Nf4Rows::pack(const QuantizedTile& whole) const {
  std::vector<std::uint8_t> out((whole.codes.size() + 1) / 2, zero_code);
  for (std::size_t i = 0; i < whole.codes.size(); ++i) {
    std::uint8_t& pair = out[i / 2];
    const unsigned code = whole.codes[i];
    pair = std::uint8_t(i % 2 == 0 ? (code << 4) | zero_code : (pair & 0xF0u) | code);
  }
  return out;
}

class Nf4Quantizer final : public Quantizer {
 public:
  explicit Nf4Quantizer(Scheme scheme) : scheme_(std::move(scheme)) {}
  const Scheme& scheme() const override { return scheme_; }
  Result<std::unique_ptr<RowQuantizer>> fit(TensorFacts& facts, const Calibration*, JobContext& job) const override {
    Shared shared;
    shared.rows = facts.view().matrix().rows;
    if (scheme_.flag("dq")) {
      QUANT_TRY(peaks, block_peaks(facts.view(), job));
      shared.scales = double_quantized(peaks);
    }
    return std::make_unique<Nf4Rows>(scheme_, std::move(shared));
  }

 private:
  /// absmax of every block of the tensor: the mean that double quantization takes off needs them all.
  Result<std::vector<float>> block_peaks(const TensorView& view, JobContext& job) const {
    const MatrixShape shape = view.matrix();
    const std::uint64_t block = std::uint64_t(scheme_.integer("block"));
    constexpr std::uint64_t tile_weights = std::uint64_t{1} << 18;  // 1 MiB of float32 stays in a second-level cache
    const std::uint64_t alignment = block / std::gcd(block, shape.cols);
    const std::uint64_t tiles =
        std::max<std::uint64_t>(1, tile_weights / std::max<std::uint64_t>(1, shape.cols * alignment));
    std::vector<float> peaks, scratch;
    for (std::uint64_t row = 0; row < shape.all_rows(); row += tiles * alignment) {
      if (job.stopped()) return cancelled("read block scales of " + view.tensor().name);
      QUANT_TRY(tile, read_tile(view, row, std::min(tiles * alignment, shape.all_rows() - row), scratch));
      for (std::uint64_t at = 0; at < tile.w.size(); at += block)
        peaks.push_back(absmax(tile.w.subspan(at, std::min(block, tile.w.size() - at))));
    }
    return peaks;
  }

  Scheme scheme_;
};

Result<void> normalise(Scheme& scheme) {
  if (scheme.integer("block") % 2 == 0) return {};
  return failure(ErrorCode::bad_scheme, "parse scheme", "", "block=" + scheme.word("block") + " is odd",
                 "block takes multiples of 2, since two codes share a byte");
}

Result<std::unique_ptr<Quantizer>> make(const Scheme& scheme) { return std::make_unique<Nf4Quantizer>(scheme); }

constexpr std::array params = {
    Param{"block", ParamType::integer, "64", "2..65536",
          "consecutive weights of the flattened tensor that share a scale"},
    Param{"dq", ParamType::flag, "", "",
          "double quantization: block scales in 8 bits, 4.127 instead of 4.5 bits a weight"},
};

}  // namespace

extern const Method nf4;
constinit const Method nf4{
    .id = "nf4",
    .title = "NF4 (bitsandbytes)",
    .family = "codebook",
    .technique = "ptq",
    .summary =
        "Sixteen values at the quantiles of a normal distribution, scaled by the largest magnitude of 64 weights.",
    .when = "Weights that look normal and will be fine-tuned with QLoRA; no data needed.",
    .cost = "One pass over the weights, blocks independent; dq reads the tensor once more; all devices.",
    .fails =
        "An outlier stretches its block of 64; values of a heavy tail fall between the wide outer codes. Blocks run "
        "through "
        "the flattened tensor and cross rows where 64 does not divide them, so 1-D and odd tensors work too; the last "
        "block "
        "may be short. NaN and infinities are left out and get the code of 0; a block of zeros has scale 0.",
    .reference = "Dettmers et al. 2023, arXiv:2305.14314; bitsandbytes 0.50",
    .params = params,
    .normalise = normalise,
    .make = make};

}  // namespace quant
