// A matrix reduced to cells, for maps: every element counts, in bounded memory, the same bits for any thread count.

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/backend/fitted.h"
#include "core/base/threads.h"

namespace quant {

namespace {

constexpr std::uint64_t stripes_at_most = 32;  // partial column sums: 32 × cols doubles, whatever the threads

/// What accumulates in one cell or one column.
struct Cell {
  double sum = 0, squares = 0, peak = 0;
  std::uint64_t count = 0;

  void add(double x) {
    sum += x;
    squares += x * x;
    if (std::fabs(x) > std::fabs(peak)) peak = x;
    ++count;
  }

  float reduce(Reduction how) const {
    if (count == 0) return std::numeric_limits<float>::quiet_NaN();
    const auto n = static_cast<double>(count);
    switch (how) {
      case Reduction::max_abs: return static_cast<float>(std::fabs(peak));
      case Reduction::peak: return static_cast<float>(peak);
      case Reduction::rms: return static_cast<float>(std::sqrt(squares / n));
      case Reduction::mean: return static_cast<float>(sum / n);
    }
    return 0;
  }
};

std::uint64_t ceil_div(std::uint64_t a, std::uint64_t b) { return a == 0 ? 0 : (a - 1) / b + 1; }

/// The tile restored, as far as the view needs it.
struct Seen {
  QuantizedTile q;
  StoredCodes stored;  // of a stored tensor
  std::vector<float> steps;
};

class MapRun {
 public:
  MapRun(const TensorView& view, Fitted fitted, MapView what, Reduction how, JobContext& job)
      : view_(view), fitted_(std::move(fitted)), what_(what), how_(how), job_(job), shape_(view.matrix()) {}

  Result<MapGrid> operator()(std::uint64_t max_rows, std::uint64_t max_cols, int workers) {
    layout(std::max<std::uint64_t>(1, max_rows), std::max<std::uint64_t>(1, max_cols));
    const std::uint64_t stripes = std::min(grid_.rows, stripes_at_most);
    std::vector<std::vector<Cell>> columns(stripes);
    std::vector<Result<void>> results(stripes);
    parallel_for(stripes, workers, [&](std::size_t s, int) {
      const std::uint64_t first = grid_.rows * s / stripes, last = grid_.rows * (s + 1) / stripes;
      if (fitted_.restores()) columns[s].resize(shape_.cols);
      for (std::uint64_t r = first; r < last && results[s]; ++r) results[s] = row_of_cells(r, columns[s]);
    });
    for (const auto& r : results) QUANT_CHECK(r);
    if (fitted_.restores()) join_columns(columns);
    return std::move(grid_);
  }

 private:
  void layout(std::uint64_t max_rows, std::uint64_t max_cols) {
    const std::uint64_t rows = shape_.all_rows();
    const std::uint64_t step = fitted_.row_alignment(shape_.cols);
    grid_.block_rows = std::max(step, ceil_div(ceil_div(rows, max_rows), step) * step);
    grid_.block_cols = std::max<std::uint64_t>(1, ceil_div(shape_.cols, max_cols));
    grid_.rows = shape_.cols == 0 ? 0 : ceil_div(rows, grid_.block_rows);
    grid_.cols = ceil_div(shape_.cols, grid_.block_cols);
    grid_.cells.resize(grid_.rows * grid_.cols);
    if (fitted_.restores()) grid_.row_rmse.resize(rows), grid_.col_rmse.resize(shape_.cols);
    rows_per_tile_ =
        std::max<std::uint64_t>(1, fitted_.backend->tile_weights() / std::max<std::uint64_t>(1, shape_.cols) / step) *
        step;
  }

  /// One row of cells, tile after tile.
  Result<void> row_of_cells(std::uint64_t r, std::vector<Cell>& columns) {
    std::vector<Cell> cells(grid_.cols);
    std::vector<float> scratch;
    const std::uint64_t first = r * grid_.block_rows, last = std::min(first + grid_.block_rows, shape_.all_rows());
    for (std::uint64_t at = first; at < last; at += rows_per_tile_) {
      if (job_.stopped()) return cancelled("make a map of " + view_.tensor().name);
      QUANT_TRY(tile, read_tile(view_, at, std::min(rows_per_tile_, last - at), scratch));
      QUANT_TRY(seen, look(tile));
      for (std::uint64_t i = 0; i < tile.rows; ++i) add_row(tile, seen, i, cells, columns);
      job_.done += tile.w.size();
    }
    for (std::uint64_t c = 0; c < grid_.cols; ++c) grid_.cells[r * grid_.cols + c] = cells[c].reduce(how_);
    return {};
  }

  bool shows_codes() const { return what_ == MapView::code || what_ == MapView::scale; }

  Result<Seen> look(const RowTile& tile) const {
    Seen seen;
    if (!fitted_.restores()) return seen;
    QUANT_TRY(q, fitted_.restore(tile));
    seen.q = std::move(q);
    if (fitted_.stored) {
      if (shows_codes()) QUANT_CHECK(fitted_.stored->read_codes(tile.first_row, tile.rows, seen.stored));
    } else if (what_ == MapView::error_steps || what_ == MapView::scale) {
      seen.steps.resize(tile.w.size());
      fitted_.quantizer->steps(tile, seen.q, seen.steps);
    }
    return seen;
  }

  void add_row(const RowTile& tile, const Seen& seen, std::uint64_t row, std::vector<Cell>& cells,
               std::vector<Cell>& columns) {
    Cell of_row;
    for (std::uint64_t c = 0; c < tile.cols; ++c) {
      const auto i = static_cast<std::size_t>(row * tile.cols + c);
      if (!std::isfinite(tile.w[i])) continue;
      const double shown = value(tile, seen, i, tile.first_row + row, c);
      if (std::isfinite(shown)) cells[c / grid_.block_cols].add(shown);
      if (!fitted_.restores()) continue;
      const double e = static_cast<double>(seen.q.values[i]) - tile.w[i];
      if (!std::isfinite(e)) continue;
      of_row.add(e);
      columns[c].add(e);
    }
    if (fitted_.restores()) grid_.row_rmse[tile.first_row + row] = of_row.reduce(Reduction::rms);
  }

  double value(const RowTile& tile, const Seen& seen, std::size_t i, std::uint64_t row, std::uint64_t col) const {
    constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
    const double w = tile.w[i];
    if (!fitted_.restores()) return w;
    if (fitted_.stored && shows_codes()) return what_ == MapView::code ? seen.stored.codes[i] : seen.stored.scales[i];
    const double e = static_cast<double>(seen.q.values[i]) - w;
    switch (what_) {
      case MapView::weight: return w;
      case MapView::value: return seen.q.values[i];
      case MapView::error: return e;
      case MapView::error_steps: return seen.steps[i] > 0 ? e / seen.steps[i] : nothing;
      case MapView::code:
        if (seen.q.codes.empty()) return nothing;
        return fitted_.quantizer->codes().is_signed ? static_cast<std::int8_t>(seen.q.codes[i]) : seen.q.codes[i];
      case MapView::scale: return scale(tile, seen, i, row, col);
    }
    return nothing;
  }

  /// The scale of the element's region; the local step where the scheme has no scales.
  double scale(const RowTile& tile, const Seen& seen, std::size_t i, std::uint64_t row, std::uint64_t col) const {
    const RowQuantizer& q = *fitted_.quantizer;
    const auto& scales = seen.q.scales.empty() ? q.shared().scales : seen.q.scales;
    const std::size_t region = region_index(q, tile, row, col, seen.q.scales.empty());
    return q.region() != Region::none && region < scales.size() ? scales[region] : seen.steps[i];
  }

  void join_columns(const std::vector<std::vector<Cell>>& stripes) {
    for (std::uint64_t c = 0; c < shape_.cols; ++c) {
      Cell all;
      for (const auto& stripe : stripes) {
        all.squares += stripe[c].squares;
        all.count += stripe[c].count;
      }
      grid_.col_rmse[c] = all.reduce(Reduction::rms);
    }
  }

  const TensorView& view_;
  Fitted fitted_;
  MapView what_;
  Reduction how_;
  JobContext& job_;
  MatrixShape shape_;
  MapGrid grid_;
  std::uint64_t rows_per_tile_ = 1;
};

Result<MapGrid> map_of(const TensorView& view, const Approximation& of, MapView what, Reduction how,
                       std::uint64_t max_rows, std::uint64_t max_cols, const Devices& devices, JobContext& job) {
  QUANT_TRY(fitted, fit(view, of, devices, job));
  if (fitted.stored && what == MapView::error_steps)
    return failure(ErrorCode::unsupported, "make a map", view.tensor().name,
                   "no local step is known of a stored tensor", "look at its error in weight units");
  if (!fitted.restores() && what != MapView::weight) {
    return failure(ErrorCode::usage, "make a map", view.tensor().name, "this map shows a scheme and none was given",
                   "choose a scheme, or the map of the weights");
  }
  const std::uint64_t per_worker = std::max(fitted.backend->tile_weights(), view.matrix().cols) * tile_bytes_per_weight;
  const int workers = workers_that_fit(devices, fitted.backend->concurrency(devices.threads), per_worker);
  return MapRun(view, std::move(fitted), what, how, job)(max_rows, max_cols, workers);
}

}  // namespace

Result<MapGrid> reduce_map(const TensorView& view, const Approximation& of, MapView what, Reduction reduction,
                           std::uint64_t max_rows, std::uint64_t max_cols, const Devices& devices, JobContext& job) {
  return guard_memory("make a map", view.tensor().name,
                      [&] { return map_of(view, of, what, reduction, max_rows, max_cols, devices, job); });
}

}  // namespace quant
