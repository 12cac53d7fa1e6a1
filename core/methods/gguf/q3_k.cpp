// q3_k: GGUF's 3-bit super-block, byte for byte.

#include <algorithm>
#include <cstring>

#include "core/methods/gguf/blocks.h"
#include "core/methods/gguf/search.h"
#include "core/methods/gguf/two_bits.h"

namespace quant {
namespace {

using namespace gguf;

constexpr std::size_t bytes = 110;

/// Codes offset by 4, and 6-bit scales offset by 32.
struct Found {
  std::uint16_t d = 0;
  std::array<std::uint8_t, 16> scales{};
  std::array<std::uint8_t, 256> codes{};
};

/// Two batches of eight sub-blocks.
template <class Search>
std::array<float, 16> find_scales(std::span<std::uint8_t> codes, Search scale_of) {
  std::array<float, 16> scales;
  for (std::size_t half = 0; half < 2; ++half) {
    Batch<16> l;
    const Lanes found = scale_of(half, l);
    in_order(l, codes.subspan(half * 128, 128));
    for (std::size_t j = 0; j < lanes; ++j) scales[half * lanes + j] = found[j];
  }
  return scales;
}

void find_plain(std::span<const float> x, Found& out) {
  const auto scales = find_scales(
      out.codes, [&](std::size_t half, Batch<16>& l) { return q3(side_by_side<16>(x.subspan(half * 128, 128)), l); });
  const float extreme = signed_extreme(scales);
  if (extreme == 0) return;
  const float inverse = -32.0f / extreme;
  for (std::size_t j = 0; j < 16; ++j) out.scales[j] = std::uint8_t(std::clamp(rne(inverse * scales[j]), -32, 31) + 32);
  out.d = to_half(1 / inverse);
}

void find_weighted(std::span<const float> x, std::span<const float> importance, Found& out) {
  std::array<float, 256> w;
  std::array<float, 16> sums{};
  weigh(x, importance, 2 * sum_of_squares(x) / 256.0f, w);
  for (std::size_t i = 0; i < 256; ++i) sums[i / 16] += w[i];
  const auto scales = find_scales(out.codes, [&](std::size_t half, Batch<16>& l) {
    return qx(4, side_by_side<16>(x.subspan(half * 128, 128)), side_by_side<16>(std::span(w).subspan(half * 128, 128)),
              l);
  });
  Batch<16> l;
  out.d = to_half(qx(32, side_by_side<16>(scales), side_by_side<16>(sums), l)[0]);
  in_order(l, out.scales);
}

/// Codes again, with the scales as they are stored; where a scale is 0 the search's codes stay.
void encode_again(std::span<const float> x, Found& out) {
  const float d = from_half(out.d);
  for (std::size_t i = 0; i < 256; ++i) {
    const float step = d * float(int(out.scales[i / 16]) - 32);
    if (step != 0) out.codes[i] = std::uint8_t(std::clamp(rne(x[i] / step), -4, 3) + 4);
  }
}

/// Third bits @0 (bit i / 32 of byte i % 32), low two bits @32, 6-bit scales @96, d @108.
void pack(const Found& from, std::uint8_t* block) {
  std::memset(block, 0, bytes);
  for (std::size_t i = 0; i < 256; ++i) block[i % 32] = std::uint8_t(block[i % 32] | (from.codes[i] >> 2) << (i / 32));
  pack_two_bits(from.codes, block + 32);
  std::uint8_t* const s = block + 96;
  for (std::size_t j = 0; j < 16; ++j) {
    s[j % 8] = std::uint8_t(s[j % 8] | (from.scales[j] & 15) << (j < 8 ? 0 : 4));
    s[8 + j % 4] = std::uint8_t(s[8 + j % 4] | (from.scales[j] >> 4) << (2 * (j / 4)));
  }
  write_half(from.d, block + 108);
}

void encode(std::span<const float> row, std::span<const float> importance, std::span<std::uint8_t> out) {
  for (std::size_t b = 0; b < row.size() / 256; ++b) {
    const auto x = row.subspan(b * 256, 256);
    Found found;
    if (importance.empty())
      find_plain(x, found);
    else
      find_weighted(x, importance.subspan(b * 256, 256), found);
    // Scales that are all zero bytes mean −32 each, of d = 0.
    encode_again(x, found);
    pack(found, out.data() + b * bytes);
  }
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
    .cost = "Coordinate descent per sub-block (19 scales with imatrix): tens of millions of weights a second.",
    .fails =
        "Eight levels per 16 weights; codes run from −4 to 3, so that the extreme's twin of the other sign is clipped. "
        "Where a sub-block's extreme is positive its plain search keeps the first guess (ggml's rule, kept here). "
        "Refuses tensors with NaN or infinities, rows that are no multiple of 256 (llama.cpp falls back to q4_0, or "
        "F16) and weights whose scale exceeds fp16; 3-D and 4-D tensors are seen as rows.",
    .reference = "ggml quantize_row_q3_K_ref, quantize_q3_K; GGUF specification",
    .params = {&gguf::imatrix_param, 1},
    .make = make};

}  // namespace quant
