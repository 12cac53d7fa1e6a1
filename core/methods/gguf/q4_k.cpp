// q4_k: GGUF's 4-bit super-block, byte for byte.

#include "core/methods/gguf/k_minimum.h"

namespace quant {
namespace {

constexpr std::size_t bytes = 144;

/// d @0, dmin @2, 6-bit scales and minima @4, nibbles @16.
void pack(const gguf::KBlock& from, std::uint8_t* block) {
  gguf::write_half(from.d, block);
  gguf::write_half(from.dmin, block + 2);
  gguf::pack_six_bits(from.scales, from.minima, block + 4);
  gguf::pack_nibbles_64(from.codes, block + 16);
}

void encode(std::span<const float> row, std::span<const float> importance, std::span<std::uint8_t> out) {
  gguf::encode_k(gguf::q4_k_blocks, row, importance, out);
}

void unpack(const std::uint8_t* block, const gguf::Unpacked& out) {
  gguf::unpack_six_bits(block, out);
  gguf::unpack_nibbles_64(block + 16, out.codes);
}

Result<std::unique_ptr<Quantizer>> make(const Scheme& scheme) { return gguf::make(scheme, gguf::q4_k_type); }

}  // namespace

constinit const gguf::KType gguf::q4_k_blocks{
    .constants = {.plain = {.N = 15, .rmin = -1.0f, .rdelta = 0.1f, .count = 20}},
    .sub = 32,
    .bytes = bytes,
    .pack = pack};

constinit const gguf::PackedType gguf::q4_k_type{.dtype = DType::q4_k,
                                                 .bits = 4,
                                                 .has_minima = true,
                                                 .largest = 63,
                                                 .fallback = "q5_0",
                                                 .encode = encode,
                                                 .unpack = unpack};

extern const Method q4_k;
constinit const Method q4_k{
    .id = "q4_k",
    .title = "GGUF Q4_K",
    .family = "gguf",
    .technique = "ptq",
    .summary =
        "4-bit codes in sub-blocks of 32 with 6-bit scales and minima, which share two fp16 numbers per 256 weights, "
        "exactly as llama.cpp stores them: 4.5 bits per weight.",
    .when =
        "The usual choice for language models on llama.cpp: clearly better than q4_0 at the same size. Give an "
        "importance matrix where there is one; q6_k for the layers that hurt most.",
    .cost =
        "A search of 21 scales per sub-block (37 with imatrix): over a hundred million weights a second on two cores "
        "without imatrix.",
    .fails =
        "A sub-block whose weights all lie far from zero still spends codes on the way to it: the minimum is never "
        "above 0. Refuses tensors with NaN or infinities, rows that are no multiple of 256 (llama.cpp falls back to "
        "q5_0, or F16) and weights whose scale exceeds fp16; 3-D and 4-D tensors are seen as rows.",
    .reference = "ggml quantize_row_q4_K_ref, quantize_q4_K; GGUF specification",
    .params = {&gguf::imatrix_param, 1},
    .make = make};

}  // namespace quant
