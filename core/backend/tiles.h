#pragma once
// Cutting a tensor into tiles and running work on them: reading, threads, cancellation, the first error.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <new>
#include <string>

#include "core/backend/analysis.h"
#include "core/jobs/job.h"
#include "core/tensor/tensor.h"

namespace quant {

/// How the rows of a tensor are cut. The cut depends on the tensor and the backend alone, never on the threads.
struct TileCut {
  std::uint64_t rows = 0;  ///< all rows of the tensor
  std::uint64_t cols = 0;
  std::uint64_t rows_per_tile = 1;  ///< a multiple of the alignment; the last tile may be shorter
  std::size_t tiles = 0;

  std::uint64_t first(std::size_t tile) const { return tile * rows_per_tile; }
  std::uint64_t count(std::size_t tile) const { return std::min(rows_per_tile, rows - first(tile)); }
};

/// Tiles of about `weights` elements; one row at least. No tiles where the tensor is empty.
TileCut cut_tiles(const MatrixShape& shape, std::uint64_t alignment, std::uint64_t weights);

/// Workers that fit: at most `concurrency` (0 = all hardware threads), fewer where the ceiling of `devices` holds fewer
/// working sets of `bytes_per_worker`; one at least.
int workers_that_fit(const Devices& devices, int concurrency, std::uint64_t bytes_per_worker);

using TileWork = std::function<Result<void>(const RowTile& tile, std::size_t index, int worker)>;

/// Reads every tile once and hands it to `work`, on `workers` threads. Errors: of the reader or of `work` (the first
/// one ends the run), cancelled.
Result<void> for_tiles(const TensorView& view, const TileCut& cut, int workers, JobContext& job, const TileWork& work);

/// Runs `body` and turns a failed allocation into no_memory.
template <class Body>
auto guard_memory(const char* what, const std::string& where, const Body& body) -> decltype(body()) {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return failure(ErrorCode::no_memory, what, where, "an allocation failed",
                   "close other programs, or use fewer threads");
  }
}

}  // namespace quant
