#include "core/backend/bench/bench_weights.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/base/threads.h"

namespace quant {

namespace {

constexpr std::uint64_t chunk = 1 << 16;

/// SplitMix64 (Steele, Lea, Flood 2014): any counter gives independent bits, so that chunks can be filled in parallel.
std::uint64_t random_bits(std::uint64_t counter) {
  std::uint64_t z = counter * 0x9e3779b97f4a7c15u + 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/// In (0, 1].
double uniform(std::uint64_t counter) { return static_cast<double>((random_bits(counter) >> 11) + 1) * 0x1p-53; }

float weight(std::uint64_t i) {
  const double radius = std::sqrt(-2 * std::log(uniform(3 * i)));
  const double normal = radius * std::cos(2 * std::numbers::pi * uniform(3 * i + 1));
  const double sigma = uniform(3 * i + 2) <= 0.001 ? 0.2 : 0.02;
  return static_cast<float>(sigma * normal);
}

}  // namespace

std::vector<float> bench_weights(std::uint64_t n) {
  std::vector<float> weights(n);
  parallel_for((n + chunk - 1) / chunk, 0, [&](std::size_t c, int) {
    for (std::uint64_t i = c * chunk; i < std::min(n, (c + 1) * chunk); ++i) weights[i] = weight(i);
  });
  return weights;
}

}  // namespace quant
