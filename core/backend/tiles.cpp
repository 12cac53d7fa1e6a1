#include "core/backend/tiles.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <vector>

#include "core/base/threads.h"

namespace quant {

namespace {

std::uint64_t quarter_of_ram() {
  const long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGE_SIZE);
  if (pages <= 0 || size <= 0) return std::uint64_t{1} << 30;
  return static_cast<std::uint64_t>(pages) / 4 * static_cast<std::uint64_t>(size);
}

/// The first failure of several threads.
class FirstError {
 public:
  void set(Error error) {
    const std::scoped_lock lock(mutex_);
    if (!failed_.exchange(true)) error_ = std::move(error);
  }
  bool failed() const { return failed_; }
  Error take() { return std::move(error_); }

 private:
  std::mutex mutex_;
  std::atomic<bool> failed_ = false;
  Error error_;
};

}  // namespace

TileCut cut_tiles(const MatrixShape& shape, std::uint64_t alignment, std::uint64_t weights) {
  TileCut cut;
  cut.rows = shape.all_rows();
  cut.cols = shape.cols;
  if (cut.rows == 0 || cut.cols == 0) return cut;
  const std::uint64_t step = std::max<std::uint64_t>(1, alignment);
  cut.rows_per_tile = std::max<std::uint64_t>(1, weights / cut.cols / step) * step;
  cut.tiles = static_cast<std::size_t>((cut.rows - 1) / cut.rows_per_tile + 1);
  return cut;
}

int workers_that_fit(const Devices& devices, int concurrency, std::uint64_t bytes_per_worker) {
  const int wanted = concurrency > 0 ? concurrency : hardware_threads();
  const std::uint64_t ceiling = devices.memory > 0 ? devices.memory : quarter_of_ram();
  const std::uint64_t fitting = ceiling / std::max<std::uint64_t>(1, bytes_per_worker);
  return static_cast<int>(std::clamp<std::uint64_t>(fitting, 1, static_cast<std::uint64_t>(wanted)));
}

Result<void> for_tiles(const TensorView& view, const TileCut& cut, int workers, JobContext& job, const TileWork& work) {
  std::vector<std::vector<float>> scratch(static_cast<std::size_t>(workers));
  FirstError error;
  parallel_for(cut.tiles, workers, [&](std::size_t i, int worker) {
    if (error.failed() || job.stopped()) return;
    const auto tile = read_tile(view, cut.first(i), cut.count(i), scratch[static_cast<std::size_t>(worker)]);
    if (!tile) return error.set(tile.error());
    if (const auto done = work(*tile, i, worker); !done) error.set(done.error());
  });
  if (error.failed()) return tl::unexpected(error.take());
  if (job.stopped()) return cancelled("read " + view.tensor().name);
  return {};
}

}  // namespace quant
