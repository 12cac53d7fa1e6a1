#include "core/methods/importance.h"

#include <algorithm>
#include <cmath>

namespace quant {

Result<std::vector<float>> column_importance(const Scheme& scheme, const std::string& word, const TensorView& view,
                                             const Calibration* calibration) {
  const auto fail = [&](ErrorCode code, std::string why, std::string hint) {
    return failure(code, "quantize with " + scheme.text(), view.tensor().name, std::move(why), std::move(hint));
  };
  if (calibration == nullptr)
    return fail(ErrorCode::unsupported, word + " needs second moments of the layer's inputs",
                "give a calibration or an importance matrix, or leave out " + word);
  const auto found = calibration->mean_sq(view.tensor().name);
  // A tensor of which nothing is known is quantized without importance, as llama-quantize does; ggml takes zeros as
  // none.
  if (std::all_of(found.begin(), found.end(), [](float v) { return v == 0; })) return std::vector<float>{};
  const MatrixShape shape = view.matrix();
  if (found.size() != shape.cols && found.size() != shape.matrices * shape.cols)
    return fail(ErrorCode::refused,
                "the calibration has " + std::to_string(found.size()) + " second moments, the tensor " +
                    std::to_string(shape.cols) + " columns",
                "make the calibration with this model");
  const auto wrong = std::find_if(found.begin(), found.end(), [](float v) { return !(v >= 0) || std::isinf(v); });
  if (wrong != found.end())
    return fail(
        ErrorCode::refused,
        "the second moment of column " + std::to_string(wrong - found.begin()) + " is " + std::to_string(*wrong),
        "second moments are finite and at least 0: make the calibration again");
  return std::vector<float>(found.begin(), found.end());
}

}  // namespace quant
