#include "core/base/threads.h"

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/partitioner.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <vector>

#ifdef __SANITIZE_THREAD__
#include <sanitizer/tsan_interface.h>
#endif

namespace quant {

namespace {

/// What oneTBB promises and ThreadSanitizer cannot see inside it: work begins after the call and ends before it
/// returns, and a worker's pieces follow one another.
class Order {
 public:
#ifdef __SANITIZE_THREAD__
  explicit Order(int workers) : own_(static_cast<std::size_t>(workers)) { __tsan_release(&start_); }
  void begin(int worker) { __tsan_acquire(&start_), __tsan_acquire(&own_[static_cast<std::size_t>(worker)]); }
  void end(int worker) { __tsan_release(&own_[static_cast<std::size_t>(worker)]), __tsan_release(&done_); }
  void join() { __tsan_acquire(&done_); }

 private:
  char start_ = 0, done_ = 0;
  std::vector<char> own_;
#else
  explicit Order(int) {}
  void begin(int) {}
  void end(int) {}
  void join() {}
#endif
};

}  // namespace

int hardware_threads() { return std::max(1, tbb::info::default_concurrency()); }

void parallel_for(std::size_t n, int threads, const std::function<void(std::size_t i, int worker)>& body) {
  // More than the machine has would only make oneTBB warn on stderr.
  const int wanted = threads > 0 ? std::min(threads, hardware_threads()) : hardware_threads();
  const int workers = static_cast<int>(std::min<std::size_t>(static_cast<std::size_t>(wanted), n));
  if (workers <= 1) {
    for (std::size_t i = 0; i < n; ++i) body(i, 0);
    return;
  }
  Order order(workers);
  tbb::task_arena arena(workers);
  arena.execute([&] {
    tbb::parallel_for(
        tbb::blocked_range<std::size_t>(0, n, 1),
        [&](const tbb::blocked_range<std::size_t>& range) {
          const int worker = tbb::this_task_arena::current_thread_index();
          order.begin(worker);
          for (std::size_t i = range.begin(); i != range.end(); ++i) body(i, worker);
          order.end(worker);
        },
        tbb::simple_partitioner());
  });
  order.join();
}

}  // namespace quant
