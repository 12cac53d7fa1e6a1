// q4_1: GGUF's 4-bit block with a minimum, byte for byte.

#include <cmath>

#include "core/methods/gguf/blocks32.h"

namespace quant {
namespace {

constexpr std::size_t bytes = 20;

/// d @0, m @2, nibbles @4.
void encode(std::span<const float> row, std::span<const float> importance, std::span<std::uint8_t> out) {
  const auto store = [&](std::size_t b, float scale, float least, std::span<const std::uint8_t> codes) {
    std::uint8_t* const block = out.data() + b * bytes;
    gguf::write_half(gguf::to_half(scale), block);
    gguf::write_half(gguf::to_half(least), block + 2);
    gguf::pack_nibbles(codes, block + 4);
  };
  if (importance.empty())
    gguf::encode_affine(15, row, store);
  else
    gguf::encode_affine_weighted(15, row, importance, store);
}

void unpack(const std::uint8_t* block, const gguf::Unpacked& out) {
  out.scales[0] = gguf::from_half(gguf::half_at(block));
  out.minima[0] = -gguf::from_half(gguf::half_at(block + 2));
  gguf::unpack_nibbles(block + 4, out.codes);
}

Result<std::unique_ptr<Quantizer>> make(const Scheme& scheme) { return gguf::make(scheme, gguf::q4_1_type); }

}  // namespace

// m itself is an fp16: no weight may be larger than fp16 holds.
constinit const gguf::PackedType gguf::q4_1_type{
    .dtype = DType::q4_1, .bits = 4, .has_minima = true, .largest = 1, .encode = encode, .unpack = unpack};

extern const Method q4_1;
constinit const Method q4_1{
    .id = "q4_1",
    .title = "GGUF Q4_1",
    .family = "gguf",
    .technique = "ptq",
    .summary =
        "4-bit codes with an fp16 scale and an fp16 minimum per 32 weights, exactly as llama.cpp stores them: 5 bits "
        "per weight.",
    .when =
        "Layers whose weights are not centred on zero, where q4_0 wastes codes; q4_k is better at 4.5 bits wherever "
        "rows are a multiple of 256.",
    .cost = "Plain: one pass, blocks independent. With imatrix: 37 trials per block and about a fiftieth of the speed.",
    .fails =
        "One outlier stretches the range of its 32 weights. Refuses tensors with NaN or infinities, rows that are no "
        "multiple of 32 (most 1-D tensors; llama.cpp stores those as F16) and weights beyond fp16's 65504; 3-D and 4-D "
        "tensors are seen as rows. With imatrix the stored minimum is never above 0.",
    .reference = "ggml quantize_row_q4_1_ref, quantize_q4_1; GGUF specification",
    .params = {&gguf::imatrix_param, 1},
    .make = make};

}  // namespace quant
