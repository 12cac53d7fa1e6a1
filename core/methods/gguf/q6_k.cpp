// q6_k: GGUF's 6-bit super-block, byte for byte.

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/methods/gguf/k_symmetric.h"

namespace quant {
namespace {

using namespace gguf;

constexpr std::size_t bytes = 210;
constexpr float eps = 1e-15f;

/// Low nibbles @0 and top two bits @128, by half-blocks of 128 in four parts of 32.
void pack_codes(std::span<const std::uint8_t> codes, std::uint8_t* block) {
  for (std::size_t half = 0; half < 2; ++half)
    for (std::size_t i = 0; i < 32; ++i) {
      const std::uint8_t* const c = codes.data() + 128 * half + i;
      block[64 * half + i] = std::uint8_t((c[0] & 15) | (c[64] & 15) << 4);
      block[64 * half + i + 32] = std::uint8_t((c[32] & 15) | (c[96] & 15) << 4);
      block[128 + 32 * half + i] = std::uint8_t(c[0] >> 4 | (c[32] >> 4) << 2 | (c[64] >> 4) << 4 | (c[96] >> 4) << 6);
    }
}

void take_importance(std::span<const float>, std::span<const float> importance, std::span<float> w) {
  std::copy(importance.begin(), importance.end(), w.begin());
}

/// The extreme scale gets the code −128, under importance as well.
void store_scales(bool, const SymmetricFound& found, SymmetricBlock& out) {
  const float extreme = signed_extreme(found.scales);
  out.empty = std::fabs(extreme) < eps;
  if (out.empty) return;
  const float inverse = -128.0f / extreme;
  out.d = to_half(1 / inverse);
  for (std::size_t j = 0; j < 16; ++j) out.scales[j] = std::int8_t(std::min(127, rne(inverse * found.scales[j])));
}

/// Codes as above, int8 scales @192, d @208.
void pack(const SymmetricBlock& from, std::uint8_t* block) {
  if (from.empty) {
    std::memset(block, 0, bytes);
    return;
  }
  pack_codes(from.codes, block);
  std::memcpy(block + 192, from.scales.data(), from.scales.size());
  write_half(from.d, block + 208);
}

void encode(std::span<const float> row, std::span<const float> importance, std::span<std::uint8_t> out) {
  encode_symmetric(q6_k_blocks, row, importance, out);
}

void unpack(const std::uint8_t* block, const Unpacked& out) {
  const float d = from_half(half_at(block + 208));
  for (std::size_t j = 0; j < 16; ++j) out.scales[j] = d * float(std::int8_t(block[192 + j]));
  for (std::size_t half = 0; half < 2; ++half)
    for (std::size_t part = 0; part < 4; ++part)
      for (std::size_t i = 0; i < 32; ++i) {
        const int low = block[64 * half + 32 * (part & 1) + i] >> (part < 2 ? 0 : 4) & 15;
        const int high = block[128 + 32 * half + i] >> (2 * part) & 3;
        out.codes[128 * half + 32 * part + i] = std::uint8_t((low | high << 4) - 32);
      }
}

Result<std::unique_ptr<Quantizer>> make(const Scheme& scheme) { return gguf::make(scheme, q6_k_type); }

}  // namespace

constinit const gguf::SymmetricType gguf::q6_k_blocks{
    .N = 32, .bytes = bytes, .weigh = take_importance, .store_scales = store_scales, .pack = pack};

constinit const gguf::PackedType gguf::q6_k_type{.dtype = DType::q6_k,
                                                 .sub = 16,
                                                 .bits = 6,
                                                 .is_signed = true,
                                                 .largest = 2048,
                                                 .fallback = "q8_0",
                                                 .encode = encode,
                                                 .unpack = unpack};

extern const Method q6_k;
constinit const Method q6_k{
    .id = "q6_k",
    .title = "GGUF Q6_K",
    .family = "gguf",
    .technique = "ptq",
    .summary =
        "6-bit codes in sub-blocks of 16 with 8-bit scales, which share one fp16 number per 256 weights, exactly as "
        "llama.cpp stores them: 6.5625 bits per weight.",
    .when =
        "Nearly lossless for language models; the usual type of embeddings, output heads and the most sensitive layers "
        "of a plan.",
    .cost =
        "A search of 19 scales per sub-block, blocks independent: over a hundred million weights a second on two "
        "cores.",
    .fails =
        "A block whose sub-blocks all need scales below 1e-15 is stored as zeros, and so is one whose shared number is "
        "below fp16's 6e-8. Refuses tensors with NaN or infinities, rows that are no multiple of 256 (llama.cpp falls "
        "back to q8_0, or F16) and weights whose scale exceeds fp16; 3-D and 4-D tensors are seen as rows.",
    .reference = "ggml quantize_row_q6_K_ref, quantize_q6_K; GGUF specification",
    .params = {&gguf::imatrix_param, 1},
    .make = make};

}  // namespace quant
