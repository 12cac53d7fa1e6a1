// q4_0: GGUF's simplest 4-bit block, byte for byte.

#include <algorithm>
#include <array>
#include <cmath>

#include "core/methods/gguf/blocks32.h"

namespace quant {
namespace {

/// Δ = m/−8, so that the extreme m itself gets the code −8; q = min(15, trunc(w·(1/Δ) + 8.5)) − 8.
float encode(std::span<const float> w, std::span<std::uint8_t> codes, std::span<std::uint8_t> clipped) {
  const float scale = gguf::signed_extreme(w) / -8.0f;
  const float inverse = scale != 0 ? 1.0f / scale : 0.0f;
  for (std::size_t i = 0; i < w.size(); ++i) {
    const float shifted = w[i] * inverse + 8.5f;
    // 1/Δ of a denormal Δ is infinite; the stored fp16 scale is 0 there and any code decodes to 0.
    const int stored = std::isfinite(shifted) ? int(shifted) : 0;
    clipped[i] = stored > 15;
    codes[i] = std::uint8_t(std::min(stored, 15) - 8);
  }
  return scale;
}

/// Element i < 16 in the low nibble of byte i, element i + 16 in its high one; codes stored with an offset of 8.
void pack(std::uint16_t scale, std::span<const std::uint8_t> codes, std::span<std::uint8_t> out) {
  out[0] = std::uint8_t(scale & 0xFF);
  out[1] = std::uint8_t(scale >> 8);
  for (std::size_t i = 0; i < 16; ++i)
    out[2 + i] = std::uint8_t(((codes[i] + 8) & 15) | ((codes[i + 16] + 8) & 15) << 4);
}

constexpr gguf::BlockType type{.block = 32, .bytes = 18, .bits = 4, .largest = 8, .encode = encode, .pack = pack};

void encode_plain(std::span<const float> row, std::span<std::uint8_t> out) {
  std::array<std::uint8_t, 32> codes, clipped;
  for (std::size_t b = 0; b < row.size() / 32; ++b) {
    const float scale = encode(row.subspan(b * 32, 32), codes, clipped);
    pack(gguf::to_half(scale), codes, out.subspan(b * 18, 18));
  }
}

void encode_weighted(std::span<const float> row, std::span<const float> importance, std::span<std::uint8_t> out) {
  if (importance.empty()) return encode_plain(row, out);
  gguf::encode_symmetric_weighted(8, row, importance,
                                  [&](std::size_t b, float scale, std::span<const std::uint8_t> codes) {
                                    gguf::write_half(gguf::to_half(scale), out.data() + b * 18);
                                    gguf::pack_nibbles(codes, out.data() + b * 18 + 2);
                                  });
}

void unpack(const std::uint8_t* block, const gguf::Unpacked& out) {
  out.scales[0] = gguf::from_half(gguf::half_at(block));
  gguf::unpack_nibbles(block + 2, out.codes);
  for (std::uint8_t& code : out.codes) code = std::uint8_t(code - 8);
}

Result<std::unique_ptr<Quantizer>> make(const Scheme& scheme) {
  return scheme.flag("imatrix") ? gguf::make(scheme, gguf::q4_0_weighted) : gguf::make(scheme, type);
}

}  // namespace

constinit const gguf::PackedType gguf::q4_0_weighted{
    .dtype = DType::q4_0, .bits = 4, .is_signed = true, .largest = 4, .encode = encode_weighted, .unpack = unpack};

void gguf::decode_q4_0(std::span<const std::byte> in, std::span<float> out) {
  for (std::size_t at = 0; at < out.size(); at += 32, in = in.subspan(18)) {
    const float scale = read_half(in);
    for (std::size_t i = 0; i < 16; ++i) {
      const int pair = std::to_integer<int>(in[2 + i]);
      out[at + i] = float((pair & 15) - 8) * scale;
      out[at + i + 16] = float((pair >> 4) - 8) * scale;
    }
  }
}

extern const Method q4_0;
constinit const Method q4_0{
    .id = "q4_0",
    .title = "GGUF Q4_0",
    .family = "gguf",
    .technique = "ptq",
    .summary = "4-bit codes with one fp16 scale per 32 weights, exactly as llama.cpp stores them: 4.5 bits per weight.",
    .when = "Old readers and fast kernels everywhere; q4_k is better at the same size.",
    .cost =
        "One pass over the weights, blocks independent; all devices. With imatrix: 19 trials per block, no devices.",
    .fails =
        "The extreme of a block gets the code −8 exactly, so an equally large weight of the other sign is clipped to "
        "7. Refuses tensors with NaN or infinities, with rows that are no multiple of 32 (most 1-D tensors) or whose "
        "scale exceeds fp16; blocks of zeros store −0 as their scale; 3-D and 4-D tensors are seen as rows.",
    .reference = "ggml quantize_row_q4_0_ref, quantize_q4_0; GGUF specification",
    .params = {&gguf::imatrix_param, 1},
    .make = make};

}  // namespace quant
