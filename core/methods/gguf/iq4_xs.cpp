// iq4_xs: GGUF's 4-bit super-block with non-linear levels, byte for byte.

#include <algorithm>

#include "core/methods/gguf/iq4.h"

namespace quant {
namespace {

using namespace gguf;

constexpr std::size_t bytes = 136;

/// Scales @0, nibbles @8.
void encode_block(std::span<const float> x, std::span<const float> importance, std::uint8_t* block) {
  const auto w = iq4_weights(x, importance, 256);
  const Lanes found = iq4_scale(side_by_side<32>(x), side_by_side<32>(w));
  std::array<float, lanes> scales, inverse;
  for (std::size_t b = 0; b < lanes; ++b) scales[b] = found[b];
  store_iq4_xs_scales(scales, block, inverse);
  for (std::size_t b = 0; b < lanes; ++b) pack_nearest(x.subspan(32 * b, 32), inverse[b], block + 8 + 16 * b);
}

void encode(std::span<const float> row, std::span<const float> importance, std::span<std::uint8_t> out) {
  for (std::size_t b = 0; b < row.size() / 256; ++b)
    encode_block(row.subspan(b * 256, 256), importance.empty() ? importance : importance.subspan(b * 256, 256),
                 out.data() + b * bytes);
}

void unpack(const std::uint8_t* block, const Unpacked& out) {
  const float d = from_half(half_at(block));
  const unsigned high = half_at(block + 2);
  for (std::size_t b = 0; b < lanes; ++b) {
    const int scale = int(block[4 + b / 2] >> 4 * (b % 2) & 15) | int(high >> (2 * b) & 3) << 4;
    out.scales[b] = d * float(scale - 32);
    unpack_nibbles(block + 8 + 16 * b, out.codes.subspan(32 * b, 32));
  }
}

Result<std::unique_ptr<Quantizer>> make(const Scheme& scheme) { return gguf::make(scheme, iq4_xs_type); }

}  // namespace

void gguf::store_iq4_xs_scales(std::span<const float> scales, std::uint8_t* block, std::span<float> inverse) {
  const float d = -signed_extreme(scales) / 32.0f, to_code = d != 0 ? 1 / d : 0.0f;
  std::fill_n(block, 8, std::uint8_t{0});
  write_half(to_half(d), block);
  unsigned high = 0;
  for (std::size_t b = 0; b < lanes; ++b) {
    const int scale = std::clamp(rne(to_code * scales[b]), -32, 31);
    const float step = d * float(scale);
    inverse[b] = step != 0 ? 1 / step : 0.0f;
    const unsigned stored = unsigned(scale + 32);
    block[4 + b / 2] = std::uint8_t(block[4 + b / 2] | (stored & 15) << 4 * (b % 2));
    high |= (stored >> 4) << (2 * b);
  }
  write_half(std::uint16_t(high), block + 2);
}

constinit const gguf::PackedType gguf::iq4_xs_type{.dtype = DType::iq4_xs,
                                                   .bits = 4,
                                                   .levels = iq4_levels,
                                                   .largest = 2048,
                                                   .fallback = "iq4_nl",
                                                   .encode = encode,
                                                   .unpack = unpack};

extern const Method iq4_xs;
constinit const Method iq4_xs{
    .id = "iq4_xs",
    .title = "GGUF IQ4_XS",
    .family = "gguf",
    .technique = "ptq",
    .summary =
        "4-bit codes that name 16 unevenly spaced levels, denser around zero, in sub-blocks of 32 with 6-bit scales, "
        "which share one fp16 number per 256 weights, exactly as llama.cpp stores them: 4.25 bits per weight.",
    .when =
        "The smallest 4-bit type of llama.cpp: close to q4_k's quality in a quarter of a bit less, most of all with an "
        "importance matrix. Slower than q4_k on some processors.",
    .cost = "16 scales per sub-block, each with 32 look-ups: somewhat slower than q4_k.",
    .fails =
        "Codes are chosen with the shared number before it is rounded to fp16: where that is below fp16's 6e-8 the "
        "block becomes zeros. Refuses tensors with NaN or infinities, rows that are no multiple of 256 (llama.cpp "
        "falls back to iq4_nl, or F16) and weights whose scale exceeds fp16; 3-D and 4-D tensors are seen as rows.",
    .reference = "ggml quantize_row_iq4_xs_ref, quantize_iq4_xs; GGUF specification",
    .params = {&gguf::imatrix_param, 1},
    .make = make};

}  // namespace quant
