// q8_0: GGUF's 8-bit block, byte for byte.

#include <algorithm>
#include <cmath>

#include "core/methods/gguf/blocks.h"

namespace quant {
namespace {

/// Δ = max|w| / 127; q = w·(1/Δ) rounded to nearest, ties away from zero (C's roundf, unlike every other scheme here).
float encode(std::span<const float> w, std::span<std::uint8_t> codes, std::span<std::uint8_t> clipped) {
  float peak = 0;
  for (const float x : w) peak = std::max(peak, std::fabs(x));
  const float scale = peak / 127.0f;
  const float inverse = scale != 0 ? 1.0f / scale : 0.0f;
  for (std::size_t i = 0; i < w.size(); ++i) {
    const float rounded = std::round(w[i] * inverse);
    // 1/Δ of a denormal Δ is infinite; the stored fp16 scale is 0 there and any code decodes to 0.
    codes[i] = std::uint8_t(std::isfinite(rounded) ? int(rounded) : 0);
    clipped[i] = 0;
  }
  return scale;
}

void pack(std::uint16_t scale, std::span<const std::uint8_t> codes, std::span<std::uint8_t> out) {
  out[0] = std::uint8_t(scale & 0xFF);
  out[1] = std::uint8_t(scale >> 8);
  std::copy(codes.begin(), codes.end(), out.begin() + 2);
}

constexpr gguf::BlockType type{.block = 32, .bytes = 34, .bits = 8, .largest = 127, .encode = encode, .pack = pack};

void unpack(const std::uint8_t* block, const gguf::Unpacked& out) {
  out.scales[0] = gguf::from_half(gguf::half_at(block));
  std::copy_n(block + 2, 32, out.codes.begin());
}

Result<std::unique_ptr<Quantizer>> make(const Scheme& scheme) { return gguf::make(scheme, type); }

}  // namespace

constinit const gguf::PackedType gguf::q8_0_stored{
    .dtype = DType::q8_0, .bits = 8, .is_signed = true, .unpack = unpack};

void gguf::decode_q8_0(std::span<const std::byte> in, std::span<float> out) {
  for (std::size_t at = 0; at < out.size(); at += 32, in = in.subspan(34)) {
    const float scale = read_half(in);
    for (std::size_t i = 0; i < 32; ++i) out[at + i] = float(std::to_integer<std::int8_t>(in[2 + i])) * scale;
  }
}

extern const Method q8_0;
constinit const Method q8_0{
    .id = "q8_0",
    .title = "GGUF Q8_0",
    .family = "gguf",
    .technique = "ptq",
    .summary = "8-bit codes with one fp16 scale per 32 weights, exactly as llama.cpp stores them: 8.5 bits per weight.",
    .when = "Nearly lossless for any layer; the safe choice for embeddings and output heads.",
    .cost = "One pass over the weights, blocks independent; all devices.",
    .fails =
        "Refuses tensors with NaN or infinities, with rows that are no multiple of 32 (most 1-D tensors) or whose "
        "scale exceeds fp16; scales below fp16's 6e-8 become 0 and with them the block; 3-D and 4-D tensors are seen "
        "as rows.",
    .reference = "ggml quantize_row_q8_0_ref; GGUF specification",
    .params = {},
    .make = make};

}  // namespace quant
