#include "core/sources/rotary_rows.h"

#include <algorithm>
#include <utility>

namespace quant {

namespace {

class HeadRowsView final : public TensorView {
 public:
  HeadRowsView(std::unique_ptr<TensorView> view, std::uint64_t heads, HeadRows to)
      : view_(std::move(view)), d_(view_->matrix().all_rows() / heads), to_(to) {}

  const TensorInfo& tensor() const override { return view_->tensor(); }

  /// Head by head: the rows that are asked for lie in both of its halves.
  Result<void> read_rows(std::uint64_t first, std::uint64_t count, std::span<float> out) const override {
    const std::uint64_t cols = matrix().cols, last = first + count;
    std::vector<float> head(static_cast<std::size_t>(d_ * cols));
    for (std::uint64_t row = first; row < last;) {
      const std::uint64_t start = row / d_ * d_, end = std::min(last, start + d_);
      QUANT_CHECK(view_->read_rows(start, d_, head));
      for (; row < end; ++row) {
        const auto from = head.begin() + static_cast<std::ptrdiff_t>(head_row(row - start, d_, to_) * cols);
        std::copy_n(from, cols, out.begin() + static_cast<std::ptrdiff_t>((row - first) * cols));
      }
    }
    return {};
  }

 private:
  std::unique_ptr<TensorView> view_;
  std::uint64_t d_;  // rows of a head
  HeadRows to_;
};

}  // namespace

std::uint64_t head_row(std::uint64_t at, std::uint64_t d, HeadRows to) {
  const std::uint64_t half = d / 2;
  return to == HeadRows::pairs ? at % 2 * half + at / 2 : at % half * 2 + at / half;
}

std::unique_ptr<TensorView> with_head_rows(std::unique_ptr<TensorView> view, std::uint64_t heads, HeadRows to) {
  return std::make_unique<HeadRowsView>(std::move(view), heads, to);
}

}  // namespace quant
