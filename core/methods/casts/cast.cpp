// Casts: every weight to the nearest value of a floating format, ties to even.

#include "core/methods/casts/cast.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/tensor/bit_pack.h"

namespace quant {
namespace casts {
namespace {

using float_format::Format;
using float_format::Overflow;

constexpr std::uint64_t scale_bytes = 4;  // float32

/// The stored width: tf32 has 19 significant bits in 32.
std::uint64_t stored_bits(const Format& format) { return format.bits() == 19 ? 32 : std::uint64_t(format.bits()); }

/// Whether float32 weights pass unchanged.
bool holds_float32(const Format& format) { return format.mantissa_bits >= 23; }

Region region_of(const Scheme& scheme) {
  const Method& method = scheme.method();
  const bool has_scale =
      std::any_of(method.params.begin(), method.params.end(), [](const Param& p) { return p.name == "scale"; });
  if (!has_scale) return Region::none;
  const std::string& scale = scheme.word("scale");
  return scale == "tensor"  ? Region::tensor
         : scale == "row"   ? Region::row
         : scale == "group" ? Region::group
                            : Region::none;
}

}  // namespace

float power(int exponent) {
  return exponent >= -126 ? float_format::power_of_two<float>(exponent)
                          : std::bit_cast<float>(1u << std::max(0, exponent + 149));
}

float gap(float x, const Format& format) {
  if (!std::isfinite(x)) return 0;
  const int field = int((std::bit_cast<std::uint32_t>(x) >> 23) & 255);
  const int top = int(format.max_code() >> format.mantissa_bits) - format.bias();
  const int exponent = std::clamp(std::max(field, 1) - 127, 1 - format.bias(), top);
  return power(exponent - format.mantissa_bits);
}

namespace {

float absmax(std::span<const float> w) {
  float peak = 0;
  for (const float x : w)
    if (std::isfinite(x)) peak = std::max(peak, std::fabs(x));
  return peak;
}

/// The scalar reference: ŵ = s·cast(w/s), s = 1 without scaling.
class CastRows final : public RowQuantizer {
 public:
  CastRows(Scheme scheme, Shared shared)
      : scheme_(std::move(scheme)),
        format_(*format_of(scheme_)),
        overflow_(overflow_of(scheme_)),
        region_(region_of(scheme_)),
        shared_(std::move(shared)) {
    if (format_.bits() <= 8)
      for (unsigned code = 0; code < values_.size(); ++code)
        values_[code] = float_format::decode<float>(code & (2 * format_.sign_bit() - 1), format_);
  }

  const Scheme& scheme() const override { return scheme_; }
  CodeForm codes() const override { return {format_.bits() <= 8 ? format_.bits() : 0, false}; }
  Region region() const override { return region_; }
  std::uint64_t group() const override {
    return region_ == Region::group ? std::uint64_t(scheme_.integer("group")) : 0;
  }
  const Shared& shared() const override { return shared_; }

  QuantizedTile quantize(const RowTile& tile) const override;
  void dequantize(QuantizedTile& tile) const override;
  void steps(const RowTile& tile, const QuantizedTile& q, std::span<float> out) const override;
  std::uint64_t stored_bytes(const MatrixShape& shape) const override {
    return packed_bytes(shape.elements(), stored_bits(format_)) + regions(region_, shape, group()) * scale_bytes;
  }
  std::vector<std::uint8_t> pack(const QuantizedTile& whole) const override;

 private:
  bool local() const { return region_ == Region::row || region_ == Region::group; }
  template <class Visit>
  void each_run(std::uint64_t rows, std::uint64_t cols, Visit visit) const;
  float scale_at(const QuantizedTile& q, std::uint64_t row, std::uint64_t run) const;
  bool encode(std::span<const float> w, float scale, std::uint64_t at, QuantizedTile& q) const;

  Scheme scheme_;
  Format format_;
  Overflow overflow_;
  Region region_;
  Shared shared_;
  std::array<float, 256> values_{};  ///< by code, for formats of at most 8 bits
};

/// Calls visit(row, first element, elements, run number) for every run of a row that shares a scale.
template <class Visit>
void CastRows::each_run(std::uint64_t rows, std::uint64_t cols, Visit visit) const {
  const std::uint64_t length = region_ == Region::group ? group() : cols;
  std::uint64_t run = 0;
  for (std::uint64_t r = 0; r < rows; ++r)
    for (std::uint64_t c = 0; c < cols; c += length, ++run) visit(r, r * cols + c, std::min(length, cols - c), run);
}

float CastRows::scale_at(const QuantizedTile& q, std::uint64_t row, std::uint64_t run) const {
  if (local()) return q.scales[run];
  return region_ == Region::tensor ? shared_.scales[(q.first_row + row) / shared_.rows] : 1.0f;
}

QuantizedTile CastRows::quantize(const RowTile& tile) const {
  QuantizedTile q = tile_like(tile);
  if (holds_float32(format_)) {
    q.values.assign(tile.w.begin(), tile.w.end());
    return q;
  }
  q.values.resize(tile.w.size());
  q.clipped.resize(tile.w.size());
  if (format_.bits() <= 8) q.codes.resize(tile.w.size());
  bool any = false;
  each_run(tile.rows, tile.cols, [&](std::uint64_t row, std::uint64_t at, std::uint64_t n, std::uint64_t run) {
    const auto w = tile.w.subspan(at, n);
    if (local()) q.scales.push_back(scale_of(absmax(w), format_));
    any |= encode(w, scale_at(q, row, run), at, q);
  });
  if (!any) q.clipped.clear();
  return q;
}

bool CastRows::encode(std::span<const float> w, float scale, std::uint64_t at, QuantizedTile& q) const {
  const Overflow overflow = overflow_;
  const Format format = format_;  // a copy: byte stores could alias the member, which would be read again each time
  bool any = false;
  for (std::size_t i = 0; i < w.size(); ++i) {
    float x = w[i] / scale;
    // A denormal scale is coarse: the quotient of a finite weight may leave float32, and saturates like any other.
    if (std::isinf(x) && std::isfinite(w[i])) x = std::copysign(std::numeric_limits<float>::max(), x);
    const auto [code, saturated] = float_format::encode(x, format, overflow);
    if (q.codes.empty()) {
      q.values[at + i] = float_format::decode<float>(code, format) * scale;
    } else {
      q.codes[at + i] = std::uint8_t(code);
      q.values[at + i] = values_[code] * scale;
    }
    q.clipped[at + i] = saturated;
    any |= saturated;
  }
  return any;
}

void CastRows::dequantize(QuantizedTile& q) const {
  if (q.codes.empty()) return;  // wider formats keep their values, there is nothing smaller to restore them from
  q.values.resize(q.codes.size());
  each_run(q.rows, q.cols, [&](std::uint64_t row, std::uint64_t at, std::uint64_t n, std::uint64_t run) {
    const float scale = scale_at(q, row, run);
    for (std::uint64_t i = at; i < at + n; ++i) q.values[i] = values_[q.codes[i]] * scale;
  });
}

void CastRows::steps(const RowTile& tile, const QuantizedTile& q, std::span<float> out) const {
  if (holds_float32(format_)) {
    std::fill(out.begin(), out.end(), 0.0f);
    return;
  }
  each_run(tile.rows, tile.cols, [&](std::uint64_t row, std::uint64_t at, std::uint64_t n, std::uint64_t run) {
    const float scale = scale_at(q, row, run);
    for (std::uint64_t i = at; i < at + n; ++i) out[i] = gap(tile.w[i] / scale, format_) * scale;
  });
}

template <class Stored>
std::vector<std::uint8_t> little_endian(std::span<const float> values, Stored (*convert)(float)) {
  std::vector<std::uint8_t> out(values.size() * sizeof(Stored));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Stored stored = convert(values[i]);
    std::memcpy(out.data() + i * sizeof(Stored), &stored, sizeof(Stored));
  }
  return out;
}

std::vector<std::uint8_t> CastRows::pack(const QuantizedTile& whole) const {
  if (format_.bits() <= 8) return pack_bits(whole.codes, unsigned(format_.bits()));
  if (region_ != Region::none) return {};  // values carry the scale: the patterns cannot be told from them
  switch (format_.bits()) {
    case 64: return little_endian<double>(whole.values, [](float v) { return double(v); });
    case 16: {
      const auto half = [](float v, const Format& f) {
        return std::uint16_t(float_format::encode(v, f, Overflow::ieee).code);
      };
      std::vector<std::uint16_t> codes;
      codes.reserve(whole.values.size());
      for (const float v : whole.values) codes.push_back(half(v, format_));
      std::vector<std::uint8_t> out(codes.size() * 2);
      std::memcpy(out.data(), codes.data(), out.size());
      return out;
    }
    default: return little_endian<float>(whole.values, [](float v) { return v; });
  }
}

class CastQuantizer final : public Quantizer {
 public:
  explicit CastQuantizer(Scheme scheme) : scheme_(std::move(scheme)) {}
  const Scheme& scheme() const override { return scheme_; }
  Result<std::unique_ptr<RowQuantizer>> fit(TensorFacts& facts, const Calibration*, JobContext& job) const override {
    Shared shared;
    shared.rows = facts.view().matrix().rows;
    if (region_of(scheme_) == Region::tensor) {
      QUANT_TRY(ranges, facts.per_matrix(job));
      for (const auto& range : ranges)
        shared.scales.push_back(scale_of(std::max(std::fabs(range.lo), std::fabs(range.hi)), *format_of(scheme_)));
    }
    return std::make_unique<CastRows>(scheme_, std::move(shared));
  }

 private:
  Scheme scheme_;
};

}  // namespace

const Format* format_of(const Scheme& scheme) {
  const auto* found = std::find_if(std::begin(float_format::formats), std::end(float_format::formats),
                                   [&](const Format& f) { return f.id == scheme.method().id; });
  return found == std::end(float_format::formats) ? nullptr : found;
}

Overflow overflow_of(const Scheme& scheme) {
  const Format& format = *format_of(scheme);
  if (region_of(scheme) != Region::none || format.bits() < 8) return Overflow::saturate;
  return format.bits() == 8 && scheme.word("overflow") == "saturate" ? Overflow::saturate : Overflow::ieee;
}

float scale_of(float peak, const Format& format) {
  const float scale = peak / float(format.max_finite());
  return scale == 0 ? 1 : scale;
}

}  // namespace casts

namespace {

tl::unexpected<Error> contradiction(std::string why, std::string hint) {
  return failure(ErrorCode::bad_scheme, "parse scheme", "", std::move(why), std::move(hint));
}

Result<void> normalise(Scheme& scheme) {
  const bool grouped = scheme.integer("group") > 0;
  if (grouped && scheme.typed("scale") && scheme.word("scale") != "group")
    return contradiction("scale=" + scheme.word("scale") + " and group=" + scheme.word("group") + " contradict",
                         "leave one of them out");
  if (grouped) scheme.set("scale", "group");
  if (!grouped && (scheme.word("scale") == "group" || (scheme.typed("group") && !scheme.typed("scale"))))
    scheme.set("scale", "row");  // group=0 is the whole row
  return {};
}

Result<void> normalise_fp8(Scheme& scheme) {
  QUANT_CHECK(normalise(scheme));
  if (scheme.word("scale") != "none" && scheme.word("overflow") == "ieee")
    return contradiction("overflow=ieee and scale=" + scheme.word("scale") + " contradict: scaled values fit the range",
                         "leave one of them out");
  return {};
}

Result<std::unique_ptr<Quantizer>> make(const Scheme& scheme) { return std::make_unique<casts::CastQuantizer>(scheme); }

constexpr Param scale_param{"scale", ParamType::choice, "none", "none|tensor|row|group",
                            "maps the largest magnitude of a region to the largest finite value"};
constexpr Param group_param{"group", ParamType::integer, "0", "0..", "consecutive weights of a row that share a scale"};
constexpr std::array scaled = {scale_param, group_param};
constexpr std::array scaled_fp8 = {scale_param, group_param,
                                   Param{"overflow", ParamType::choice, "saturate", "saturate|ieee",
                                         "values beyond the largest: held there, or Inf (NaN in e4m3)"}};

constexpr std::string_view ieee_754 = "IEEE 754-2019";
constexpr std::string_view ofp8 = "OCP 8-bit Floating Point Specification 1.0; Micikevicius et al., arXiv:2209.05433";
constexpr std::string_view ocp_mx = "OCP Microscaling Formats 1.0; Rouhani et al., arXiv:2310.10537";
constexpr std::string_view keeps =
    "Values beyond the largest become infinite, and their number is counted beside the figures, which then hold no "
    "mean error; NaN and infinities stay what they are. Zeros, single elements and tensors of any rank are cast like "
    "any other; with a scale nothing overflows, regions of zeros have scale 1 and short last groups stand alone.";
constexpr std::string_view holds_all =
    "Never for float32 weights, whose error is 0; float64 ones are read as float32. NaN and infinities stay what they "
    "are; zeros, single elements, denormals and tensors of any rank are cast like any other. It takes no scale: there "
    "is nothing to gain.";
constexpr std::string_view saturates =
    "Values beyond the largest are held there and counted as clipped; small ones round to 0. Without a scale most "
    "weights use few of the codes. NaN becomes 0, infinities the largest value; regions of zeros have scale 1; short "
    "last groups stand alone; 1-D tensors are one row, 4-D ones out × (in·kh·kw).";
constexpr std::string_view saturates_e4m3 =
    "Values beyond 448 are held there and counted as clipped (overflow=ieee: above 464 they become NaN in e4m3, which "
    "is counted beside the figures). NaN stays NaN, infinities become the largest value (overflow=ieee: NaN); regions "
    "of zeros have scale 1; short last groups stand alone; 1-D tensors are one row, 4-D ones out × (in·kh·kw).";
constexpr std::string_view saturates_e5m2 =
    "Values beyond 57344 are held there and counted as clipped (overflow=ieee: from 61440 on they become infinite, "
    "which is counted beside the figures). NaN stays NaN and infinities stay; regions of zeros have scale 1; short "
    "last groups stand alone; 1-D tensors are one row, 4-D ones out × (in·kh·kw).";

constexpr std::array unscaled = {casts::unscaled_param};

/// Eight bits and fewer are post-training quantization at its simplest; the article's mixed precision keeps FP16, BF16
/// and FP32; FP64 and TF32 are number formats alone.
constexpr std::string_view technique_of(std::string_view id) {
  if (id.starts_with("fp8") || id.starts_with("fp6-") || id.starts_with("fp4")) return "ptq";
  return id == "fp16" || id == "bf16" || id == "fp32" ? "mixed" : "";
}

constexpr Method cast(std::string_view id, std::string_view title, std::string_view summary, std::string_view when,
                      std::string_view fails, std::string_view reference, std::span<const Param> params) {
  Method m;
  m.id = id;
  m.title = title;
  m.family = "casts";
  m.technique = technique_of(id);
  m.summary = summary;
  m.when = when;
  m.cost = "One pass, every weight by itself; all devices.";
  m.fails = fails;
  m.reference = reference;
  m.params = params;
  m.normalise = params.size() < scaled.size() ? nullptr : params.size() == scaled.size() ? normalise : normalise_fp8;
  m.make = make;
  return m;
}

}  // namespace

extern const Method cast_fp64, cast_fp32, cast_tf32, cast_bf16, cast_fp16, cast_fp8_e4m3, cast_fp8_e5m2, cast_fp6_e3m2,
    cast_fp6_e2m3, cast_fp4_e2m1;

constinit const Method cast_fp64 =
    cast("fp64", "FP64 (binary64)", "64 bits: 1 sign, 11 exponent, 52 fraction.",
         "Never for weights; it shows what the others give up.", holds_all, ieee_754, unscaled);
constinit const Method cast_fp32 =
    cast("fp32", "FP32 (binary32)", "32 bits: 1 sign, 8 exponent, 23 fraction.",
         "Norms, biases and anything that must not move.", holds_all, ieee_754, unscaled);
constinit const Method cast_tf32 =
    cast("tf32", "TF32", "The range of FP32 with 10 fraction bits; 19 bits that are stored in 32.",
         "To see what tensor cores read when they are given FP32.", keeps,
         "NVIDIA A100 architecture whitepaper (2020); rounded to nearest even here", scaled);
constinit const Method cast_bf16 =
    cast("bf16", "BF16", "16 bits: the upper half of FP32, 1 sign, 8 exponent, 7 fraction.",
         "Training and serving of large models; no value overflows that FP32 holds.", keeps,
         "Kalamkar et al. 2019, arXiv:1905.12322", scaled);
constinit const Method cast_fp16 =
    cast("fp16", "FP16 (binary16)", "16 bits: 1 sign, 5 exponent, 10 fraction; up to 65504.",
         "The usual base of quantized checkpoints; finer than BF16 for weights between 6e-5 and 65504.", keeps,
         ieee_754, scaled);
constinit const Method cast_fp8_e4m3 =
    cast("fp8-e4m3", "FP8 E4M3", "8 bits: 1 sign, 4 exponent, 3 fraction; up to 448, no infinities.",
         "8-bit weights on recent GPUs, with scale=row or scale=tensor.", saturates_e4m3, ofp8, scaled_fp8);
constinit const Method cast_fp8_e5m2 =
    cast("fp8-e5m2", "FP8 E5M2", "8 bits: 1 sign, 5 exponent, 2 fraction; up to 57344.",
         "Gradients and values of wide range; for weights E4M3 is finer.", saturates_e5m2, ofp8, scaled_fp8);
constinit const Method cast_fp6_e3m2 =
    cast("fp6-e3m2", "FP6 E3M2", "6 bits: 1 sign, 3 exponent, 2 fraction; up to 28.",
         "With scale=group, between 8-bit and 4-bit floats.", saturates, ocp_mx, scaled);
constinit const Method cast_fp6_e2m3 =
    cast("fp6-e2m3", "FP6 E2M3", "6 bits: 1 sign, 2 exponent, 3 fraction; up to 7.5.",
         "With scale=group; finer than E3M2 where a group has no outliers.", saturates, ocp_mx, scaled);
constinit const Method cast_fp4_e2m1 = cast(
    "fp4-e2m1", "FP4 E2M1", "4 bits with the values 0, 0.5, 1, 1.5, 2, 3, 4, 6 and their negatives.",
    "With scale=group of 16 or 32: the elements of MXFP4 and NVFP4 with a float scale.", saturates, ocp_mx, scaled);

}  // namespace quant
