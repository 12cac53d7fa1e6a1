#include "core/sources/stacked_rows.h"

#include <algorithm>

namespace quant {

namespace {

class StackedRows final : public TensorView {
 public:
  explicit StackedRows(std::vector<std::unique_ptr<TensorView>> matrices)
      : matrices_(std::move(matrices)), tensor_(matrices_.front()->tensor()) {
    tensor_.shape.insert(tensor_.shape.begin(), matrices_.size());
    tensor_.bytes *= matrices_.size();
  }

  const TensorInfo& tensor() const override { return tensor_; }

  Result<void> read_rows(std::uint64_t first, std::uint64_t count, std::span<float> out) const override {
    const MatrixShape shape = matrix();
    for (std::uint64_t row = first; row < first + count;) {
      const std::uint64_t at = row % shape.rows, rows = std::min(shape.rows - at, first + count - row);
      const auto part = out.subspan(static_cast<std::size_t>((row - first) * shape.cols),
                                    static_cast<std::size_t>(rows * shape.cols));
      QUANT_CHECK(matrices_[static_cast<std::size_t>(row / shape.rows)]->read_rows(at, rows, part));
      row += rows;
    }
    return {};
  }

 private:
  std::vector<std::unique_ptr<TensorView>> matrices_;
  TensorInfo tensor_;
};

}  // namespace

std::unique_ptr<TensorView> stacked_rows(std::vector<std::unique_ptr<TensorView>> matrices) {
  return std::make_unique<StackedRows>(std::move(matrices));
}

}  // namespace quant
