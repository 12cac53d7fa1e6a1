#include "core/methods/quantizer.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace quant {
namespace {

constexpr std::uint64_t tile_weights = std::uint64_t{1} << 18;  // 1 MiB of float32 stays in a second-level cache

void widen(TensorFacts::Range& range, float x) {
  if (std::isfinite(x)) {
    range.lo = std::min(range.lo, x);
    range.hi = std::max(range.hi, x);
  } else {
    ++(std::isnan(x) ? range.nan : range.inf);
  }
}

/// Before the first element: lo above hi.
constexpr TensorFacts::Range nothing = {std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity(),
                                        0, 0};

void settle(std::vector<TensorFacts::Range>& ranges) {
  for (TensorFacts::Range& r : ranges)
    if (r.lo > r.hi) r.lo = r.hi = 0;
}

/// Calls visit(row values, matrix index) for every row of the tensor.
template <class Visit>
Result<void> each_row(const TensorView& view, JobContext& job, Visit visit) {
  const MatrixShape shape = view.matrix();
  const std::uint64_t step = std::max<std::uint64_t>(1, tile_weights / std::max<std::uint64_t>(1, shape.cols));
  std::vector<float> scratch;
  for (std::uint64_t first = 0; first < shape.all_rows(); first += step) {
    if (job.stopped()) return cancelled("read range of " + view.tensor().name);
    const std::uint64_t count = std::min(step, shape.all_rows() - first);
    QUANT_TRY(tile, read_tile(view, first, count, scratch));
    for (std::uint64_t r = 0; r < count; ++r)
      visit(tile.w.subspan(r * shape.cols, shape.cols), (first + r) / shape.rows);
  }
  return {};
}

}  // namespace

QuantizedTile tile_like(const RowTile& tile) {
  QuantizedTile q;
  q.rows = tile.rows;
  q.cols = tile.cols;
  q.first_row = tile.first_row;
  return q;
}

std::uint64_t regions(Region region, const MatrixShape& shape, std::uint64_t group) {
  if (shape.elements() == 0) return 0;
  const auto runs = [group](std::uint64_t n) { return (n + group - 1) / group; };
  switch (region) {
    case Region::none: return 0;
    case Region::tensor: return shape.matrices;
    case Region::column: return shape.matrices * shape.cols;
    case Region::row: return shape.all_rows();
    case Region::group: return shape.all_rows() * runs(shape.cols);
    case Region::block: return runs(shape.elements());
  }
  return 0;
}

const Shared& RowQuantizer::shared() const {
  static const Shared nothing_shared;
  return nothing_shared;
}

std::uint64_t RowQuantizer::row_alignment(std::uint64_t) const { return 1; }

std::vector<std::uint8_t> RowQuantizer::pack(const QuantizedTile&) const { return {}; }

Result<std::span<const TensorFacts::Range>> TensorFacts::per_matrix(JobContext& job) {
  if (matrix_.empty()) {
    std::vector<Range> ranges(view_.matrix().matrices, nothing);
    QUANT_CHECK(each_row(view_, job, [&](std::span<const float> row, std::uint64_t matrix) {
      Range range = ranges[matrix];
      for (float x : row) widen(range, x);
      ranges[matrix] = range;
    }));
    settle(ranges);
    matrix_ = std::move(ranges);
  }
  return matrix_;
}

Result<std::span<const TensorFacts::Range>> TensorFacts::per_column(JobContext& job) {
  if (column_.empty()) {
    const MatrixShape shape = view_.matrix();
    std::vector<Range> ranges(shape.matrices * shape.cols, nothing);
    QUANT_CHECK(each_row(view_, job, [&](std::span<const float> row, std::uint64_t matrix) {
      Range* range = ranges.data() + matrix * shape.cols;
      for (std::size_t c = 0; c < row.size(); ++c) widen(range[c], row[c]);
    }));
    settle(ranges);
    column_ = std::move(ranges);
  }
  return column_;
}

Result<std::unique_ptr<Quantizer>> make_quantizer(const Scheme& scheme) { return scheme.method().make(scheme); }

}  // namespace quant
