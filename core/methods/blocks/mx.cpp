// MX block formats: 32 neighbours of a row share a power of two (OCP Microscaling Formats 1.0).

#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include "core/methods/blocks/element_blocks.h"
#include "core/methods/casts/cast.h"
#include "core/methods/walk.h"
#include "core/tensor/bit_pack.h"

namespace quant {
namespace {

using float_format::Format;
using float_format::Overflow;

constexpr std::uint64_t block = 32;

/// What the 32 elements of a block are.
struct Element {
  std::string_view id;
  const Format* format;  ///< null = int8 in units of 1/64
  int emax;              ///< exponent of the largest normal value
  int mantissa_bits;
  float max_finite;

  int bits() const { return format ? format->bits() : 8; }
};

constexpr std::array elements = {
    Element{"mxfp4", &float_format::fp4_e2m1, 2, 1, 6},
    Element{"mxfp6-e3m2", &float_format::fp6_e3m2, 4, 2, 28},
    Element{"mxfp6-e2m3", &float_format::fp6_e2m3, 2, 3, 7.5f},
    Element{"mxfp8-e4m3", &float_format::fp8_e4m3, 8, 3, 448},
    Element{"mxfp8-e5m2", &float_format::fp8_e5m2, 15, 2, 57344},
    Element{"mxint8", nullptr, 0, 6, 127.0f / 64},
};

const Element& element_of(const Scheme& scheme) {
  return *std::find_if(elements.begin(), elements.end(), [&](const Element& e) { return e.id == scheme.method().id; });
}

enum class Rounding { floor, ceil, even, rceil };

Rounding rounding_of(const Scheme& scheme) {
  const std::string& word = scheme.word("scale");
  return word == "ceil"    ? Rounding::ceil
         : word == "even"  ? Rounding::even
         : word == "rceil" ? Rounding::rceil
                           : Rounding::floor;
}

int exponent_field(std::uint32_t bits) { return int(bits >> 23) - 127; }
bool has_fraction(std::uint32_t bits) { return (bits & 0x7FFFFFu) != 0; }

/// S of a block whose largest magnitude is `peak`: read from the bits, so that no logarithm rounds.
int shared_exponent(float peak, const Element& element, Rounding rounding) {
  const auto bits = std::bit_cast<std::uint32_t>(peak);
  int exponent = 0;
  switch (rounding) {
    case Rounding::floor: exponent = exponent_field(bits) - element.emax; break;
    case Rounding::ceil: exponent = exponent_field(bits) + has_fraction(bits) - element.emax; break;
    case Rounding::even: exponent = exponent_field(bits + (1u << (22 - element.mantissa_bits))) - element.emax; break;
    case Rounding::rceil: {
      const auto quotient = std::bit_cast<std::uint32_t>(peak / element.max_finite);
      exponent = exponent_field(quotient) + has_fraction(quotient);
      break;
    }
  }
  return peak == 0 ? -127 : std::clamp(exponent, -127, 127);
}

/// The scalar reference: ŵ = 2^S · element.
class MxRows final : public ElementBlocks {
 public:
  explicit MxRows(Scheme scheme)
      : scheme_(std::move(scheme)), element_(element_of(scheme_)), rounding_(rounding_of(scheme_)) {
    for (unsigned code = 0; code < values_.size(); ++code)
      values_[code] = element_.format
                          ? float_format::decode<float>(code & (2 * element_.format->sign_bit() - 1), *element_.format)
                          : float(std::int8_t(code)) / 64;
  }

  const Scheme& scheme() const override { return scheme_; }
  CodeForm codes() const override { return {element_.bits(), element_.format == nullptr}; }
  Region region() const override { return Region::group; }
  std::uint64_t group() const override { return block; }
  Factors factors(float peak, std::uint64_t) const override;
  const Format* element() const override { return element_.format; }

  QuantizedTile quantize(const RowTile& tile) const override;
  void dequantize(QuantizedTile& tile) const override;
  void steps(const RowTile& tile, const QuantizedTile& q, std::span<float> out) const override;
  std::uint64_t stored_bytes(const MatrixShape& shape) const override {
    return packed_bytes(shape.elements(), std::uint64_t(element_.bits())) + regions(Region::group, shape, block);
  }
  std::vector<std::uint8_t> pack(const QuantizedTile& whole) const override {
    return pack_bits(whole.codes, unsigned(element_.bits()));
  }

 private:
  float_format::Encoded encode(float x) const;

  Scheme scheme_;
  Element element_;
  Rounding rounding_;
  std::array<float, 256> values_{};  ///< of the codes
};

/// The divisor of a block: byte 0 stands for 2^−127, but elements are divided by the smallest normal number.
float divisor(float scale) { return std::max(scale, 0x1p-126f); }

/// Powers of two: the product with the inverse is the quotient.
ElementBlocks::Factors MxRows::factors(float peak, std::uint64_t) const {
  const float scale = casts::power(shared_exponent(peak, element_, rounding_));
  return {1.0f / divisor(scale), scale};
}

/// One element over its block's scale. What the element format cannot say of NaN and Inf is code 0.
float_format::Encoded MxRows::encode(float x) const {
  if (element_.format == nullptr) {
    const float rounded = std::isfinite(x) ? std::nearbyint(x * 64) : 0.0f;
    const float q = std::clamp(rounded, -128.0f, 127.0f);
    return {std::uint8_t(int(q)), q != rounded};
  }
  if (!std::isfinite(x) && element_.format->specials == float_format::Specials::none) return {};
  return float_format::encode(x, *element_.format, Overflow::saturate);
}

QuantizedTile MxRows::quantize(const RowTile& tile) const {
  QuantizedTile q = tile_like(tile);
  q.codes.resize(tile.w.size());
  q.clipped.resize(tile.w.size());
  bool any = false;
  each_run(tile.rows, tile.cols, block, [&](std::uint64_t, std::uint64_t at, std::uint64_t n, std::uint64_t) {
    const auto [inverse, scale] = factors(finite_absmax(tile.w.subspan(at, n)), tile.first_row);
    for (std::uint64_t i = at; i < at + n; ++i) {
      const auto [code, saturated] = encode(tile.w[i] * inverse);
      q.codes[i] = std::uint8_t(code);
      q.clipped[i] = saturated;
      any |= saturated;
    }
    q.scales.push_back(scale);
  });
  if (!any) q.clipped.clear();
  dequantize(q);
  return q;
}

/// ŵ, held within float32: two units of 2^127 are more than it has.
float scaled(float element, float scale) {
  const float value = element * scale;
  return std::isinf(value) && std::isfinite(element) ? std::copysign(std::numeric_limits<float>::max(), value) : value;
}

void MxRows::dequantize(QuantizedTile& q) const {
  q.values.resize(q.codes.size());
  each_run(q.rows, q.cols, block, [&](std::uint64_t, std::uint64_t at, std::uint64_t n, std::uint64_t run) {
    for (std::uint64_t i = at; i < at + n; ++i) q.values[i] = scaled(values_[q.codes[i]], q.scales[run]);
  });
}

void MxRows::steps(const RowTile& tile, const QuantizedTile& q, std::span<float> out) const {
  each_run(q.rows, q.cols, block, [&](std::uint64_t, std::uint64_t at, std::uint64_t n, std::uint64_t run) {
    const float scale = q.scales[run], below = divisor(scale);
    for (std::uint64_t i = at; i < at + n; ++i)
      out[i] = scale * (element_.format ? casts::gap(tile.w[i] / below, *element_.format) : 1.0f / 64);
  });
}

class MxQuantizer final : public Quantizer {
 public:
  explicit MxQuantizer(Scheme scheme) : scheme_(std::move(scheme)) {}
  const Scheme& scheme() const override { return scheme_; }
  Result<std::unique_ptr<RowQuantizer>> fit(TensorFacts&, const Calibration*, JobContext&) const override {
    return std::make_unique<MxRows>(scheme_);
  }

 private:
  Scheme scheme_;
};

Result<std::unique_ptr<Quantizer>> make(const Scheme& scheme) { return std::make_unique<MxQuantizer>(scheme); }

constexpr std::array params = {
    Param{"scale", ParamType::choice, "floor", "floor|ceil|even|rceil",
          "how the block's power of two is rounded: floor is the specification's and clips what lies above the largest "
          "element, rceil clips nothing, ceil and even lie between"},
};

constexpr std::string_view fails =
    "One scale for 32 weights, and only powers of two: up to half of the range is unused, and with scale=floor weights "
    "between the largest element and the next power of two clip. NaN and infinities take no part in the scale and get "
    "code 0; a block of zeros stores byte 0; the last block of a row may be short and has a scale of its own; 1-D "
    "tensors are one row, 4-D ones out × (in·kh·kw). Below 1e-38 values lose a bit, since byte 0 divides by 2^−126.";
constexpr std::string_view fails_fp8 =
    "Only powers of two as scale: with scale=floor weights between the largest element and the next power of two clip. "
    "NaN and infinities take no part in the scale; NaN stays NaN, infinities stay (e5m2) or become the largest value "
    "(e4m3), both are counted; a block of zeros stores byte 0; the last block of a row may be short; 1-D tensors are "
    "one "
    "row, 4-D ones out × (in·kh·kw). Below 1e-38 values lose a bit, since byte 0 divides by 2^−126.";

constexpr Method mx(std::string_view id, std::string_view title, std::string_view summary, std::string_view when,
                    std::string_view fails_how = fails) {
  Method m;
  m.id = id;
  m.title = title;
  m.family = "blocks";
  m.technique = "ptq";
  m.summary = summary;
  m.when = when;
  m.cost = "One pass, blocks independent; a byte for 32 weights: 0.25 bits a weight on top of the elements.";
  m.fails = fails_how;
  m.reference = "OCP Microscaling Formats (MX) 1.0; Rouhani et al. 2023, arXiv:2310.10537";
  m.params = params;
  m.make = make;
  return m;
}

}  // namespace

extern const Method mxfp4, mxfp6_e2m3, mxfp6_e3m2, mxfp8_e4m3, mxfp8_e5m2, mxint8;

constinit const Method mxfp4 = mx("mxfp4", "MXFP4", "32 four-bit floats (E2M1) and one power of two; 4.25 bits.",
                                  "Accelerators with MX support, and checkpoints that were trained for it; without "
                                  "training nf4 or rtn with small groups lose less at this size.");
constinit const Method mxfp6_e2m3 =
    mx("mxfp6-e2m3", "MXFP6 E2M3", "32 six-bit floats (E2M3) and one power of two; 6.25 bits.",
       "Weights at 6 bits where MX hardware reads them: the finer of the two.");
constinit const Method mxfp6_e3m2 =
    mx("mxfp6-e3m2", "MXFP6 E3M2", "32 six-bit floats (E3M2) and one power of two; 6.25 bits.",
       "Blocks with outliers, whose small weights E2M3 would round to zero.");
constinit const Method mxfp8_e4m3 =
    mx("mxfp8-e4m3", "MXFP8 E4M3", "32 eight-bit floats (E4M3) and one power of two; 8.25 bits.",
       "Nearly lossless weights and activations on MX hardware.", fails_fp8);
constinit const Method mxfp8_e5m2 =
    mx("mxfp8-e5m2", "MXFP8 E5M2", "32 eight-bit floats (E5M2) and one power of two; 8.25 bits.",
       "Gradients; for weights E4M3 is finer, since the block's scale already gives the range.", fails_fp8);
constinit const Method mxint8 =
    mx("mxint8", "MXINT8", "32 eight-bit integers in units of 1/64 and one power of two; 8.25 bits.",
       "Weights without wide outliers: the most exact of the 8-bit MX formats there.");

}  // namespace quant
