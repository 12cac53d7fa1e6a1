#pragma once
// How methods walk over a tensor: runs of a row that share a scale, and tiles of a whole tensor for what `fit` learns.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/jobs/job.h"
#include "core/tensor/tensor.h"

namespace quant {

/// Largest magnitude of the finite values; 0 where there are none.
inline float finite_absmax(std::span<const float> w) {
  float peak = 0;
  for (const float x : w)
    if (std::isfinite(x)) peak = std::max(peak, std::fabs(x));
  return peak;
}

/// Calls visit(row, first element, elements, run number) for every `length` neighbours of a row; the last run of a row
/// may be short. `length` 0 is the whole row.
template <class Visit>
void each_run(std::uint64_t rows, std::uint64_t cols, std::uint64_t length, Visit visit) {
  const std::uint64_t step = length == 0 ? cols : length;
  std::uint64_t run = 0;
  for (std::uint64_t r = 0; r < rows; ++r)
    for (std::uint64_t c = 0; c < cols; c += step, ++run) visit(r, r * cols + c, std::min(step, cols - c), run);
}

/// Tiles of the rows [first, last): each but the last holds `step` rows.
struct TileRows {
  std::uint64_t first = 0, last = 0, step = 1;
  std::size_t tiles() const { return last > first ? std::size_t((last - first - 1) / step + 1) : 0; }
};
/// The cut that each_tile makes.
TileRows tile_rows(const TensorView& view, std::uint64_t first, std::uint64_t last, std::uint64_t alignment);

/// Calls visit(tile) for the rows [first, last) of the tensor in order, in tiles that fit a second-level cache and hold
/// a multiple of `alignment` rows. Errors: io, cancelled ("<what> of <tensor>").
template <class Visit>
Result<void> each_tile(const TensorView& view, std::uint64_t first, std::uint64_t last, std::uint64_t alignment,
                       JobContext& job, const char* what, Visit visit) {
  const TileRows rows = tile_rows(view, first, last, alignment);
  std::vector<float> scratch;
  for (std::uint64_t row = first; row < last; row += rows.step) {
    if (job.stopped()) return cancelled(std::string(what) + " of " + view.tensor().name);
    QUANT_TRY(tile, read_tile(view, row, std::min(rows.step, last - row), scratch));
    visit(tile);
  }
  return {};
}

/// Workers that each_tile_at_once uses at most.
int workers_of(int threads);
/// Calls visit(tile, number of the tile, worker) for all tiles on up to `threads` threads (0 = all), worker in
/// [0, workers_of(threads)). The order is free: results must be kept by tile, or merge exactly. Errors as each_tile.
Result<void> each_tile_at_once(const TensorView& view, const TileRows& rows, int threads, JobContext& job,
                               const char* what,
                               const std::function<void(const RowTile& tile, std::size_t number, int worker)>& visit);

}  // namespace quant
