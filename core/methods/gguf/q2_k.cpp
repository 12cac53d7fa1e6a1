// q2_k: GGUF's 2-bit super-block, byte for byte.

#include "core/methods/gguf/k_minimum.h"
#include "core/methods/gguf/two_bits.h"

namespace quant {
namespace {

constexpr std::size_t bytes = 84;

/// Scale (low) and minimum (high nibble) of 16 sub-blocks @0, codes @16, d @80, dmin @82.
void pack(const gguf::KBlock& from, std::uint8_t* block) {
  for (std::size_t j = 0; j < 16; ++j) block[j] = std::uint8_t(from.scales[j] | from.minima[j] << 4);
  gguf::pack_two_bits(from.codes, block + 16);
  gguf::write_half(from.d, block + 80);
  gguf::write_half(from.dmin, block + 82);
}

void encode(std::span<const float> row, std::span<const float> importance, std::span<std::uint8_t> out) {
  gguf::encode_k(gguf::q2_k_blocks, row, importance, out);
}

void unpack(const std::uint8_t* block, const gguf::Unpacked& out) {
  const float d = gguf::from_half(gguf::half_at(block + 80)), dmin = gguf::from_half(gguf::half_at(block + 82));
  for (std::size_t j = 0; j < 16; ++j) {
    out.scales[j] = d * float(block[j] & 15);
    out.minima[j] = dmin * float(block[j] >> 4);
  }
  gguf::unpack_two_bits(block + 16, out.codes);
}

Result<std::unique_ptr<Quantizer>> make(const Scheme& scheme) { return gguf::make(scheme, gguf::q2_k_type); }

}  // namespace

constinit const gguf::KType gguf::q2_k_blocks{
    .constants = {.plain = {.N = 3, .rmin = -0.5f, .rdelta = 0.1f, .count = 15, .absolute = true},
                  .scale_top = 15,
                  .spread = false,
                  .variance = 1},
    .sub = 16,
    .bytes = bytes,
    .pack = pack};

constinit const gguf::PackedType gguf::q2_k_type{.dtype = DType::q2_k,
                                                 .sub = 16,
                                                 .bits = 2,
                                                 .has_minima = true,
                                                 .largest = 15,
                                                 .fallback = "q4_0",
                                                 .encode = encode,
                                                 .unpack = unpack};

extern const Method q2_k;
constinit const Method q2_k{
    .id = "q2_k",
    .title = "GGUF Q2_K",
    .family = "gguf",
    .technique = "ptq",
    .summary =
        "2-bit codes in sub-blocks of 16 with 4-bit scales and minima, which share two fp16 numbers per 256 weights, "
        "exactly as llama.cpp stores them: 2.625 bits per weight.",
    .when =
        "Only where nothing larger fits, and then with an importance matrix; best kept to the large MLP layers of a "
        "mixed plan.",
    .cost =
        "A search of 16 scales per sub-block (37 with imatrix): over a hundred million weights a second on two cores "
        "without imatrix.",
    .fails =
        "Four levels per 16 weights: the error is a third of the weights' spread, and models visibly lose ability. A "
        "sub-block with small weights beside one with large ones loses its scale, as 4 bits hold both. Refuses tensors "
        "with NaN or infinities, rows that are no multiple of 256 (llama.cpp falls back to q4_0, or F16) and weights "
        "whose scale exceeds fp16; 3-D and 4-D tensors are seen as rows.",
    .reference = "ggml quantize_row_q2_K_ref, quantize_q2_K; GGUF specification",
    .params = {&gguf::imatrix_param, 1},
    .make = make};

}  // namespace quant
