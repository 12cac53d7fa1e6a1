#pragma once
// A device held against the reference: devices in every form that their kernels have, tensors with odd rows, and
// comparisons that say what differs first.

#include <QTest>
#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include "core/backend/backend.h"
#include "core/tensor/calibration.h"
#include "gpu/device.h"
#include "gpu/opencl_backend.h"

namespace twins {

using namespace quant;

/// The forms in which kernels are built: as for a CPU, as for GPUs with little and much local memory, without double.
struct NamedForm {
  const char* name;
  DeviceForm form;
};
inline constexpr NamedForm forms[] = {
    {"one lane", {.lanes = 1, .fp64 = true, .exact_division = true, .local_counters = true}},
    {"64 lanes", {.lanes = 64, .fp64 = true, .exact_division = true, .local_counters = true}},
    {"32 lanes, counting globally", {.lanes = 32, .fp64 = true, .exact_division = true, .local_counters = false}},
    {"16 lanes without double", {.lanes = 16, .fp64 = false, .exact_division = true, .local_counters = false}},
};

/// The first device, or null with a failed test: no device is a failure, not a skip.
inline std::unique_ptr<Backend> open(const DeviceForm& form) {
  const auto devices = opencl_devices();
  if (devices.empty()) return nullptr;
  auto device = Device::open(devices.front(), "opencl:0", ProgramCache(QUANT_BIN "/../tests/opencl-cache"), form);
  return device ? make_opencl_backend(std::move(*device), "first device", "cpu") : nullptr;
}

/// Normal weights with one row each of zeros, denormals, NaN and infinities, one sign, and a wide range.
inline std::vector<float> odd_weights(std::uint64_t rows, std::uint64_t cols) {
  std::mt19937 random(7);
  std::normal_distribution<float> normal(0, 0.05f);
  std::vector<float> w(rows * cols);
  for (std::uint64_t r = 0; r < rows; ++r) {
    for (std::uint64_t c = 0; c < cols; ++c) {
      float& x = w[r * cols + c];
      x = normal(random);
      if (r % 8 == 1) x = 0.0f;
      if (r % 8 == 2) x *= 1e-39f;
      if (r % 8 == 3 && c % 5 == 0) x = c % 2 ? std::numeric_limits<float>::quiet_NaN() : -INFINITY;
      if (r % 8 == 4) x = 1 + std::fabs(x);
      if (r % 8 == 5) x *= std::exp2(float(c % 60) - 30);
      if (r % 8 == 6) x = (c % 3 ? 1.0f : -1.0f) * std::numeric_limits<float>::max() / float(1 + c % 4);
    }
  }
  return w;
}

/// Odd weights that GGUF blocks take: finite, extremes of both signs alike in some blocks, scales within binary16.
inline std::vector<float> half_range_weights(std::uint64_t rows, std::uint64_t cols) {
  auto w = odd_weights(rows, cols);
  for (std::size_t i = 0; i < w.size(); ++i) {
    if (!std::isfinite(w[i])) w[i] = -0.0f;
    w[i] = std::clamp(w[i], i % 64 < 32 ? -0.1f : -3e4f, 3e4f);
    if (i % 96 == 5) w[i] = 0.1f;
  }
  return w;
}

/// What GGUF blocks may hold, one kind of weights a tensor; all within binary16 but for the largest.
inline constexpr const char* weight_kinds[] = {
    "normal weights", "heavy tails",  "zeros of both signs", "constants",         "one sign",
    "denormals",      "a wide range", "the largest halves",  "just below powers", "sub-blocks of zeros",
};
inline std::vector<float> weights_of_kind(std::string_view kind, std::uint64_t n) {
  std::mt19937 random(11);
  std::normal_distribution<float> normal(0, 0.05f);
  std::vector<float> w(n);
  for (std::size_t i = 0; i < n; ++i) {
    float& x = w[i] = normal(random);
    if (kind == "heavy tails") x = std::clamp(normal(random) / (normal(random) + 1e-6f) * x, -1e4f, 1e4f);
    if (kind == "zeros of both signs") x = i / 64 % 3 == 0 ? 0.0f : std::copysign(0.0f, x);
    if (kind == "constants") x = (i / 64 % 2 ? -0.7f : 0.3f) * float(1 + i / 256);
    if (kind == "one sign") x = (i / 256 % 2 ? -1.0f : 1.0f) * (1 + std::fabs(x));
    if (kind == "denormals") x *= i / 256 % 2 ? 1e-38f : 1e-36f;
    if (kind == "a wide range") x *= std::exp2(float(i / 16 % 40) - 30);
    if (kind == "the largest halves") x = std::copysign(65504.0f / float(1 + i % 5), x);
    if (kind == "just below powers")
      x = std::copysign(std::nextafter(std::exp2(float(i / 32 % 60) - 45), 0.0f) * (i % 32 == 7 ? 1 : 0.6f), x);
    if (kind == "sub-blocks of zeros" && i / 16 % 3 == 0) x = 0;
  }
  return w;
}

/// Importance of columns: of one size, of many sizes, and with columns that do not count.
inline std::vector<float> importance_of(std::uint64_t columns) {
  std::mt19937 random(13);
  std::gamma_distribution<float> gamma(1, 1);
  std::vector<float> all(columns);
  for (std::size_t c = 0; c < columns; ++c) all[c] = c % 11 == 3 ? 0 : gamma(random) * (c / 256 % 2 ? 1e-4f : 1);
  return all;
}

/// Fits a scheme on a tensor; the test fails where that fails.
inline std::unique_ptr<RowQuantizer> fit(const std::string& text, const TensorView& view,
                                         const Calibration* calibration = nullptr) {
  JobContext job;
  TensorFacts facts(view);
  const auto scheme = Scheme::parse(text);
  if (!scheme) return nullptr;
  const auto quantizer = make_quantizer(*scheme);
  if (!quantizer) return nullptr;
  auto fitted = (*quantizer)->fit(facts, calibration, job);
  return fitted ? std::move(*fitted) : nullptr;
}

/// "" where two vectors hold the same bits, else the first difference.
template <class T>
QString difference(const char* what, const std::vector<T>& got, const std::vector<T>& want) {
  if (got.size() != want.size()) return QString("%1: %2 of them, not %3").arg(what).arg(got.size()).arg(want.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    if constexpr (std::is_same_v<T, float>) {
      if (std::bit_cast<std::uint32_t>(got[i]) == std::bit_cast<std::uint32_t>(want[i])) continue;
      if (std::isnan(got[i]) && std::isnan(want[i])) continue;  // payloads are free
    } else if (got[i] == want[i]) {
      continue;
    }
    return QString("%1[%2]: %3, not %4")
        .arg(what)
        .arg(i)
        .arg(double(got[i]), 0, 'g', 9)
        .arg(double(want[i]), 0, 'g', 9);
  }
  return {};
}

inline QString difference(const QuantizedTile& got, const QuantizedTile& want) {
  for (const auto& text :
       {difference("scales", got.scales, want.scales), difference("zeros", got.zeros, want.zeros),
        difference("minima", got.minima, want.minima), difference("codebooks", got.codebooks, want.codebooks),
        difference("codes", got.codes, want.codes), difference("packed", got.packed, want.packed),
        difference("values", got.values, want.values), difference("clipped", got.clipped, want.clipped)})
    if (!text.isEmpty()) return text;
  return {};
}

}  // namespace twins
