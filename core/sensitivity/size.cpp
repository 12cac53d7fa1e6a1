// Size alone: the floor. A metric whose ranking does not beat "large tensors matter" says nothing about the weights.

#include <cmath>

#include "core/sensitivity/metric.h"

namespace quant {
namespace {

std::optional<double> value(const ErrorFigures& figures, const TensorInfo&) { return double(figures.bytes); }

/// n·4^(−bpw): each bit more quarters the squared error of any weight, whatever its distribution.
double cost(std::optional<double>, const ErrorFigures& figures, const TensorInfo& tensor) {
  return double(tensor.elements()) * std::exp2(-2.0 * figures.bpw);
}

}  // namespace

extern const Metric size_metric;
constinit const Metric size_metric{.id = "size",
                                   .title = "Size alone (the floor that every metric must beat)",
                                   .formula = "stored bytes",
                                   .higher_is_better = false,
                                   .value = value,
                                   .cost = cost};

}  // namespace quant
