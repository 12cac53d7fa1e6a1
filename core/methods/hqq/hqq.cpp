// hqq: half-quadratic search of the zero point (Badri and Shaji 2023; hqq 0.2.8).

#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/methods/hqq/round.h"
#include "core/methods/hqq/search.h"
#include "core/tensor/bit_pack.h"

namespace quant {
namespace {

using half_quadratic::code_of;

/// The scalar reference after the search: q = clamp(rne(w/Δ + z), 0, N), ŵ = (q − z)·Δ.
class HqqRows final : public half_quadratic::Rows {
 public:
  HqqRows(Scheme scheme, const MatrixShape& shape, half_quadratic::Learned learned)
      : scheme_(std::move(scheme)),
        settings_(half_quadratic::settings_of(scheme_)),
        shared_(std::move(learned.shared)),
        inverse_(std::move(learned.inverse)) {
    stride_ = std::max<std::uint64_t>(1, shape.elements() / settings_.group);
  }

  const Scheme& scheme() const override { return scheme_; }
  CodeForm codes() const override { return {settings_.bits, false}; }
  /// Groups that run down the tensor belong to no rows: their scales stand in shared() alone.
  Region region() const override { return settings_.down ? Region::none : Region::block; }
  std::uint64_t group() const override { return settings_.group; }
  const Shared& shared() const override { return shared_; }
  const half_quadratic::Settings& settings() const override { return settings_; }
  std::span<const float> inverse() const override { return inverse_; }
  std::uint64_t row_alignment(std::uint64_t cols) const override {
    return settings_.down ? 1 : settings_.group / std::gcd(settings_.group, cols);
  }

  QuantizedTile quantize(const RowTile& tile) const override;
  void dequantize(QuantizedTile& tile) const override;
  void steps(const RowTile& tile, const QuantizedTile& q, std::span<float> out) const override;
  std::uint64_t stored_bytes(const MatrixShape& shape) const override {
    const std::uint64_t groups = regions(Region::block, shape, settings_.group);
    return packed_bytes(shape.elements(), std::uint64_t(settings_.bits)) + 4 * groups;
  }
  std::vector<std::uint8_t> pack(const QuantizedTile& whole) const override {
    return pack_bits(whole.codes, unsigned(settings_.bits));
  }

 private:
  /// Calls visit(element of the tile, group).
  template <class Visit>
  void each(std::uint64_t first, std::uint64_t n, Visit visit) const {
    if (settings_.down) {
      for (std::uint64_t i = 0; i < n; ++i) visit(i, (first + i) % stride_);
      return;
    }
    for (std::uint64_t i = 0, g = first / settings_.group; i < n; ++g)
      for (const std::uint64_t end = std::min(n, i + settings_.group); i < end; ++i) visit(i, g);
  }

  Scheme scheme_;
  half_quadratic::Settings settings_;
  Shared shared_;
  std::vector<float> inverse_;
  std::uint64_t stride_ = 1;  ///< groups that run down
};

QuantizedTile HqqRows::quantize(const RowTile& tile) const {
  QuantizedTile q = tile_like(tile);
  q.codes.resize(tile.w.size());
  q.clipped.resize(tile.w.size());
  const float top = settings_.top();
  bool any = false;
  each(tile.first_row * tile.cols, tile.w.size(), [&](std::uint64_t i, std::uint64_t g) {
    const float zero = shared_.zeros[g], w = tile.w[i];
    const float v = std::isfinite(w) ? w * inverse_[g] + zero : zero;
    const float code = code_of(v, top);
    q.codes[i] = std::uint8_t(int(code));
    q.clipped[i] = std::isfinite(w) && (v < -0.5f || v > top + 0.5f);
    any |= q.clipped[i] != 0;
  });
  if (!any) q.clipped.clear();
  if (!settings_.down && !tile.w.empty()) {
    const auto first = shared_.scales.begin() + std::ptrdiff_t(tile.first_row * tile.cols / settings_.group);
    q.scales.assign(first, first + std::ptrdiff_t((tile.w.size() + settings_.group - 1) / settings_.group));
  }
  dequantize(q);
  return q;
}

void HqqRows::dequantize(QuantizedTile& q) const {
  constexpr float most = std::numeric_limits<float>::max();
  q.values.resize(q.codes.size());
  each(q.first_row * q.cols, q.codes.size(), [&](std::uint64_t i, std::uint64_t g) {
    const float value = (float(q.codes[i]) - shared_.zeros[g]) * shared_.scales[g];
    q.values[i] = std::clamp(value, -most, most);
  });
}

void HqqRows::steps(const RowTile&, const QuantizedTile& q, std::span<float> out) const {
  each(q.first_row * q.cols, q.codes.size(), [&](std::uint64_t i, std::uint64_t g) { out[i] = shared_.scales[g]; });
}

class HqqQuantizer final : public Quantizer {
 public:
  explicit HqqQuantizer(Scheme scheme) : scheme_(std::move(scheme)) {}
  const Scheme& scheme() const override { return scheme_; }
  Result<std::unique_ptr<RowQuantizer>> fit(TensorFacts& facts, const Calibration*, JobContext& job) const override {
    const TensorView& view = facts.view();
    const auto settings = half_quadratic::settings_of(scheme_);
    const std::uint64_t n = view.matrix().elements();
    if (settings.down && n % settings.group != 0)
      return failure(ErrorCode::refused, "fit " + scheme_.text(), view.tensor().name,
                     std::to_string(n) + " weights are no multiple of group=" + std::to_string(settings.group),
                     "use axis=1, whose last group may be short");
    QUANT_TRY(learned, half_quadratic::search(facts, settings, job));
    return std::make_unique<HqqRows>(scheme_, view.matrix(), std::move(learned));
  }

 private:
  Scheme scheme_;
};

Result<std::unique_ptr<Quantizer>> make(const Scheme& scheme) { return std::make_unique<HqqQuantizer>(scheme); }

constexpr std::array params = {
    Param{"bits", ParamType::integer, "4", "1..4 or 8", "width of a code"},
    Param{"group", ParamType::integer, "64", "2..65536", "weights that share a scale and a zero point"},
    Param{"axis", ParamType::integer, "1", "0..1",
          "1: groups of neighbours of the flattened tensor; 0: every (n/group)-th weight of it"},
    Param{"p", ParamType::number, "0.7", "0.1..1", "norm of the error: below 1 outliers may stay wrong"},
    Param{"beta", ParamType::number, "10", "0.1..1000", "weight of the quadratic term"},
    Param{"kappa", ParamType::number, "1.01", "1..2", "growth of beta after a round, with legacy=off"},
    Param{"iters", ParamType::integer, "20", "1..1000", "most rounds; it stops once the mean error grows"},
    Param{"opt", ParamType::choice, "on", "on|off", "off keeps the zero point of the min-max range"},
    Param{"legacy", ParamType::choice, "on", "on|off", "on: as hqq 0.2.8, beta stays; off: beta grows by kappa"},
};

}  // namespace

extern const Method hqq;
constinit const Method hqq{
    .id = "hqq",
    .title = "Half-quadratic quantization",
    .family = "uniform",
    .technique = "ptq",
    .summary = "Min-max groups whose zero points are moved until the mean error stops falling.",
    .when = "3 and 4 bits without calibration data, in seconds; close to calibrated methods at group 64.",
    .cost =
        "Up to 20 rounds, each a pass over the weights on all threads; 4 bytes a group of 64: 4.5 bits a weight at 4 "
        "bits.",
    .fails =
        "Only zero points move, so an outlier still stretches its group's step. The range is not made to contain 0. "
        "The "
        "rounds end for all groups together, so one tensor decides for all its rows. NaN and infinities are left out "
        "and "
        "get the code nearest to 0, which is 0 only to within half a step; equal weights are kept to half a step; "
        "axis=1: groups cross rows and the last may be short; axis=0 refuses tensors that group does not divide.",
    .reference = "Badri and Shaji, Mobius Labs 2023, https://mobiusml.github.io/hqq_blog; hqq 0.2.8",
    .params = params,
    .make = make};

}  // namespace quant
