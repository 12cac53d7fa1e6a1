// gguf-mxfp4: MXFP4 as llama.cpp quantizes and stores it, byte for byte.

#include <bit>
#include <cmath>

#include "core/methods/gguf/blocks.h"
#include "core/methods/gguf/mxfp4.h"
#include "core/methods/gguf/search.h"

namespace quant {
namespace {

using namespace gguf;

constexpr std::size_t bytes = 17;

/// The nearest level, ties to the smaller magnitude: −0 never occurs.
std::uint8_t nearest(float v, float scale) {
  std::uint8_t nearest = 0;
  float least = std::fabs(e2m1_doubled[0] * scale - v);
  for (std::uint8_t k = 1; k < 16; ++k) {
    const float error = std::fabs(e2m1_doubled[k] * scale - v);
    if (error < least) {
      least = error;
      nearest = k;
    }
  }
  return nearest;
}

/// Exponent byte @0, nibbles @1.
void encode(std::span<const float> row, std::span<const float>, std::span<std::uint8_t> out) {
  for (std::size_t b = 0; b < row.size() / 32; ++b) {
    const auto x = row.subspan(32 * b, 32);
    const std::uint8_t e = mxfp4_exponent(x);
    std::array<std::uint8_t, 32> codes;
    for (std::size_t i = 0; i < 32; ++i) codes[i] = nearest(x[i], mxfp4_scale(e));
    out[b * bytes] = e;
    pack_nibbles(codes, out.data() + b * bytes + 1);
  }
}

void unpack(const std::uint8_t* block, const Unpacked& out) {
  out.scales[0] = mxfp4_scale(block[0]);
  unpack_nibbles(block + 1, out.codes);
}

Result<std::unique_ptr<Quantizer>> make(const Scheme& scheme) { return gguf::make(scheme, mxfp4_type); }

}  // namespace

std::uint8_t gguf::mxfp4_exponent(std::span<const float> x) {
  const float peak = std::fabs(signed_extreme(x));
  return std::uint8_t(peak > 0 ? int(std::floor(std::log2(peak))) - 2 + 127 : 0);
}

float gguf::mxfp4_scale(std::uint8_t e) {
  return std::bit_cast<float>(e < 2 ? 0x00200000u << e : std::uint32_t(e - 1) << 23);
}

// The scale is a power of two of 8 bits: no weight is too large.
constinit const gguf::PackedType gguf::mxfp4_type{.dtype = DType::mxfp4,
                                                  .bits = 4,
                                                  .levels = e2m1_doubled,
                                                  .largest = 0,
                                                  .has_weighted_variant = false,
                                                  .encode = encode,
                                                  .unpack = unpack};

extern const Method gguf_mxfp4;
constinit const Method gguf_mxfp4{
    .id = "gguf-mxfp4",
    .title = "GGUF MXFP4",
    .family = "gguf",
    .technique = "ptq",
    .summary =
        "FP4 (E2M1) codes with one power of two per 32 weights, exactly as llama.cpp quantizes and stores MXFP4: 4.25 "
        "bits per weight.",
    .when =
        "To see what llama.cpp makes of a model, or to read ones that were published in MXFP4 (gpt-oss); for other "
        "uses mxfp4, whose ties go to even as the OCP specification has it.",
    .cost = "One pass, sixteen comparisons a weight.",
    .fails =
        "Weights above 6/8 of the next power of two are clipped, by up to a quarter; ties go to the smaller "
        "magnitude, a small shrinkage. A block whose largest weight is below 2^−125 decodes to zeros: its exponent "
        "wraps, as in ggml. Refuses tensors with NaN or infinities and rows that are no multiple of 32 (most 1-D "
        "tensors; llama.cpp "
        "stores those as F16); 3-D and 4-D tensors are seen as rows.",
    .reference = "ggml quantize_row_mxfp4_ref; OCP Microscaling Formats 1.0",
    .params = {},
    .make = make};

}  // namespace quant
