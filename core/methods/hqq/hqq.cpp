// hqq: half-quadratic search of the zero point (Badri and Shaji 2023; hqq 0.2.8).

#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/methods/quantizer.h"
#include "core/methods/walk.h"
#include "core/tensor/bit_pack.h"

namespace quant {
namespace {

constexpr std::size_t lanes = 8;

struct Settings {
  int bits = 4;
  std::uint64_t group = 64;
  bool down = false;  ///< axis=0: group g holds the elements g, g + n/group, … of the flattened tensor
  float p = 0.7f, beta = 10, kappa = 1.01f;
  int rounds = 20;
  bool grows = false;  ///< β grows by κ after each round
  float top() const { return float((1 << bits) - 1); }
};

Settings settings_of(const Scheme& s) {
  Settings out;
  out.bits = s.integer("bits");
  out.group = std::uint64_t(s.integer("group"));
  out.down = s.integer("axis") == 0;
  out.p = float(s.number("p")), out.beta = float(s.number("beta")), out.kappa = float(s.number("kappa"));
  out.rounds = s.word("opt") == "on" ? s.integer("iters") : 0;
  out.grows = s.word("legacy") == "off";
  return out;
}

/// clamp(rne(v), 0, top). Clamped first, since rounding by addition holds for |v| below 2^22.
inline float code_of(float v, float top) {
  constexpr float shift = 12582912.0f;
  v = v < -1 ? -1 : v;
  v = v > 512 ? 512 : v;
  v = (v + shift) - shift;
  v = v < 0 ? 0 : v;
  return v > top ? top : v;
}

/// N/(max − min) within what hqq allows; also where the difference is not finite, so that no weight becomes NaN.
float inverse_step(float lo, float hi, float top) {
  constexpr float most = 2e4f, least = 3e-39f;
  const float width = hi - lo;
  if (std::fabs(width) <= 1e-4f) return 1;
  const float inverse = std::isfinite(width) ? top / width : float(double(top) / (double(hi) - double(lo)));
  return std::clamp(inverse, least, most);
}

/// The proximal step of the l_p norm: sign(e)·max(|e| − |e|^(p−1)/β, 0).
class Shrink {
 public:
  Shrink(float p, float beta)
      : p_(p), beta_(beta), floor_(float(std::pow(double(beta), -1 / (2.0 - double(p))) * 0.999)) {}
  /// Below it the result is 0: |e| < β^(−1/(2−p)). Nearly all errors of a model's weights lie there.
  float floor() const { return floor_; }
  float operator()(float e) const {
    const float a = std::fabs(e);
    if (a < floor_) return 0;
    return std::copysign(std::max(a - std::pow(a, p_ - 1) / beta_, 0.0f), e);
  }

 private:
  float p_, beta_, floor_;
};

/// What a round sums over a run of elements.
struct Sums {
  float zero = 0;    ///< Σ (q − (w − s)·inv)
  double error = 0;  ///< Σ |e|
  std::uint64_t n = 0;
};

/// One round over a group of finite weights. Eight running sums, so that every machine adds in the same order.
Sums round_of(std::span<const float> w, float inverse, float zero, float top, const Shrink& shrink) {
  std::array<float, lanes> z{}, error{}, largest{};
  const auto step = [&](std::size_t i, std::size_t k) {
    const float scaled = w[i] * inverse;
    const float q = code_of(scaled + zero, top);
    const float e = std::fabs(w[i] - (q - zero) / inverse);
    z[k] += q - scaled;
    error[k] += e;
    largest[k] = e > largest[k] ? e : largest[k];
  };
  std::size_t i = 0;
  for (; i + lanes <= w.size(); i += lanes)
    for (std::size_t k = 0; k < lanes; ++k) step(i + k, k);
  for (std::size_t k = 0; i < w.size(); ++i, ++k) step(i, k);

  Sums sums{0, 0, w.size()};
  for (const float e : error) sums.error += double(e);
  if (*std::max_element(largest.begin(), largest.end()) >= shrink.floor()) {
    z.fill(0);
    for (i = 0; i < w.size(); ++i) {
      const float q = code_of(w[i] * inverse + zero, top);
      z[i % lanes] += q - (w[i] - shrink(w[i] - (q - zero) / inverse)) * inverse;
    }
  }
  sums.zero = std::accumulate(z.begin(), z.end(), 0.0f);
  return sums;
}

struct Learned {
  Shared shared;               ///< Δ and z of every group
  std::vector<float> inverse;  ///< what Δ is the rounded reciprocal of: codes follow from it
};

/// The rounds over a whole tensor: 1/Δ and z of every group are kept, weights are read anew each round.
class Rounds {
 public:
  Rounds(const TensorView& view, const Settings& settings, JobContext& job)
      : view_(view), settings_(settings), job_(job), n_(view.matrix().elements()) {
    const std::uint64_t groups = (n_ + settings.group - 1) / settings.group;
    inverse_.resize(groups), zero_.resize(groups);
  }

  Result<Learned> operator()() {
    QUANT_CHECK(start());
    float beta = settings_.beta;
    double best = std::numeric_limits<double>::infinity();
    for (int i = 0; i < settings_.rounds; ++i) {
      QUANT_TRY(error, settings_.down ? round_down(Shrink(settings_.p, beta)) : round_along(Shrink(settings_.p, beta)));
      if (!(error < best)) break;  // z keeps the update of the round that stops
      best = error;
      if (settings_.grows) beta *= settings_.kappa;
    }
    Learned out;
    for (const float inverse : inverse_) out.shared.scales.push_back(1.0f / inverse);
    out.shared.zeros = std::move(zero_);
    out.shared.rows = view_.matrix().rows;
    out.shared.whole_zeros = false;
    out.inverse = std::move(inverse_);
    return out;
  }

 private:
  /// Calls visit(group, values, first element of the tensor among them) for runs of neighbours: whole groups along the
  /// tensor, stretches of different groups where they run down.
  template <class Visit>
  Result<void> each_stretch(Visit visit) {
    const MatrixShape shape = view_.matrix();
    const std::uint64_t alignment = settings_.down ? 1 : settings_.group / std::gcd(settings_.group, shape.cols);
    const std::uint64_t length = settings_.down ? inverse_.size() : settings_.group;
    return each_tile(view_, 0, shape.all_rows(), alignment, job_, "search zero points", [&](const RowTile& tile) {
      std::uint64_t flat = tile.first_row * tile.cols;
      for (auto rest = tile.w; !rest.empty();) {
        const auto part = rest.first(std::min<std::uint64_t>(length - flat % length, rest.size()));
        visit(settings_.down ? flat % length : flat / length, part);
        flat += part.size();
        rest = rest.subspan(part.size());
      }
    });
  }

  /// Min-max of every group; NaN and infinities take no part.
  Result<void> start() {
    constexpr float infinite = std::numeric_limits<float>::infinity();
    std::vector<float> low(inverse_.size(), infinite), high(inverse_.size(), -infinite);
    QUANT_CHECK(each_stretch([&](std::uint64_t group, std::span<const float> w) {
      for (std::size_t i = 0; i < w.size(); ++i) {
        const std::uint64_t g = settings_.down ? group + i : group;
        if (std::isfinite(w[i])) low[g] = std::min(low[g], w[i]), high[g] = std::max(high[g], w[i]);
      }
    }));
    for (std::size_t g = 0; g < inverse_.size(); ++g) {
      if (low[g] > high[g]) low[g] = high[g] = 0;
      inverse_[g] = inverse_step(low[g], high[g], settings_.top());
      zero_[g] = -low[g] * inverse_[g];
    }
    return {};
  }

  /// One round of groups along the tensor. Returns Σ |e|, which every round divides by the same count.
  Result<double> round_along(const Shrink& shrink) {
    double error = 0;
    std::vector<float> kept;
    QUANT_CHECK(each_stretch([&](std::uint64_t group, std::span<const float> w) {
      if (!std::all_of(w.begin(), w.end(), [](float x) { return std::isfinite(x); })) {
        kept.clear();
        std::copy_if(w.begin(), w.end(), std::back_inserter(kept), [](float x) { return std::isfinite(x); });
        w = kept;
      }
      if (w.empty()) return;
      const Sums sums = round_of(w, inverse_[group], zero_[group], settings_.top(), shrink);
      zero_[group] = sums.zero / float(sums.n);
      error += sums.error;
    }));
    return error;
  }

  /// One round of groups that run down: their means need the whole tensor.
  Result<double> round_down(const Shrink& shrink) {
    double error = 0;
    std::vector<float> sum(zero_.size()), count(zero_.size());
    QUANT_CHECK(each_stretch([&](std::uint64_t group, std::span<const float> w) {
      for (std::size_t i = 0; i < w.size(); ++i) {
        const std::uint64_t g = group + i;
        if (!std::isfinite(w[i])) continue;
        const float q = code_of(w[i] * inverse_[g] + zero_[g], settings_.top());
        const float e = w[i] - (q - zero_[g]) / inverse_[g];
        sum[g] += q - (w[i] - shrink(e)) * inverse_[g];
        count[g] += 1;
        error += double(std::fabs(e));
      }
    }));
    for (std::size_t g = 0; g < zero_.size(); ++g)
      if (count[g] > 0) zero_[g] = sum[g] / count[g];
    return error;
  }

  const TensorView& view_;
  const Settings& settings_;
  JobContext& job_;
  std::uint64_t n_;
  std::vector<float> inverse_, zero_;
};

/// The scalar reference after the search: q = clamp(rne(w/Δ + z), 0, N), ŵ = (q − z)·Δ.
class HqqRows final : public RowQuantizer {
 public:
  HqqRows(Scheme scheme, const MatrixShape& shape, Learned learned)
      : scheme_(std::move(scheme)),
        settings_(settings_of(scheme_)),
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
  Settings settings_;
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
    const Settings settings = settings_of(scheme_);
    const std::uint64_t n = view.matrix().elements();
    if (settings.down && n % settings.group != 0)
      return failure(ErrorCode::refused, "fit " + scheme_.text(), view.tensor().name,
                     std::to_string(n) + " weights are no multiple of group=" + std::to_string(settings.group),
                     "use axis=1, whose last group may be short");
    QUANT_TRY(learned, Rounds(view, settings, job)());
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
    .cost = "Up to 20 rounds, each a pass over the weights; 4 bytes a group of 64: 4.5 bits a weight at 4 bits.",
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
