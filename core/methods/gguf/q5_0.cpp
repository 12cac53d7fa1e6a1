// q5_0: GGUF's 5-bit block, byte for byte.

#include <cmath>

#include "core/methods/gguf/blocks32.h"

namespace quant {
namespace {

constexpr std::size_t bytes = 22;

/// d @0, fifth bits @2, nibbles @6; codes stored with an offset of 16.
void encode(std::span<const float> row, std::span<const float> importance, std::span<std::uint8_t> out) {
  const auto store = [&](std::size_t b, float scale, std::span<const std::uint8_t> codes) {
    std::uint8_t* const block = out.data() + b * bytes;
    gguf::write_half(gguf::to_half(scale), block);
    gguf::pack_fifth_bits(codes, block + 2);
    gguf::pack_nibbles(codes, block + 6);
  };
  if (importance.empty())
    gguf::encode_symmetric(16, row, store);
  else
    gguf::encode_symmetric_weighted(16, row, importance, store);
}

void unpack(const std::uint8_t* block, const gguf::Unpacked& out) {
  out.scales[0] = gguf::from_half(gguf::half_at(block));
  gguf::unpack_nibbles(block + 6, out.codes);
  gguf::unpack_fifth_bits(block + 2, out.codes);
  for (std::uint8_t& code : out.codes) code = std::uint8_t(code - 16);
}

Result<std::unique_ptr<Quantizer>> make(const Scheme& scheme) { return gguf::make(scheme, gguf::q5_0_type); }

}  // namespace

constinit const gguf::PackedType gguf::q5_0_type{
    .dtype = DType::q5_0, .bits = 5, .is_signed = true, .largest = 8, .encode = encode, .unpack = unpack};

extern const Method q5_0;
constinit const Method q5_0{
    .id = "q5_0",
    .title = "GGUF Q5_0",
    .family = "gguf",
    .technique = "ptq",
    .summary = "5-bit codes with one fp16 scale per 32 weights, exactly as llama.cpp stores them: 5.5 bits per weight.",
    .when =
        "What llama.cpp takes instead of q4_k where rows are no multiple of 256; elsewhere q5_k is better at the same "
        "size.",
    .cost =
        "Plain: one pass, blocks independent. With imatrix: 19 trials per block and about a twentieth of the speed.",
    .fails =
        "The extreme of a block gets the code −16 exactly, so an equally large weight of the other sign is clipped to "
        "15. Refuses tensors with NaN or infinities, rows that are no multiple of 32 (most 1-D tensors; llama.cpp "
        "stores those as F16) and weights whose scale exceeds fp16; scales below fp16's 6e-8 become 0 and with them "
        "the block; 3-D and 4-D tensors are seen as rows.",
    .reference = "ggml quantize_row_q5_0_ref, quantize_q5_0; GGUF specification",
    .params = {&gguf::imatrix_param, 1},
    .make = make};

}  // namespace quant
