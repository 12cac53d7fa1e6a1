// Mean squared error of the weights: the plain figure that every other metric is compared with.

#include "core/sensitivity/metric.h"

namespace quant {
namespace {

std::optional<double> value(const ErrorFigures& figures, const TensorInfo&) { return figures.mse; }

/// n·mse = Σe²: squared errors of all weights count alike. An empty tensor costs nothing.
double cost(std::optional<double> mse, const ErrorFigures& figures, const TensorInfo&) {
  return mse ? double(figures.count) * *mse : 0.0;
}

}  // namespace

extern const Metric mse_metric;
constinit const Metric mse_metric{.id = "mse",
                                  .title = "Mean squared error of the weights",
                                  .formula = "Σe² / n",
                                  .higher_is_better = false,
                                  .value = value,
                                  .cost = cost};

}  // namespace quant
