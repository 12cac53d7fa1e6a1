// q5_k: GGUF's 5-bit super-block, byte for byte.

#include "core/methods/gguf/k_minimum.h"

namespace quant {
namespace {

constexpr std::size_t bytes = 176;

/// d @0, dmin @2, 6-bit scales and minima @4, fifth bits @16 (bit i / 32 of byte i % 32), nibbles @48.
void pack(const gguf::KBlock& from, std::uint8_t* block) {
  gguf::write_half(from.d, block);
  gguf::write_half(from.dmin, block + 2);
  gguf::pack_six_bits(from.scales, from.minima, block + 4);
  for (std::size_t i = 0; i < 32; ++i) {
    unsigned high = 0;
    for (std::size_t part = 0; part < 8; ++part) high |= unsigned(from.codes[32 * part + i] >> 4) << part;
    block[16 + i] = std::uint8_t(high);
  }
  gguf::pack_nibbles_64(from.codes, block + 48);
}

void encode(std::span<const float> row, std::span<const float> importance, std::span<std::uint8_t> out) {
  gguf::encode_k(gguf::q5_k_blocks, row, importance, out);
}

void unpack(const std::uint8_t* block, const gguf::Unpacked& out) {
  gguf::unpack_six_bits(block, out);
  gguf::unpack_nibbles_64(block + 48, out.codes);
  for (std::size_t part = 0; part < 8; ++part)
    for (std::size_t i = 0; i < 32; ++i) {
      std::uint8_t& code = out.codes[32 * part + i];
      code = std::uint8_t(code | ((block[16 + i] >> part) & 1) << 4);
    }
}

Result<std::unique_ptr<Quantizer>> make(const Scheme& scheme) { return gguf::make(scheme, gguf::q5_k_type); }

}  // namespace

constinit const gguf::KType gguf::q5_k_blocks{
    .constants = {.plain = {.N = 31, .rmin = -0.5f, .rdelta = 0.1f, .count = 15}},
    .sub = 32,
    .bytes = bytes,
    .pack = pack};

constinit const gguf::PackedType gguf::q5_k_type{.dtype = DType::q5_k,
                                                 .bits = 5,
                                                 .has_minima = true,
                                                 .largest = 63,
                                                 .fallback = "q5_1",
                                                 .encode = encode,
                                                 .unpack = unpack};

extern const Method q5_k;
constinit const Method q5_k{
    .id = "q5_k",
    .title = "GGUF Q5_K",
    .family = "gguf",
    .technique = "ptq",
    .summary =
        "5-bit codes in sub-blocks of 32 with 6-bit scales and minima, which share two fp16 numbers per 256 weights, "
        "exactly as llama.cpp stores them: 5.5 bits per weight.",
    .when = "Between q4_k and q6_k: small models, and the sensitive layers of a plan whose other layers are q4_k.",
    .cost =
        "A search of 16 scales per sub-block (37 with imatrix): over a hundred million weights a second on two cores "
        "without imatrix.",
    .fails =
        "A sub-block whose weights all lie far from zero still spends codes on the way to it: the minimum is never "
        "above 0. Refuses tensors with NaN or infinities, rows that are no multiple of 256 (llama.cpp falls back to "
        "q5_1, or F16) and weights whose scale exceeds fp16; 3-D and 4-D tensors are seen as rows.",
    .reference = "ggml quantize_row_q5_K_ref, quantize_q5_K; GGUF specification",
    .params = {&gguf::imatrix_param, 1},
    .make = make};

}  // namespace quant
