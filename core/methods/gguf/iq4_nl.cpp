// iq4_nl: GGUF's 4-bit block with non-linear levels, byte for byte.

#include <algorithm>

#include "core/methods/gguf/iq4.h"

namespace quant {
namespace {

using namespace gguf;

constexpr std::size_t bytes = 18;

/// d @0, nibbles @2. Codes follow from the scale before it is rounded to fp16.
void encode(std::span<const float> row, std::span<const float> importance, std::span<std::uint8_t> out) {
  for (std::size_t at = 0; at < row.size(); at += 32 * lanes) {
    const auto x = row.subspan(at, std::min(32 * lanes, row.size() - at));
    const auto w = iq4_weights(x, importance.empty() ? importance : importance.subspan(at, x.size()), 32);
    const Lanes scales = iq4_scale(side_by_side<32>(x), side_by_side<32>(w));
    for (std::size_t b = 0; b < x.size() / 32; ++b) {
      std::uint8_t* const block = out.data() + (at / 32 + b) * bytes;
      write_half(to_half(scales[b]), block);
      pack_nearest(x.subspan(32 * b, 32), scales[b] != 0 ? 1 / scales[b] : 0.0f, block + 2);
    }
  }
}

void unpack(const std::uint8_t* block, const Unpacked& out) {
  out.scales[0] = from_half(half_at(block));
  unpack_nibbles(block + 2, out.codes);
}

Result<std::unique_ptr<Quantizer>> make(const Scheme& scheme) { return gguf::make(scheme, iq4_nl_type); }

}  // namespace

std::array<float, 256> gguf::iq4_weights(std::span<const float> x, std::span<const float> importance,
                                         std::size_t super) {
  std::array<float, 256> w{};
  if (importance.empty()) {
    for (std::size_t i = 0; i < x.size(); ++i) w[i] = x[i] * x[i];
    return w;
  }
  for (std::size_t at = 0; at < x.size(); at += super) {
    const auto part = x.subspan(at, super);
    weigh(part, importance.subspan(at, super), sum_of_squares(part) * (2.0f / float(super)),
          std::span(w).subspan(at, super));
  }
  return w;
}

void gguf::pack_nearest(std::span<const float> x, float inverse, std::uint8_t* out) {
  std::array<std::uint8_t, 32> codes;
  for (std::size_t i = 0; i < codes.size(); ++i) codes[i] = best(inverse * x[i]);
  pack_nibbles(codes, out);
}

constinit const gguf::PackedType gguf::iq4_nl_type{
    .dtype = DType::iq4_nl, .bits = 4, .levels = iq4_levels, .largest = 64, .encode = encode, .unpack = unpack};

extern const Method iq4_nl;
constinit const Method iq4_nl{
    .id = "iq4_nl",
    .title = "GGUF IQ4_NL",
    .family = "gguf",
    .technique = "ptq",
    .summary =
        "4-bit codes that name 16 unevenly spaced levels, denser around zero, with one fp16 scale per 32 weights, "
        "exactly as llama.cpp stores them: 4.5 bits per weight.",
    .when =
        "Rows that are a multiple of 32 but not of 256, and weights that are bell-shaped; otherwise iq4_xs has the "
        "same levels in 4.25 bits. Better than q4_0 on normal weights at the same size.",
    .cost = "16 scales per block, each with 32 look-ups: somewhat slower than q4_k.",
    .fails =
        "Weights spread evenly over their range suit even levels (q4_1) better. Refuses tensors with NaN or "
        "infinities, rows that are no multiple of 32 (most 1-D tensors; llama.cpp stores those as F16) and weights "
        "whose scale exceeds fp16; 3-D and 4-D tensors are seen as rows.",
    .reference = "ggml quantize_row_iq4_nl_ref, quantize_iq4_nl; GGUF specification",
    .params = {&gguf::imatrix_param, 1},
    .make = make};

}  // namespace quant
