#include "core/tensor/tensor.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <numeric>
#include <string_view>

namespace quant {
namespace {

class MemoryTensor final : public TensorView {
 public:
  MemoryTensor(TensorInfo info, std::vector<float> values) : info_(std::move(info)), values_(std::move(values)) {}

  const TensorInfo& tensor() const override { return info_; }

  Result<void> read_rows(std::uint64_t first, std::uint64_t count, std::span<float> out) const override {
    const std::span<const float> rows = rows_in_place(first, count);
    std::copy(rows.begin(), rows.end(), out.begin());
    return {};
  }

  std::span<const float> rows_in_place(std::uint64_t first, std::uint64_t count) const override {
    const std::uint64_t cols = matrix().cols;
    return std::span(values_).subspan(first * cols, count * cols);
  }

 private:
  TensorInfo info_;
  std::vector<float> values_;
};

}  // namespace

MatrixShape matrix_shape(std::span<const std::uint64_t> shape) {
  if (shape.empty()) return {1, 1, 1};
  if (shape.size() == 1) return {1, 1, shape[0]};
  if (shape.size() == 3) return {shape[0], shape[1], shape[2]};
  const auto cols = std::accumulate(shape.begin() + 1, shape.end(), std::uint64_t{1}, std::multiplies<>());
  return {1, shape[0], cols};
}

std::uint64_t TensorInfo::elements() const {
  return std::accumulate(shape.begin(), shape.end(), std::uint64_t{1}, std::multiplies<>());
}

bool is_candidate(const TensorInfo& tensor) {
  // These stay in 16 or 32 bits; they are small and sensitive.
  constexpr std::array<std::string_view, 5> kept = {"norm", "router", "rel_bias", "type_embed", "pos_embed"};
  return tensor.counts && info(tensor.dtype).real && tensor.shape.size() >= 2 && tensor.elements() > 0 &&
         std::find(kept.begin(), kept.end(), tensor.role) == kept.end();
}

void StoredCodes::resize(std::size_t elements) {
  codes.resize(elements);
  scales.resize(elements);
  zeros.resize(elements);
}

Result<void> TensorView::read_codes(std::uint64_t, std::uint64_t, StoredCodes&) const {
  return failure(ErrorCode::unsupported, "cannot read codes", tensor().name,
                 std::string(info(tensor().dtype).name) + " storage has no codes apart from its values",
                 "look at its values");
}

std::span<const float> TensorView::rows_in_place(std::uint64_t, std::uint64_t) const { return {}; }

Result<RowTile> read_tile(const TensorView& view, std::uint64_t first, std::uint64_t count,
                          std::vector<float>& scratch) {
  const std::uint64_t cols = view.matrix().cols;
  std::span<const float> rows = view.rows_in_place(first, count);
  if (rows.empty() && count * cols > 0) {
    if (scratch.size() < count * cols) scratch.resize(count * cols);
    const std::span<float> out = std::span(scratch).first(count * cols);
    QUANT_CHECK(view.read_rows(first, count, out));
    rows = out;
  }
  return RowTile{rows, count, cols, first};
}

std::unique_ptr<TensorView> memory_tensor(std::string name, std::vector<std::uint64_t> shape,
                                          std::vector<float> values) {
  TensorInfo info;
  info.name = std::move(name);
  info.shape = std::move(shape);
  info.bytes = values.size() * sizeof(float);
  assert(info.elements() == values.size());
  return std::make_unique<MemoryTensor>(std::move(info), std::move(values));
}

}  // namespace quant
