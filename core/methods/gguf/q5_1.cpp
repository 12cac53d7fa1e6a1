// q5_1: GGUF's 5-bit block with a minimum, byte for byte.

#include <cmath>

#include "core/methods/gguf/blocks32.h"

namespace quant {
namespace {

constexpr std::size_t bytes = 24;

/// d @0, m @2, fifth bits @4, nibbles @8.
void encode(std::span<const float> row, std::span<const float> importance, std::span<std::uint8_t> out) {
  const auto store = [&](std::size_t b, float scale, float least, std::span<const std::uint8_t> codes) {
    std::uint8_t* const block = out.data() + b * bytes;
    gguf::write_half(gguf::to_half(scale), block);
    gguf::write_half(gguf::to_half(least), block + 2);
    gguf::pack_fifth_bits(codes, block + 4);
    gguf::pack_nibbles(codes, block + 8);
  };
  if (importance.empty())
    gguf::encode_affine(31, row, store);
  else
    gguf::encode_affine_weighted(31, row, importance, store);
}

void unpack(const std::uint8_t* block, const gguf::Unpacked& out) {
  out.scales[0] = gguf::from_half(gguf::half_at(block));
  out.minima[0] = -gguf::from_half(gguf::half_at(block + 2));
  gguf::unpack_nibbles(block + 8, out.codes);
  gguf::unpack_fifth_bits(block + 4, out.codes);
}

Result<std::unique_ptr<Quantizer>> make(const Scheme& scheme) { return gguf::make(scheme, gguf::q5_1_type); }

}  // namespace

// m itself is an fp16: no weight may be larger than fp16 holds.
constinit const gguf::PackedType gguf::q5_1_type{
    .dtype = DType::q5_1, .bits = 5, .has_minima = true, .largest = 1, .encode = encode, .unpack = unpack};

extern const Method q5_1;
constinit const Method q5_1{
    .id = "q5_1",
    .title = "GGUF Q5_1",
    .family = "gguf",
    .technique = "ptq",
    .summary =
        "5-bit codes with an fp16 scale and an fp16 minimum per 32 weights, exactly as llama.cpp stores them: 6 bits "
        "per weight.",
    .when =
        "What llama.cpp takes instead of q5_k where rows are no multiple of 256; elsewhere q5_k is as good at 5.5 "
        "bits.",
    .cost = "Plain: one pass, blocks independent. With imatrix: 37 trials per block and about a fiftieth of the speed.",
    .fails =
        "One outlier stretches the range of its 32 weights. Refuses tensors with NaN or infinities, rows that are no "
        "multiple of 32 (most 1-D tensors; llama.cpp stores those as F16) and weights beyond fp16's 65504; 3-D and 4-D "
        "tensors are seen as rows. With imatrix the stored minimum is never above 0.",
    .reference = "ggml quantize_row_q5_1_ref, quantize_q5_1; GGUF specification",
    .params = {&gguf::imatrix_param, 1},
    .make = make};

}  // namespace quant
