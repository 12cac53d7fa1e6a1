#pragma once
// The one bridge from core's work to the window.

#include <QFuture>
#include <QThreadPool>
#include <QtConcurrent>
#include <atomic>
#include <memory>
#include <new>
#include <stop_token>

#include "core/base/result.h"
#include "core/jobs/job.h"

namespace app {

/// Core work on a pool thread, seen from the window. Owned by whoever wants the result; destroying or replacing it
/// cancels the work and drops its result, so a newer request supersedes an older one.
/// T must be copyable: large results travel as shared_ptr.
template <class T>
class RunningJob {
 public:
  template <class Work>  // Work: Result<T>(JobContext&)
  RunningJob(QThreadPool* pool, Work work) {
    context_->stop = stop_.get_token();
    future_ = QtConcurrent::run(pool, [ctx = context_, work = std::move(work)]() mutable -> quant::Result<T> {
      try {
        return work(*ctx);
      } catch (const std::bad_alloc&) {
        return quant::failure(quant::ErrorCode::no_memory, "cannot finish the work", "memory",
                              "the machine has no more",
                              "close other programs, or lower the ceiling for working memory");
      }
    });
  }
  RunningJob(const RunningJob&) = delete;
  RunningJob& operator=(const RunningJob&) = delete;
  ~RunningJob() { cancel(); }

  void cancel() { stop_.request_stop(); }

  /// Share that is done, 0 … 1; 0 while the total is not known. Asked by a timer: workers never signal per tile.
  double fraction() const {
    const auto total = context_->total.load();
    return total == 0 ? 0.0 : std::min(1.0, double(context_->done.load()) / double(total));
  }

  /// Calls `slot(Result<T>)` once, on the receiver's thread, also when cancelled; never after this job is destroyed.
  template <class Slot>
  void then(QObject* receiver, Slot slot) {
    future_.then(receiver, [alive = std::weak_ptr<char>(alive_), slot = std::move(slot)](quant::Result<T> r) mutable {
      if (alive.lock()) slot(std::move(r));
    });
  }

 private:
  std::shared_ptr<quant::JobContext> context_ = std::make_shared<quant::JobContext>();
  std::shared_ptr<char> alive_ = std::make_shared<char>();
  std::stop_source stop_;
  QFuture<quant::Result<T>> future_;
};

}  // namespace app
