#include "core/methods/gguf/k_minimum.h"

#include <algorithm>
#include <cmath>

namespace quant::gguf {
namespace {

constexpr std::size_t block = 256;

void plain_weights(std::span<const float> x, bool spread, std::span<float> w) {
  const float base = spread ? std::sqrt(sum_of_squares(x) / float(x.size())) : 0.0f;
  for (std::size_t i = 0; i < x.size(); ++i) w[i] = base + std::fabs(x[i]);
}

template <std::size_t sub>
KFound search(const Steps& steps, std::span<const float> x, std::span<const float> w, std::span<std::uint8_t> codes) {
  KFound found;
  for (std::size_t at = 0; at < block; at += sub * lanes) {
    Batch<sub> l;
    const auto batch = side_by_side<sub>(x.subspan(at, sub * lanes)),
               weights = side_by_side<sub>(w.subspan(at, sub * lanes));
    const auto [scale, least] = qkx(steps, batch, weights, l);
    in_order(l, codes.subspan(at, sub * lanes));
    Lanes sum;
    for (const Lanes& v : weights) sum += v;
    for (std::size_t j = 0; j < lanes; ++j) {
      found.scales[at / sub + j] = scale[j];
      found.minima[at / sub + j] = least[j];
      found.weights[at / sub + j] = sum[j];
    }
  }
  return found;
}

/// Plain: the largest value gets the largest code. Returns the step as fp16.
std::uint16_t quantize_plain(int top, std::span<const float> values, std::span<std::uint8_t> codes) {
  float peak = 0;
  for (const float v : values) peak = std::max(peak, v);
  const float inverse = peak > 0 ? float(top) / peak : 0.0f;
  for (std::size_t j = 0; j < values.size(); ++j) codes[j] = std::uint8_t(std::min(top, rne(inverse * values[j])));
  return to_half(peak / float(top));
}

/// Codes again, with the scales and minima as they are stored; where a scale is 0 the search's codes stay.
template <std::size_t sub>
void encode_again(int N, std::span<const float> x, KBlock& out) {
  const float d = from_half(out.d), dmin = from_half(out.dmin);
  for (std::size_t j = 0; j < block / sub; ++j) {
    const float step = d * float(out.scales[j]), least = dmin * float(out.minima[j]);
    if (step == 0) continue;
    for (std::size_t i = j * sub; i < (j + 1) * sub; ++i)
      out.codes[i] = std::uint8_t(std::clamp(rne((x[i] + least) / step), 0, N));
  }
}

/// One super-block of 256.
template <std::size_t sub>
KBlock encode_block(const KType& type, std::span<const float> x, std::span<const float> importance) {
  const KConstants& k = type.constants;
  KBlock out;
  std::array<float, block> w;
  if (importance.empty())
    for (std::size_t at = 0; at < block; at += sub)
      plain_weights(x.subspan(at, sub), k.spread, std::span(w).subspan(at, sub));
  else
    weigh(x, importance, k.variance * sum_of_squares(x) / float(block), w);
  const bool weighted = !importance.empty();
  store_scales(type, weighted, search<sub>(weighted ? weighted_steps(k) : k.plain, x, w, out.codes), out);
  encode_again<sub>(k.plain.N, x, out);
  return out;
}

}  // namespace

Steps weighted_steps(const KConstants& k) { return {.N = k.plain.N, .rmin = -0.9f, .rdelta = 0.05f, .count = 36}; }

void store_scales(const KType& type, bool weighted, const KFound& found, KBlock& out) {
  const std::size_t subs = block / type.sub;
  const int top = type.constants.scale_top;
  const auto store = [&](const std::array<float, 16>& values, std::array<std::uint8_t, 16>& codes) {
    const auto from = std::span(values).first(subs);
    const auto to = std::span(codes).first(subs);
    return weighted ? to_half(qp(top, from, std::span(found.weights).first(subs), to)) : quantize_plain(top, from, to);
  };
  out.d = store(found.scales, out.scales);
  out.dmin = store(found.minima, out.minima);
}

void encode_k(const KType& type, std::span<const float> row, std::span<const float> importance,
              std::span<std::uint8_t> out) {
  const auto encode = type.sub == 16 ? encode_block<16> : encode_block<32>;
  for (std::size_t b = 0; b < row.size() / block; ++b) {
    const auto weights = importance.empty() ? importance : importance.subspan(b * block, block);
    type.pack(encode(type, row.subspan(b * block, block), weights), out.data() + b * type.bytes);
  }
}

void pack_six_bits(std::span<const std::uint8_t> scales, std::span<const std::uint8_t> minima, std::uint8_t* out) {
  std::fill_n(out, 12, std::uint8_t{0});
  for (std::size_t j = 0; j < 4; ++j) {
    out[j] = std::uint8_t(scales[j] | (scales[j + 4] >> 4) << 6);
    out[j + 4] = std::uint8_t(minima[j] | (minima[j + 4] >> 4) << 6);
    out[j + 8] = std::uint8_t((scales[j + 4] & 15) | (minima[j + 4] & 15) << 4);
  }
}

void unpack_six_bits(const std::uint8_t* stored, const Unpacked& out) {
  const float d = from_half(half_at(stored)), dmin = from_half(half_at(stored + 2));
  const std::uint8_t* const s = stored + 4;
  for (std::size_t j = 0; j < 4; ++j) {
    out.scales[j] = d * float(s[j] & 63);
    out.minima[j] = dmin * float(s[j + 4] & 63);
    out.scales[j + 4] = d * float((s[j + 8] & 15) | (s[j] >> 6) << 4);
    out.minima[j + 4] = dmin * float((s[j + 8] >> 4) | (s[j + 4] >> 6) << 4);
  }
}

void pack_nibbles_64(std::span<const std::uint8_t> codes, std::uint8_t* out) {
  for (std::size_t c = 0; c < 4; ++c)
    for (std::size_t i = 0; i < 32; ++i)
      out[32 * c + i] = std::uint8_t((codes[64 * c + i] & 15) | (codes[64 * c + 32 + i] & 15) << 4);
}

void unpack_nibbles_64(const std::uint8_t* in, std::span<std::uint8_t> codes) {
  for (std::size_t c = 0; c < 4; ++c)
    for (std::size_t i = 0; i < 32; ++i) {
      codes[64 * c + i] = in[32 * c + i] & 15;
      codes[64 * c + 32 + i] = in[32 * c + i] >> 4;
    }
}

}  // namespace quant::gguf
