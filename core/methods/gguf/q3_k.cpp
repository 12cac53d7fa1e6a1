// q3_k: GGUF's 3-bit super-block, byte for byte.

#include <algorithm>
#include <cstring>

#include "core/methods/gguf/k_symmetric.h"
#include "core/methods/gguf/two_bits.h"

namespace quant {
namespace {

using namespace gguf;

constexpr std::size_t bytes = 110;

void weigh_by_spread(std::span<const float> x, std::span<const float> importance, std::span<float> w) {
  weigh(x, importance, 2 * sum_of_squares(x) / 256.0f, w);
}

/// Plain: the extreme scale gets the code −32.
void store_scales(bool weighted, const SymmetricFound& found, SymmetricBlock& out) {
  if (weighted) {
    Batch<16> l;
    std::array<std::uint8_t, 16> codes;
    out.d = to_half(qx(32, side_by_side<16>(found.scales), side_by_side<16>(found.weights), l)[0]);
    in_order(l, codes);
    for (std::size_t j = 0; j < 16; ++j) out.scales[j] = std::int8_t(int(codes[j]) - 32);
    return;
  }
  const float extreme = signed_extreme(found.scales), inverse = -32.0f / extreme;
  out.d = extreme == 0 ? std::uint16_t{0} : to_half(1 / inverse);
  for (std::size_t j = 0; j < 16; ++j)
    out.scales[j] = std::int8_t(extreme == 0 ? -32 : std::clamp(rne(inverse * found.scales[j]), -32, 31));
}

/// Third bits @0 (bit i / 32 of byte i % 32), low two bits @32, 6-bit scales offset by 32 @96, d @108.
void pack(const SymmetricBlock& from, std::uint8_t* block) {
  std::memset(block, 0, bytes);
  for (std::size_t i = 0; i < 256; ++i) block[i % 32] = std::uint8_t(block[i % 32] | (from.codes[i] >> 2) << (i / 32));
  pack_two_bits(from.codes, block + 32);
  std::uint8_t* const s = block + 96;
  for (std::size_t j = 0; j < 16; ++j) {
    const int scale = from.scales[j] + 32;
    s[j % 8] = std::uint8_t(s[j % 8] | (scale & 15) << (j < 8 ? 0 : 4));
    s[8 + j % 4] = std::uint8_t(s[8 + j % 4] | (scale >> 4) << (2 * (j / 4)));
  }
  write_half(from.d, block + 108);
}

void encode(std::span<const float> row, std::span<const float> importance, std::span<std::uint8_t> out) {
  encode_symmetric(q3_k_blocks, row, importance, out);
}

void unpack(const std::uint8_t* block, const Unpacked& out) {
  const float d = from_half(half_at(block + 108));
  const std::uint8_t* const s = block + 96;
  for (std::size_t j = 0; j < 16; ++j) {
    const int low = j < 8 ? s[j] & 15 : s[j - 8] >> 4, high = (s[8 + j % 4] >> (2 * (j / 4))) & 3;
    out.scales[j] = d * float((low | high << 4) - 32);
  }
  unpack_two_bits(block + 32, out.codes);
  for (std::size_t i = 0; i < 256; ++i)
    out.codes[i] = std::uint8_t(out.codes[i] + (((block[i % 32] >> (i / 32)) & 1) << 2) - 4);
}

Result<std::unique_ptr<Quantizer>> make(const Scheme& scheme) { return gguf::make(scheme, q3_k_type); }

}  // namespace

constinit const gguf::SymmetricType gguf::q3_k_blocks{
    .N = 4, .bytes = bytes, .descends = true, .weigh = weigh_by_spread, .store_scales = store_scales, .pack = pack};

constinit const gguf::PackedType gguf::q3_k_type{.dtype = DType::q3_k,
                                                 .sub = 16,
                                                 .bits = 3,
                                                 .is_signed = true,
                                                 .largest = 64,
                                                 .fallback = "q4_0",
                                                 .encode = encode,
                                                 .unpack = unpack};

extern const Method q3_k;
constinit const Method q3_k{
    .id = "q3_k",
    .title = "GGUF Q3_K",
    .family = "gguf",
    .technique = "ptq",
    .summary =
        "3-bit codes in sub-blocks of 16 with 6-bit scales, which share one fp16 number per 256 weights, exactly as "
        "llama.cpp stores them: 3.4375 bits per weight.",
    .when =
        "Large models that just miss the memory at q4_k; with an importance matrix, and with q4_k or better for "
        "attention values and the MLP's down projection.",
    .cost =
        "Coordinate descent per sub-block (19 scales with imatrix): over a hundred million weights a second on two "
        "cores without imatrix.",
    .fails =
        "Eight levels per 16 weights; codes run from −4 to 3, so that the extreme's twin of the other sign is clipped. "
        "Where a sub-block's extreme is positive its plain search keeps the first guess (ggml's rule, kept here). "
        "Refuses tensors with NaN or infinities, rows that are no multiple of 256 (llama.cpp falls back to q4_0, or "
        "F16) and weights whose scale exceeds fp16; 3-D and 4-D tensors are seen as rows.",
    .reference = "ggml quantize_row_q3_K_ref, quantize_q3_K; GGUF specification",
    .params = {&gguf::imatrix_param, 1},
    .make = make};

}  // namespace quant
