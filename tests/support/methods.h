#pragma once
// For tests of methods: fits a scheme to a matrix in memory and quantizes all of it.

#include <QTest>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "core/methods/quantizer.h"

namespace quant::test {

using Weights = std::vector<float>;

inline constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
inline constexpr float infinity = std::numeric_limits<float>::infinity();

/// A fitted scheme with the tensor that it was fitted to.
struct Fitted {
  std::unique_ptr<TensorView> view;
  std::unique_ptr<RowQuantizer> rows;

  QuantizedTile quantize(std::uint64_t first, std::uint64_t count) const {
    const std::uint64_t cols = view->matrix().cols;
    return rows->quantize({view->rows_in_place(first, count), count, cols, first});
  }
  QuantizedTile whole() const { return quantize(0, view->matrix().all_rows()); }
};

/// The scheme fitted to the tensor, whose name is "w", or the error.
inline Result<Fitted> try_fit(std::string_view scheme, std::vector<std::uint64_t> shape, Weights values,
                              const Calibration* calibration = nullptr) {
  QUANT_TRY(parsed, Scheme::parse(scheme));
  QUANT_TRY(quantizer, make_quantizer(parsed));
  Fitted fitted{memory_tensor("w", std::move(shape), std::move(values)), nullptr};
  TensorFacts facts(*fitted.view);
  JobContext job;
  QUANT_TRY(rows, quantizer->fit(facts, calibration, job));
  fitted.rows = std::move(rows);
  return fitted;
}

/// The same where it must succeed: a failure aborts the test program with its message.
inline Fitted fit(std::string_view scheme, std::vector<std::uint64_t> shape, Weights values,
                  const Calibration* calibration = nullptr) {
  auto fitted = try_fit(scheme, std::move(shape), std::move(values), calibration);
  if (!fitted) qFatal("%s", one_line(fitted.error()).c_str());
  return std::move(*fitted);
}

/// Codes as numbers.
inline std::vector<int> codes(const Fitted& fitted, const QuantizedTile& q) {
  std::vector<int> out;
  for (const std::uint8_t c : q.codes) out.push_back(fitted.rows->codes().is_signed ? int(std::int8_t(c)) : int(c));
  return out;
}

inline double mse(const Fitted& fitted, const QuantizedTile& q) {
  const auto w = fitted.view->rows_in_place(q.first_row, q.rows);
  double sum = 0;
  for (std::size_t i = 0; i < w.size(); ++i) {
    const double e = double(q.values[i]) - double(w[i]);
    sum += e * e;
  }
  return sum / double(w.size());
}

/// Whether this is the long run (`./test --long`) of a test that has one.
inline bool long_run() { return qEnvironmentVariableIsSet("QUANT_TEST_LONG"); }

/// The worked vector of the methods' definitions.
inline const Weights v8 = {0.9f, -0.35f, 0.1f, -1.4f, 0.35f, 0.7f, -0.05f, 1.0f};

}  // namespace quant::test
