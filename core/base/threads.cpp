#include "core/base/threads.h"

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/partitioner.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>

namespace quant {

int hardware_threads() { return std::max(1, tbb::info::default_concurrency()); }

void parallel_for(std::size_t n, int threads, const std::function<void(std::size_t i, int worker)>& body) {
  // More than the machine has would only make oneTBB warn on stderr.
  const int wanted = threads > 0 ? std::min(threads, hardware_threads()) : hardware_threads();
  const int workers = static_cast<int>(std::min<std::size_t>(static_cast<std::size_t>(wanted), n));
  if (workers <= 1) {
    for (std::size_t i = 0; i < n; ++i) body(i, 0);
    return;
  }
  tbb::task_arena arena(workers);
  arena.execute([&] {
    tbb::parallel_for(
        tbb::blocked_range<std::size_t>(0, n, 1),
        [&](const tbb::blocked_range<std::size_t>& range) {
          const int worker = tbb::this_task_arena::current_thread_index();
          for (std::size_t i = range.begin(); i != range.end(); ++i) body(i, worker);
        },
        tbb::simple_partitioner());
  });
}

}  // namespace quant
