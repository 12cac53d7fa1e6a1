#include "core/methods/quantizer.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "core/methods/walk.h"

namespace quant {
namespace {

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

void widen(TensorFacts::Range& range, const TensorFacts::Range& other) {
  range.lo = std::min(range.lo, other.lo);
  range.hi = std::max(range.hi, other.hi);
  range.nan += other.nan;
  range.inf += other.inf;
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

/// `count` ranges: of every matrix, or of every column of every matrix. Each worker has its own until the end.
Result<std::vector<TensorFacts::Range>> TensorFacts::ranges(std::size_t count, bool by_column, JobContext& job) const {
  const MatrixShape shape = view_.matrix();
  std::vector<std::vector<Range>> found(std::size_t(workers_of(threads_)));
  const auto visit = [&](const RowTile& tile, std::size_t, int worker) {
    std::vector<Range>& mine = found[std::size_t(worker)];
    if (mine.empty()) mine.resize(count, nothing);
    for (std::uint64_t r = 0; r < tile.rows; ++r) {
      const auto row = tile.w.subspan(r * tile.cols, tile.cols);
      const std::uint64_t matrix = (tile.first_row + r) / shape.rows;
      if (by_column) {
        Range* const range = mine.data() + matrix * shape.cols;
        for (std::size_t c = 0; c < row.size(); ++c) widen(range[c], row[c]);
      } else {
        Range range = mine[matrix];
        for (const float x : row) widen(range, x);
        mine[matrix] = range;
      }
    }
  };
  QUANT_CHECK(each_tile_at_once(view_, tile_rows(view_, 0, shape.all_rows(), 1), threads_, job, "read range", visit));
  std::vector<Range> all(count, nothing);
  for (const auto& mine : found)
    for (std::size_t i = 0; i < mine.size(); ++i) widen(all[i], mine[i]);
  for (Range& r : all)
    if (r.lo > r.hi) r.lo = r.hi = 0;
  return all;
}

Result<std::span<const TensorFacts::Range>> TensorFacts::per_matrix(JobContext& job) {
  if (matrix_.empty()) {
    QUANT_TRY(found, ranges(view_.matrix().matrices, false, job));
    matrix_ = std::move(found);
  }
  return matrix_;
}

Result<std::span<const TensorFacts::Range>> TensorFacts::per_column(JobContext& job) {
  if (column_.empty()) {
    const MatrixShape shape = view_.matrix();
    QUANT_TRY(found, ranges(shape.matrices * shape.cols, true, job));
    column_ = std::move(found);
  }
  return column_;
}

Result<std::unique_ptr<Quantizer>> make_quantizer(const Scheme& scheme) { return scheme.method().make(scheme); }

}  // namespace quant
