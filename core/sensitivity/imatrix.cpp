// Errors weighed by the inputs that meet them: the diagonal of the layer's Hessian, as importance matrices hold it.

#include "core/sensitivity/metric.h"

namespace quant {
namespace {

std::optional<double> value(const ErrorFigures& figures, const TensorInfo&) { return figures.weighted_error; }

/// Itself. Where nothing is known of the inputs they weigh 1, as in ggml: a tensor must not seem free.
double cost(std::optional<double> error, const ErrorFigures& figures, const TensorInfo&) {
  if (error) return *error;
  return figures.mse ? double(figures.count) * *figures.mse : 0.0;
}

}  // namespace

extern const Metric imatrix_metric;
constinit const Metric imatrix_metric{.id = "imatrix",
                                      .title = "Squared error weighted by the inputs' mean squares",
                                      .formula = "Σ a_j·e_ij², a_j = mean x_j² of input column j",
                                      .higher_is_better = false,
                                      .weighted = true,
                                      .value = value,
                                      .cost = cost};

}  // namespace quant
