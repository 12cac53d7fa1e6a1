// binary: the sign times the mean magnitude (XNOR-Net, arXiv:1603.05279; BitNet, arXiv:2310.11453).

#include <array>
#include <cmath>

#include "core/methods/uniform/uniform.h"
#include "core/methods/walk.h"
#include "core/tensor/bit_pack.h"

namespace quant {
namespace {

/// Sums of the finite weights of a region.
struct Sums {
  double value = 0, magnitude = 0;
  std::uint64_t n = 0;

  void add(std::span<const float> w, double centre) {
    for (const float x : w) {
      if (!std::isfinite(x)) continue;
      value += double(x);
      magnitude += std::fabs(double(x) - centre);
      ++n;
    }
  }
  float mean() const { return n > 0 ? float(value / double(n)) : 0; }
  float scale() const { return n > 0 ? float(magnitude / double(n)) : 0; }
};

/// The scalar reference: ŵ = μ ± α, μ = 0 unless centred.
class BinaryRows final : public RowQuantizer {
 public:
  BinaryRows(Scheme scheme, Shared shared)
      : scheme_(std::move(scheme)), region_(uniform::region_of(scheme_)), shared_(std::move(shared)) {}

  const Scheme& scheme() const override { return scheme_; }
  CodeForm codes() const override { return {1, false}; }
  Region region() const override { return region_; }
  std::uint64_t group() const override { return std::uint64_t(scheme_.integer("group")); }
  const Shared& shared() const override { return shared_; }

  QuantizedTile quantize(const RowTile& tile) const override;
  void dequantize(QuantizedTile& tile) const override;
  void steps(const RowTile& tile, const QuantizedTile& q, std::span<float> out) const override;
  std::uint64_t stored_bytes(const MatrixShape& shape) const override {
    return packed_bytes(shape.elements(), 1) + regions(region_, shape, group()) * (centred() ? 4 : 2);
  }
  std::vector<std::uint8_t> pack(const QuantizedTile& whole) const override { return pack_bits(whole.codes, 1); }

 private:
  bool centred() const { return scheme_.flag("center"); }
  float scale_at(const QuantizedTile& q, std::uint64_t row, std::uint64_t run) const {
    return region_ == Region::tensor ? shared_.scales[(q.first_row + row) / shared_.rows] : q.scales[run];
  }

  Scheme scheme_;
  Region region_;
  Shared shared_;
};

QuantizedTile BinaryRows::quantize(const RowTile& tile) const {
  QuantizedTile q = tile_like(tile);
  q.codes.resize(tile.w.size());
  each_run(tile.rows, tile.cols, group(), [&](std::uint64_t, std::uint64_t at, std::uint64_t n, std::uint64_t) {
    const auto w = tile.w.subspan(at, n);
    float mean = 0;
    if (centred()) {
      Sums sums;
      sums.add(w, 0);
      mean = sums.mean();
    }
    if (region_ != Region::tensor) {
      Sums sums;
      sums.add(w, double(mean));
      q.scales.push_back(sums.scale());
      if (centred()) q.codebooks.insert(q.codebooks.end(), {mean - sums.scale(), mean + sums.scale()});
    }
    for (std::size_t i = 0; i < n; ++i) q.codes[at + i] = !std::isfinite(w[i]) || w[i] >= mean;
  });
  dequantize(q);
  return q;
}

void BinaryRows::dequantize(QuantizedTile& q) const {
  q.values.resize(q.codes.size());
  each_run(q.rows, q.cols, group(), [&](std::uint64_t row, std::uint64_t at, std::uint64_t n, std::uint64_t run) {
    const float scale = scale_at(q, row, run);
    const float low = centred() ? q.codebooks[2 * run] : -scale, high = centred() ? q.codebooks[2 * run + 1] : scale;
    for (std::uint64_t i = at; i < at + n; ++i) q.values[i] = q.codes[i] ? high : low;
  });
}

void BinaryRows::steps(const RowTile&, const QuantizedTile& q, std::span<float> out) const {
  each_run(q.rows, q.cols, group(), [&](std::uint64_t row, std::uint64_t at, std::uint64_t n, std::uint64_t run) {
    std::fill_n(out.begin() + std::ptrdiff_t(at), n, 2 * scale_at(q, row, run));
  });
}

class BinaryQuantizer final : public Quantizer {
 public:
  explicit BinaryQuantizer(Scheme scheme) : scheme_(std::move(scheme)) {}
  const Scheme& scheme() const override { return scheme_; }
  Result<std::unique_ptr<RowQuantizer>> fit(TensorFacts& facts, const Calibration*, JobContext& job) const override {
    const MatrixShape shape = facts.view().matrix();
    Shared shared;
    shared.rows = shape.rows;
    for (std::uint64_t m = 0; uniform::region_of(scheme_) == Region::tensor && m < shape.matrices; ++m) {
      Sums sums;
      QUANT_CHECK(each_tile(facts.view(), m * shape.rows, (m + 1) * shape.rows, 1, job, "read mean magnitude",
                            [&](const RowTile& tile) { sums.add(tile.w, 0); }));
      shared.scales.push_back(sums.scale());
    }
    return std::make_unique<BinaryRows>(scheme_, std::move(shared));
  }

 private:
  Scheme scheme_;
};

Result<void> normalise(Scheme& scheme) {
  QUANT_CHECK(uniform::normalise_regions(scheme));
  if (!scheme.flag("center") || scheme.word("gran") != "tensor") return {};
  return failure(ErrorCode::bad_scheme, "parse scheme", "",
                 "center takes the mean of a row or group, gran=tensor has none", "leave out center, or use gran=row");
}

Result<std::unique_ptr<Quantizer>> make(const Scheme& scheme) { return std::make_unique<BinaryQuantizer>(scheme); }

constexpr std::array params = {
    Param{"gran", ParamType::choice, "row", "tensor|row|group", "which weights share a magnitude"},
    Param{"group", ParamType::integer, "0", "0..", "consecutive weights of a row that share a magnitude; 0 = the row"},
    Param{"center", ParamType::flag, "", "", "take off the mean of the row or group first, and store it"},
};

}  // namespace

extern const Method binary;
constinit const Method binary{
    .id = "binary",
    .title = "Binary (sign and mean magnitude)",
    .family = "codebook",
    .technique = "qat",
    .summary = "Keeps the sign of every weight and one mean magnitude for a row.",
    .when = "Models trained for it (XNOR-Net, BitNet); else to see what a single bit can hold.",
    .cost = "One pass, rows independent (one more for gran=tensor); 1 bit a weight and 2 bytes a row.",
    .fails =
        "There is no zero: small weights grow to the mean magnitude, and the error is of the weights' own size. NaN "
        "and "
        "infinities are left out of the mean and counted as positive; a row of zeros restores zeros; short last groups "
        "stand alone; 1-D tensors are one row, 4-D ones out × (in·kh·kw).",
    .reference = "Rastegari et al. 2016, arXiv:1603.05279; Wang et al. 2023, arXiv:2310.11453",
    .params = params,
    .normalise = normalise,
    .make = make};

}  // namespace quant
