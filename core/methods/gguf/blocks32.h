#pragma once
// Blocks of 32 under importance: the rows of q4_0, q4_1, q5_0 and q5_1 in batches of eight blocks.

#include <algorithm>
#include <cstring>

#include "core/methods/gguf/blocks.h"
#include "core/methods/gguf/search.h"

namespace quant::gguf {

/// Calls visit(first element, x, w, blocks) for the row's blocks, at most eight at a time; σ² is the whole row's.
template <class Visit>
void weighted_batches(std::span<const float> row, std::span<const float> importance, Visit visit) {
  const float variance = sum_of_squares(row) / float(row.size());
  std::array<float, 32 * lanes> w;
  for (std::size_t at = 0; at < row.size(); at += w.size()) {
    const std::size_t n = std::min(w.size(), row.size() - at);
    weigh(row.subspan(at, n), importance.subspan(at, n), variance, w);
    visit(at, side_by_side<32>(row.subspan(at, n)), side_by_side<32>({w.data(), n}), n / 32);
  }
}

/// 4.1w, 4.3w: store(block index, Δ, codes offset by N).
template <class Store>
void encode_symmetric_weighted(int N, std::span<const float> row, std::span<const float> importance, Store store) {
  weighted_batches(row, importance, [&](std::size_t at, const auto& x, const auto& w, std::size_t blocks) {
    Batch<32> found;
    const Lanes scale = qx(N, x, w, found);
    std::array<std::uint8_t, 32 * lanes> codes;
    in_order(found, codes);
    for (std::size_t b = 0; b < blocks; ++b) store(at / 32 + b, scale[b], std::span(codes).subspan(b * 32, 32));
  });
}

/// 4.2w, 4.4w: store(block index, Δ, minimum, codes).
template <class Store>
void encode_affine_weighted(int N, std::span<const float> row, std::span<const float> importance, Store store) {
  weighted_batches(row, importance, [&](std::size_t at, const auto& x, const auto& w, std::size_t blocks) {
    Batch<32> found;
    const auto [scale, least] = qkx({.N = N, .rmin = -0.9f, .rdelta = 0.05f, .count = 36}, x, w, found);
    std::array<std::uint8_t, 32 * lanes> codes;
    in_order(found, codes);
    for (std::size_t b = 0; b < blocks; ++b)
      store(at / 32 + b, scale[b], -least[b], std::span(codes).subspan(b * 32, 32));
  });
}

/// trunc of what is finite; 1/Δ of a denormal Δ is not: the stored fp16 scale is 0 there and any code decodes alike.
inline int truncated(float v) { return std::isfinite(v) ? int(v) : 0; }

/// 4.2, 4.4: Δ = (max − min)/N, q = min(N, trunc((w − min)/Δ + 0.5)).
template <class Store>
void encode_affine(int N, std::span<const float> row, Store store) {
  for (std::size_t b = 0; b < row.size() / 32; ++b) {
    const auto w = row.subspan(b * 32, 32);
    const auto [lo, hi] = std::minmax_element(w.begin(), w.end());
    const float scale = (*hi - *lo) / float(N), inverse = scale != 0 ? 1.0f / scale : 0.0f;
    std::array<std::uint8_t, 32> codes;
    for (std::size_t i = 0; i < 32; ++i) codes[i] = std::uint8_t(std::min(N, truncated((w[i] - *lo) * inverse + 0.5f)));
    store(b, scale, *lo, std::span<const std::uint8_t>(codes));
  }
}

/// 4.3: Δ = m/−N with the signed extreme m, q = min(2N − 1, trunc(w/Δ + N + 0.5)).
template <class Store>
void encode_symmetric(int N, std::span<const float> row, Store store) {
  for (std::size_t b = 0; b < row.size() / 32; ++b) {
    const auto w = row.subspan(b * 32, 32);
    const float scale = signed_extreme(w) / float(-N), inverse = scale != 0 ? 1.0f / scale : 0.0f;
    std::array<std::uint8_t, 32> codes;
    for (std::size_t i = 0; i < 32; ++i)
      codes[i] = std::uint8_t(std::min(2 * N - 1, truncated(w[i] * inverse + (float(N) + 0.5f))));
    store(b, scale, std::span<const std::uint8_t>(codes));
  }
}

/// The fifth bits of 32 codes as a little-endian 32-bit number, bit i of element i.
inline void pack_fifth_bits(std::span<const std::uint8_t> codes, std::uint8_t* out) {
  std::memset(out, 0, 4);
  for (std::size_t i = 0; i < 32; ++i) out[i / 8] = std::uint8_t(out[i / 8] | ((codes[i] >> 4) & 1) << (i % 8));
}

inline void unpack_fifth_bits(const std::uint8_t* in, std::span<std::uint8_t> codes) {
  for (std::size_t i = 0; i < 32; ++i) codes[i] = std::uint8_t(codes[i] | ((in[i / 8] >> (i % 8)) & 1) << 4);
}

}  // namespace quant::gguf
