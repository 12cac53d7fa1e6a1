// Signal to quantization noise: the error against the tensor's own size, so that small tensors count like large ones.

#include <cmath>

#include "core/sensitivity/metric.h"

namespace quant {
namespace {

std::optional<double> value(const ErrorFigures& figures, const TensorInfo&) { return figures.sqnr_db; }

/// n·10^(−sqnr/10) = n·Σe²/Σw². Undefined where the scheme is exact (no cost), or where a tensor of zeros is not kept
/// (then all of it is error: n).
double cost(std::optional<double> sqnr_db, const ErrorFigures& figures, const TensorInfo&) {
  if (sqnr_db) return double(figures.count) * std::pow(10.0, -*sqnr_db / 10.0);
  return figures.exact ? 0.0 : double(figures.count);
}

}  // namespace

extern const Metric sqnr_metric;
constinit const Metric sqnr_metric{.id = "sqnr",
                                   .title = "Signal to quantization noise",
                                   .formula = "10·log₁₀(Σw² / Σe²) dB",
                                   .higher_is_better = true,
                                   .value = value,
                                   .cost = cost};

}  // namespace quant
