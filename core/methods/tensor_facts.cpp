// TensorFacts: one pass over a tensor, on all threads. Ranges do not depend on the order in which parts of it come.

#include <algorithm>
#include <limits>

#include "core/methods/extremes.h"
#include "core/methods/quantizer.h"
#include "core/methods/walk.h"

namespace quant {

namespace {

using Range = TensorFacts::Range;

/// Before the first element: lo above hi.
constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr Range nothing = {infinity, -infinity, 0, 0};

void merge(Range& into, const Range& from) {
  into.lo = std::min(into.lo, from.lo);
  into.hi = std::max(into.hi, from.hi);
  into.nan += from.nan;
  into.inf += from.inf;
}

void settle(std::vector<Range>& ranges) {
  for (Range& r : ranges) {
    if (r.lo > r.hi) r.lo = r.hi = 0;
    r.lo += 0.0f, r.hi += 0.0f;  // −0 becomes 0: which of the two came first is no fact of the tensor
  }
}

/// Calls visit(row values, matrix, worker) for every row of the tensor, on several threads.
template <class Visit>
Result<void> each_row(const TensorView& view, int threads, JobContext& job, const Visit& visit) {
  const MatrixShape shape = view.matrix();
  const auto rows = [&](const RowTile& tile, std::size_t, int worker) {
    for (std::uint64_t r = 0; r < tile.rows; ++r) {
      visit(tile.w.subspan(r * tile.cols, tile.cols), (tile.first_row + r) / shape.rows, std::size_t(worker));
    }
  };
  return each_tile_at_once(view, tile_rows(view, 0, shape.all_rows(), 1), threads, job, "read range", rows);
}

/// Ranges of the columns of every matrix, as one worker found them; empty before its first row.
struct Columns {
  void add(std::span<const float> row, std::size_t first, std::size_t all) {
    if (lo.empty()) lo.assign(all, infinity), hi.assign(all, -infinity), nan.resize(all), inf.resize(all);
    const std::size_t n = row.size();
    if (widen_each(row, std::span(lo).subspan(first, n), std::span(hi).subspan(first, n))) return;
    for (std::size_t c = 0; c < n; ++c) {
      Range range = {lo[first + c], hi[first + c], nan[first + c], inf[first + c]};
      widen(range, row.subspan(c, 1));
      lo[first + c] = range.lo, hi[first + c] = range.hi, nan[first + c] = range.nan, inf[first + c] = range.inf;
    }
  }

  std::vector<float> lo, hi;
  std::vector<std::uint64_t> nan, inf;
};

}  // namespace

Result<std::span<const Range>> TensorFacts::per_matrix(JobContext& job) {
  if (matrix_.empty()) {
    const std::uint64_t matrices = view_.matrix().matrices;
    std::vector<std::vector<Range>> parts(std::size_t(workers_of(threads_)), std::vector<Range>(matrices, nothing));
    QUANT_CHECK(each_row(view_, threads_, job, [&](std::span<const float> row, std::uint64_t matrix, std::size_t w) {
      widen(parts[w][matrix], row);
    }));
    std::vector<Range> ranges(matrices, nothing);
    for (const auto& part : parts) {
      for (std::size_t m = 0; m < matrices; ++m) merge(ranges[m], part[m]);
    }
    settle(ranges);
    matrix_ = std::move(ranges);
  }
  return matrix_;
}

Result<std::span<const Range>> TensorFacts::per_column(JobContext& job) {
  if (column_.empty()) {
    const MatrixShape shape = view_.matrix();
    const std::size_t n = shape.matrices * shape.cols;
    std::vector<Columns> parts(std::size_t(workers_of(threads_)));
    QUANT_CHECK(each_row(view_, threads_, job, [&](std::span<const float> row, std::uint64_t matrix, std::size_t w) {
      parts[w].add(row, matrix * shape.cols, n);
    }));
    std::vector<Range> ranges(n, nothing);
    for (const Columns& part : parts) {
      for (std::size_t c = 0; c < part.lo.size(); ++c) {
        merge(ranges[c], {part.lo[c], part.hi[c], part.nan[c], part.inf[c]});
      }
    }
    settle(ranges);
    column_ = std::move(ranges);
  }
  return column_;
}

}  // namespace quant
