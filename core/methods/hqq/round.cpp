#include "core/methods/hqq/round.h"

#include <array>
#include <iterator>
#include <numeric>
#include <vector>

namespace quant::half_quadratic {
namespace {

constexpr std::size_t lanes = 8;

bool is_finite(float x) { return std::isfinite(x); }

}  // namespace

Sums round_of(std::span<const float> w, float inverse, float zero, float top, const Shrink& shrink) {
  std::array<float, lanes> z{}, error{}, largest{};
  const auto step = [&](std::size_t i, std::size_t k) {
    const float scaled = w[i] * inverse;
    const float q = code_of(scaled + zero, top);
    const float e = std::fabs(w[i] - (q - zero) / inverse);
    z[k] += q - scaled;
    error[k] += e;
    largest[k] = e > largest[k] ? e : largest[k];
  };
  std::size_t i = 0;
  for (; i + lanes <= w.size(); i += lanes)
    for (std::size_t k = 0; k < lanes; ++k) step(i + k, k);
  for (std::size_t k = 0; i < w.size(); ++i, ++k) step(i, k);

  Sums sums;
  for (const float e : error) sums.error += double(e);
  if (*std::max_element(largest.begin(), largest.end()) >= shrink.floor()) {
    z.fill(0);
    for (i = 0; i < w.size(); ++i) {
      const float q = code_of(w[i] * inverse + zero, top);
      z[i % lanes] += q - (w[i] - shrink(w[i] - (q - zero) / inverse)) * inverse;
    }
  }
  sums.zero = std::accumulate(z.begin(), z.end(), 0.0f);
  return sums;
}

double move_zeros(std::span<const float> w, std::uint64_t group, std::span<const float> inverse, std::span<float> zero,
                  float top, const Shrink& shrink) {
  double error = 0;
  std::vector<float> kept;
  for (std::size_t g = 0; g < zero.size(); ++g) {
    auto part = w.subspan(g * group, std::min<std::size_t>(group, w.size() - g * group));
    if (!std::all_of(part.begin(), part.end(), is_finite)) {
      kept.clear();
      std::copy_if(part.begin(), part.end(), std::back_inserter(kept), is_finite);
      part = kept;
    }
    if (part.empty()) continue;
    const Sums sums = round_of(part, inverse[g], zero[g], top, shrink);
    zero[g] = sums.zero / float(part.size());
    error += sums.error;
  }
  return error;
}

}  // namespace quant::half_quadratic
