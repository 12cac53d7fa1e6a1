#include "core/methods/uniform/uniform.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/threads.h"
#include "core/methods/walk.h"
#include "core/tensor/bit_pack.h"
#include "core/tensor/float_format.h"

namespace quant::uniform {
namespace {

float cut_decimals(float scale, int decimals) {
  const double unit = std::pow(10.0, decimals);
  // 1e-4 guards 2.1f/15 = 0.13999999, which the article's text writes 0.14.
  const float cut = float(std::floor(double(scale) * unit + 1e-4) / unit);
  return cut > 0 ? cut : scale;
}

float half_rounded(float scale) {
  constexpr float largest = 65504;  // a larger Δ saturates: infinity would make every value NaN
  return std::min(float_format::round(scale, float_format::fp16), largest);
}

/// q + 1 of every code, the first in the lowest digit: base 4, or base 3 for five a byte.
std::vector<std::uint8_t> pack_trits(std::span<const std::uint8_t> codes, unsigned per_byte) {
  const unsigned base = per_byte == 5 ? 3 : 4;
  std::vector<std::uint8_t> out;
  out.reserve(codes.size() / per_byte + 1);
  for (std::size_t at = 0; at < codes.size(); at += per_byte) {
    unsigned byte = 0;
    for (std::size_t i = std::min(at + per_byte, codes.size()); i-- > at;)
      byte = byte * base + unsigned(int(std::int8_t(codes[i])) + 1);
    out.push_back(std::uint8_t(byte));
  }
  return out;
}

/// The scalar reference. Every region has a Grid; codes follow from it element by element.
class UniformRows final : public RowQuantizer {
 public:
  UniformRows(Scheme scheme, const Form& form, Estimator estimate, Shared shared)
      : scheme_(std::move(scheme)),
        form_(form),
        estimate_(std::move(estimate)),
        region_(region_of(scheme_)),
        group_(std::uint64_t(scheme_.integer("group"))),
        shared_(std::move(shared)) {}

  const Scheme& scheme() const override { return scheme_; }
  CodeForm codes() const override { return {form_.bits, form_.code_lo < 0}; }
  Region region() const override { return region_; }
  std::uint64_t group() const override { return group_; }
  const Shared& shared() const override { return shared_; }

  QuantizedTile quantize(const RowTile& tile) const override;
  void dequantize(QuantizedTile& tile) const override;
  void steps(const RowTile& tile, const QuantizedTile& q, std::span<float> out) const override;
  std::uint64_t stored_bytes(const MatrixShape& shape) const override;
  std::vector<std::uint8_t> pack(const QuantizedTile& whole) const override {
    return form_.trits_per_byte > 0 ? pack_trits(whole.codes, form_.trits_per_byte)
                                    : pack_bits(whole.codes, unsigned(form_.bits));
  }

 private:
  /// Neighbours in a row that share a grid.
  std::uint64_t run_length(std::uint64_t cols) const {
    return region_ == Region::group ? group_ : region_ == Region::column ? 1 : cols;
  }
  bool encode(std::span<const float> w, Grid g, std::uint8_t* codes, std::uint8_t* clipped) const;
  float decode(std::uint8_t code, Grid g) const;
  void learn_grids(const RowTile& tile, QuantizedTile& q) const;
  Grid shared_grid(std::uint64_t index) const;
  template <class Visit>
  void each_run(const QuantizedTile& q, Visit visit) const;

  Scheme scheme_;
  Form form_;
  Estimator estimate_;
  Region region_;
  std::uint64_t group_;
  Shared shared_;
};

/// q = clamp(rne(w / Δ) + z, lo, hi); returns whether the clamp changed any.
bool UniformRows::encode(std::span<const float> w, Grid g, std::uint8_t* codes, std::uint8_t* clipped) const {
  const float inverse = form_.recip ? 1.0f / g.scale : 0.0f;
  const bool multiply = form_.recip && std::isfinite(inverse);
  bool any = false;
  for (std::size_t i = 0; i < w.size(); ++i) {
    float code = g.zero;  // the code whose value is 0
    bool clip = false;
    if (std::isfinite(w[i])) {
      const float rounded = rne(multiply ? w[i] * inverse : w[i] / g.scale) + g.zero;
      code = std::clamp(rounded, form_.code_lo, form_.code_hi);
      clip = code != rounded;
    }
    codes[i] = std::uint8_t(int(code));
    clipped[i] = clip;
    any |= clip;
  }
  return any;
}

/// ŵ, held within float32: the outermost code of the largest ranges lies beyond it.
float UniformRows::decode(std::uint8_t code, Grid g) const {
  constexpr float most = std::numeric_limits<float>::max();
  const float q = form_.code_lo < 0 ? float(std::int8_t(code)) : float(code);
  return std::clamp((q - g.zero) * g.scale, -most, most);
}

QuantizedTile UniformRows::quantize(const RowTile& tile) const {
  QuantizedTile q = tile_like(tile);
  q.codes.resize(tile.w.size());
  q.clipped.resize(tile.w.size());
  if (region_ == Region::row || region_ == Region::group) learn_grids(tile, q);
  bool any = false;
  each_run(q, [&](std::uint64_t begin, std::uint64_t end, Grid g) {
    any |= encode(tile.w.subspan(begin, end - begin), g, &q.codes[begin], &q.clipped[begin]);
  });
  if (!any) q.clipped.clear();
  dequantize(q);
  return q;
}

/// Rows and groups: the range of each run and what follows from it; the last run of a row may be short.
void UniformRows::learn_grids(const RowTile& tile, QuantizedTile& q) const {
  const std::uint64_t run = run_length(tile.cols);
  for (std::uint64_t r = 0; r < tile.rows; ++r) {
    for (std::uint64_t c = 0; c < tile.cols; c += run) {
      const Grid g = grid(form_, estimate_(tile.w.subspan(r * tile.cols + c, std::min(run, tile.cols - c))));
      q.scales.push_back(g.scale);
      if (form_.zero_point) q.zeros.push_back(std::uint8_t(g.zero));
    }
  }
}

Grid UniformRows::shared_grid(std::uint64_t index) const {
  return {shared_.scales[index], shared_.zeros.empty() ? 0 : shared_.zeros[index]};
}

/// Calls visit(first element, one past the last, grid) for every run of elements that share a grid.
template <class Visit>
void UniformRows::each_run(const QuantizedTile& q, Visit visit) const {
  const std::uint64_t run = run_length(q.cols);
  std::uint64_t i = 0;  // run within the tile
  for (std::uint64_t r = 0; r < q.rows; ++r) {
    const std::uint64_t matrix = (q.first_row + r) / shared_.rows;
    for (std::uint64_t c = 0; c < q.cols; c += run, ++i) {
      const Grid g = region_ == Region::tensor   ? shared_grid(matrix)
                     : region_ == Region::column ? shared_grid(matrix * q.cols + c)
                                                 : Grid{q.scales[i], q.zeros.empty() ? 0 : float(q.zeros[i])};
      visit(r * q.cols + c, r * q.cols + std::min(c + run, q.cols), g);
    }
  }
}

void UniformRows::dequantize(QuantizedTile& q) const {
  q.values.resize(q.codes.size());
  each_run(q, [&](std::uint64_t begin, std::uint64_t end, Grid g) {
    for (std::uint64_t i = begin; i < end; ++i) q.values[i] = decode(q.codes[i], g);
  });
}

void UniformRows::steps(const RowTile&, const QuantizedTile& q, std::span<float> out) const {
  each_run(q, [&](std::uint64_t begin, std::uint64_t end, Grid g) {
    std::fill(out.begin() + std::ptrdiff_t(begin), out.begin() + std::ptrdiff_t(end), g.scale);
  });
}

std::uint64_t UniformRows::stored_bytes(const MatrixShape& shape) const {
  const std::uint64_t bits = std::uint64_t(form_.bits), scales = regions(region_, shape, group());
  const std::uint64_t zeros = form_.zero_point ? packed_bytes(scales, bits) : 0;
  const std::uint64_t per_byte = form_.trits_per_byte, n = shape.elements();
  const std::uint64_t codes = per_byte > 0 ? (n + per_byte - 1) / per_byte : packed_bytes(n, bits);
  return codes + scales * form_.scale_bytes + zeros;
}

class UniformQuantizer final : public Quantizer {
 public:
  UniformQuantizer(Scheme scheme, const Form& form, Estimator estimate, PartsEstimator of_parts, std::uint64_t least)
      : scheme_(std::move(scheme)),
        form_(form),
        estimate_(std::move(estimate)),
        of_parts_(std::move(of_parts)),
        least_(least) {}

  const Scheme& scheme() const override { return scheme_; }

  Result<std::unique_ptr<RowQuantizer>> fit(TensorFacts& facts, const Calibration*, JobContext& job) const override {
    const Region region = region_of(scheme_);
    QUANT_CHECK(check_size(facts.view(), region));
    Shared shared;
    shared.rows = facts.view().matrix().rows;
    if (region == Region::tensor || region == Region::column) {
      QUANT_TRY(ranges, !of_parts_                 ? extremes(facts, region, job)
                        : region == Region::tensor ? of_matrices(facts, job)
                                                   : of_columns(facts, job));
      for (const Limits& range : ranges) {
        const Grid g = grid(form_, range);
        shared.scales.push_back(g.scale);
        if (form_.zero_point) shared.zeros.push_back(g.zero);
      }
    }
    return std::make_unique<UniformRows>(scheme_, form_, estimate_, std::move(shared));
  }

 private:
  Result<void> check_size(const TensorView& view, Region region) const {
    const MatrixShape shape = view.matrix();
    const std::uint64_t n = region == Region::tensor ? shape.rows * shape.cols : shape.cols;
    if (n >= least_ || shape.elements() == 0) return {};
    return failure(ErrorCode::refused, "fit " + scheme_.text(), view.tensor().name,
                   "range=" + scheme_.word("range") + " needs " + std::to_string(least_) + " weights a region, a " +
                       scheme_.word("gran") + " here has " + std::to_string(n),
                   "choose range=mse, or gran=tensor");
  }

  static Result<std::vector<Limits>> extremes(TensorFacts& facts, Region region, JobContext& job) {
    QUANT_TRY(ranges, region == Region::tensor ? facts.per_matrix(job) : facts.per_column(job));
    std::vector<Limits> out;
    for (const auto& range : ranges) out.push_back({range.lo, range.hi});
    return out;
  }

  Result<std::vector<Limits>> of_matrices(const TensorFacts& facts, JobContext& job) const {
    std::vector<Limits> out;
    for (std::uint64_t m = 0; m < facts.view().matrix().matrices; ++m) {
      QUANT_TRY(range, of_parts_(MatrixParts(facts, m, job)));
      out.push_back(range);
    }
    return out;
  }

  /// As many columns at a time as a few tiles hold: the tensor is read once for each of these blocks.
  Result<std::vector<Limits>> of_columns(const TensorFacts& facts, JobContext& job) const {
    constexpr std::uint64_t held = std::uint64_t{1} << 22;  // 16 MiB of float32, whatever the tensor's size
    const MatrixShape shape = facts.view().matrix();
    std::vector<Limits> out(shape.matrices * shape.cols);
    const std::uint64_t block = std::clamp<std::uint64_t>(held / std::max<std::uint64_t>(1, shape.rows), 1,
                                                          std::max<std::uint64_t>(1, shape.cols));
    for (std::uint64_t i = 0; i < out.size();) {
      const std::uint64_t m = i / shape.cols, first = i % shape.cols, n = std::min(block, shape.cols - first);
      QUANT_TRY(columns, read_columns(facts, m, first, n, job));
      parallel_for(n, facts.threads(), [&](std::size_t c, int) {
        out[i + c] = estimate_(std::span<const float>(columns).subspan(c * shape.rows, shape.rows));
      });
      i += n;
    }
    return out;
  }

  /// Columns [first, first + n) of a matrix, one after the other.
  static Result<std::vector<float>> read_columns(const TensorFacts& facts, std::uint64_t matrix, std::uint64_t first,
                                                 std::uint64_t n, JobContext& job) {
    const MatrixShape shape = facts.view().matrix();
    const std::uint64_t top = matrix * shape.rows;
    std::vector<float> out(n * shape.rows);
    QUANT_CHECK(each_tile_at_once(facts.view(), tile_rows(facts.view(), top, top + shape.rows, 1), facts.threads(), job,
                                  "choose ranges", [&](const RowTile& tile, std::size_t, int) {
                                    for (std::uint64_t r = 0; r < tile.rows; ++r)
                                      for (std::uint64_t c = 0; c < n; ++c)
                                        out[c * shape.rows + (tile.first_row + r - top)] =
                                            tile.w[r * tile.cols + first + c];
                                  }));
    return out;
  }

  Scheme scheme_;
  Form form_;
  Estimator estimate_;
  PartsEstimator of_parts_;
  std::uint64_t least_;
};

tl::unexpected<Error> contradiction(std::string why, std::string hint) {
  return failure(ErrorCode::bad_scheme, "parse scheme", "", std::move(why), std::move(hint));
}

}  // namespace

float rne(float v) {
  // Adding 1.5·2^23 leaves a sum whose unit is 1: the addition itself rounds to nearest even.
  constexpr float shift = 12582912.0f;
  return std::fabs(v) < 4194304.0f ? (v + shift) - shift : std::nearbyint(v);
}

Grid grid(const Form& form, Limits range) {
  float lo = range.lo, hi = range.hi;
  if (form.widen) lo = std::min(lo, 0.0f), hi = std::max(hi, 0.0f);
  const float extent = form.span == Form::Span::magnitude ? std::max(std::fabs(lo), std::fabs(hi)) : hi - lo;
  Grid g;
  g.scale = std::isfinite(extent) ? extent / form.divisor : hi / form.divisor - lo / form.divisor;
  if (form.decimals >= 0) g.scale = cut_decimals(g.scale, form.decimals);
  if (form.half_scale) g.scale = half_rounded(g.scale);
  if (g.scale == 0) g.scale = 1;
  if (form.zero_point) g.zero = std::clamp(rne(-lo / g.scale), form.code_lo, form.code_hi);
  return g;
}

Limits minmax(std::span<const float> region) {
  bool any = false;
  Limits range;
  for (float x : region) {
    if (!std::isfinite(x)) continue;
    range.lo = any ? std::min(range.lo, x) : x;
    range.hi = any ? std::max(range.hi, x) : x;
    any = true;
  }
  return range;
}

Region region_of(const Scheme& scheme) {
  if (scheme.integer("group") > 0) return Region::group;
  const std::string& gran = scheme.word("gran");
  return gran == "tensor" ? Region::tensor : gran == "column" ? Region::column : Region::row;
}

Result<void> normalise_regions(Scheme& scheme) {
  const bool grouped = scheme.integer("group") > 0;
  if (grouped && scheme.typed("gran") && scheme.word("gran") != "group")
    return contradiction("gran=" + scheme.word("gran") + " and group=" + scheme.word("group") + " contradict",
                         "leave one of them out");
  if (grouped) scheme.set("gran", "group");
  if (!grouped && (scheme.word("gran") == "group" || (scheme.typed("group") && !scheme.typed("gran"))))
    scheme.set("gran", "row");  // group=0 is the whole row
  return {};
}

std::unique_ptr<Quantizer> make(const Scheme& scheme, const Form& form, Estimator estimate, PartsEstimator of_parts,
                                std::uint64_t least) {
  return std::make_unique<UniformQuantizer>(scheme, form, std::move(estimate), std::move(of_parts), least);
}

}  // namespace quant::uniform
