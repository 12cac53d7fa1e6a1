#include "core/methods/gguf/k_symmetric.h"

#include <algorithm>

namespace quant::gguf {
namespace {

constexpr std::size_t block = 256, sub = 16;

/// Two batches of eight sub-blocks.
void search(const SymmetricType& type, std::span<const float> x, std::span<const float> w, SymmetricFound& found,
            std::span<std::uint8_t> codes) {
  for (std::size_t half = 0; half < 2; ++half) {
    const std::size_t at = half * block / 2, n = block / 2;
    const auto batch = side_by_side<sub>(x.subspan(at, n));
    Batch<sub> l;
    const Lanes scales = w.empty() ? q3(batch, l) : qx(type.N, batch, side_by_side<sub>(w.subspan(at, n)), l);
    in_order(l, codes.subspan(at, n));
    for (std::size_t j = 0; j < lanes; ++j) found.scales[half * lanes + j] = scales[j];
  }
  for (std::size_t i = 0; i < w.size(); ++i) found.weights[i / sub] += w[i];
}

/// Codes again, with the scales as they are stored; where a scale is 0 the search's codes stay.
void encode_again(int N, std::span<const float> x, SymmetricBlock& out) {
  const float d = from_half(out.d);
  for (std::size_t j = 0; j < out.scales.size(); ++j) {
    const float step = d * float(out.scales[j]);
    if (step == 0) continue;
    for (std::size_t i = sub * j; i < sub * (j + 1); ++i)
      out.codes[i] = std::uint8_t(std::clamp(rne(x[i] / step), -N, N - 1) + N);
  }
}

SymmetricBlock encode_block(const SymmetricType& type, std::span<const float> x, std::span<const float> importance) {
  SymmetricBlock out;
  SymmetricFound found;
  std::array<float, block> w;
  const bool weighted = !importance.empty(), descends = type.descends && !weighted;
  if (weighted)
    type.weigh(x, importance, w);
  else
    for (std::size_t i = 0; i < block; ++i) w[i] = x[i] * x[i];
  search(type, x, descends ? std::span<const float>{} : w, found, out.codes);
  type.store_scales(weighted, found, out);
  if (!out.empty) encode_again(type.N, x, out);
  return out;
}

}  // namespace

void encode_symmetric(const SymmetricType& type, std::span<const float> row, std::span<const float> importance,
                      std::span<std::uint8_t> out) {
  for (std::size_t b = 0; b < row.size() / block; ++b) {
    const auto weights = importance.empty() ? importance : importance.subspan(b * block, block);
    type.pack(encode_block(type, row.subspan(b * block, block), weights), out.data() + b * type.bytes);
  }
}

}  // namespace quant::gguf
