#include "core/methods/walk.h"

#include <atomic>
#include <mutex>
#include <optional>

#include "core/base/threads.h"

namespace quant {

TileRows tile_rows(const TensorView& view, std::uint64_t first, std::uint64_t last, std::uint64_t alignment) {
  constexpr std::uint64_t tile_weights = std::uint64_t{1} << 18;  // 1 MiB of float32
  const std::uint64_t cols = std::max<std::uint64_t>(1, view.matrix().cols);
  return {first, last, alignment * std::max<std::uint64_t>(1, tile_weights / (cols * alignment))};
}

int workers_of(int threads) { return threads > 0 ? std::min(threads, hardware_threads()) : hardware_threads(); }

Result<void> each_tile_at_once(const TensorView& view, const TileRows& rows, int threads, JobContext& job,
                               const char* what,
                               const std::function<void(const RowTile& tile, std::size_t number, int worker)>& visit) {
  std::vector<std::vector<float>> scratch(static_cast<std::size_t>(workers_of(threads)));
  std::mutex mutex;
  std::optional<Error> error;
  std::atomic<bool> failed = false;
  parallel_for(rows.tiles(), workers_of(threads), [&](std::size_t i, int worker) {
    if (failed || job.stopped()) return;
    const std::uint64_t row = rows.first + i * rows.step;
    const auto tile =
        read_tile(view, row, std::min(rows.step, rows.last - row), scratch[static_cast<std::size_t>(worker)]);
    if (tile) return visit(*tile, i, worker);
    const std::scoped_lock lock(mutex);
    failed = true;
    if (!error) error = tile.error();
  });
  if (error) return tl::unexpected(std::move(*error));
  if (job.stopped()) return cancelled(std::string(what) + " of " + view.tensor().name);
  return {};
}

}  // namespace quant
