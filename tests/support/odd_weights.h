#pragma once
// Weights that fast versions get wrong first, and every Highway target of this machine.

#include <hwy/targets.h>

#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

namespace quant::test {

struct OddWeights {
  const char* name;
  float (*value)(std::size_t i, float normal);  ///< element i from a sample of the normal distribution
};

/// All finite.
inline constexpr OddWeights odd_weights[] = {
    {"normal", [](std::size_t, float x) { return 0.02f * x; }},
    {"heavy-tailed", [](std::size_t, float x) { return 0.02f * x * x * x * x * x; }},
    {"with outliers", [](std::size_t i, float x) { return i % 97 == 5 ? 30 * x : 0.02f * x; }},
    {"all zeros", [](std::size_t, float) { return 0.0f; }},
    {"nine in ten zeros", [](std::size_t i, float x) { return i / 32 % 10 ? 0.0f : 0.02f * x; }},
    {"zeros of either sign", [](std::size_t i, float x) { return i % 3 ? std::copysign(0.0f, x) : 0.02f * x; }},
    {"constant", [](std::size_t, float) { return 0.37f; }},
    {"constant and negative", [](std::size_t, float) { return -1.5f; }},
    {"one value a block", [](std::size_t i, float x) { return i % 32 ? 0.0f : x; }},
    {"positive", [](std::size_t, float x) { return 1 + std::fabs(x); }},
    {"negative and far from zero", [](std::size_t, float x) { return -5 - 0.01f * std::fabs(x); }},
    {"few values, many ties", [](std::size_t, float x) { return std::nearbyint(2 * x) / 8; }},
    {"denormals", [](std::size_t, float x) { return 1e-41f * x; }},
    {"as small as the searches' floor", [](std::size_t, float x) { return 1e-15f * x; }},
    {"smaller than fp16's steps", [](std::size_t, float x) { return 3e-8f * x; }},
    {"large", [](std::size_t, float x) { return 1000 * x; }},
    {"huge", [](std::size_t, float x) { return 1e30f * x; }},
    {"at the end of float32", [](std::size_t, float x) { return x > 0 ? 3.3e38f : -3.3e38f; }},
    {"of many magnitudes", [](std::size_t i, float x) { return std::ldexp(x, int(i % 40) - 30); }},
};

inline std::vector<float> odd_values(const OddWeights& kind, std::size_t n) {
  std::mt19937 random(11);
  std::normal_distribution<float> normal;
  std::vector<float> w(n);
  for (std::size_t i = 0; i < n; ++i) w[i] = kind.value(i, normal(random));
  return w;
}

/// Calls visit(name of the target) with SIMD code of every target of this machine in turn.
template <class Visit>
void each_target(Visit visit) {
  for (std::int64_t rest = hwy::SupportedTargets(); rest != 0; rest &= rest - 1) {
    const std::int64_t target = rest & -rest;
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().DeInit();
    visit(hwy::TargetName(target));
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().DeInit();
}

}  // namespace quant::test
