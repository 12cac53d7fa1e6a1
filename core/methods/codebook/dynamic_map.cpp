#include "core/methods/codebook/dynamic_map.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace quant {
namespace {

constexpr std::size_t scale_block = 256;  // scales that share one absmax (bitsandbytes)

/// Border i of n equal cells of [0.1, 1], counted from the nearer end with one rounding, as torch.linspace does: the
/// borders decide the last bit of 42 map values.
float border(int i, int n) {
  constexpr float low = 0.1f;
  const float width = (1.0f - low) / float(n);
  return i < (n + 1) / 2 ? float(double(low) + double(width) * i) : float(1.0 - double(width) * (n - i));
}

std::array<float, 256> make_map() {
  std::array<float, 256> map{};
  std::size_t n = 0;
  map[n++] = 0;
  map[n++] = 1;
  for (int i = 0; i <= 6; ++i) {
    const float decade = float(std::pow(10.0, i - 6));
    const int cells = 1 << i;
    for (int k = 0; k < cells; ++k) {
      const float midpoint = (border(k, cells) + border(k + 1, cells)) / 2;
      map[n++] = decade * midpoint;
      map[n++] = -(decade * midpoint);
    }
  }
  std::sort(map.begin(), map.end());
  return map;
}

const std::array<float, 256>& map_values() {
  static const std::array<float, 256> map = make_map();
  return map;
}

/// The nearest of the 65,536 points of bitsandbytes' table.
float table_point(float x) {
  const auto k = int((x + 1.0f) * 0.5f * 65535.0f + 0.5f);
  return float(-1.0 + 2.0 * k / 65535.0);
}

}  // namespace

std::span<const float> dynamic_map() { return map_values(); }

std::uint8_t dynamic_code(float x) {
  static const std::array<float, 255> midpoints = [] {
    std::array<float, 255> out{};
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = (map_values()[i] + map_values()[i + 1]) * 0.5f;
    return out;
  }();
  return std::uint8_t(std::lower_bound(midpoints.begin(), midpoints.end(), x) - midpoints.begin());
}

std::vector<float> double_quantized(std::span<const float> scales, Lookup lookup) {
  double sum = 0;
  for (const float s : scales) sum += double(s);
  const float offset = scales.empty() ? 0.0f : float(sum / double(scales.size()));
  std::vector<float> restored(scales.size());
  for (std::size_t at = 0; at < scales.size(); at += scale_block) {
    const std::size_t end = std::min(at + scale_block, scales.size());
    float peak = 0;
    for (std::size_t i = at; i < end; ++i) peak = std::max(peak, std::fabs(scales[i] - offset));
    for (std::size_t i = at; i < end; ++i) {
      const float x = peak > 0 ? std::clamp((scales[i] - offset) / peak, -1.0f, 1.0f) : 0.0f;
      restored[i] = map_values()[dynamic_code(lookup == Lookup::table ? table_point(x) : x)] * peak + offset;
    }
  }
  return restored;
}

}  // namespace quant
