#pragma once
// The one bridge from core's work to the window.

#include <QCoreApplication>
#include <QPointer>
#include <QThreadPool>
#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
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
    state_->context.stop = stop_.get_token();
    pool->start([state = state_, work = std::move(work)]() mutable {
      try {
        deliver(state, work(state->context));
      } catch (const std::bad_alloc&) {
        deliver(state, quant::failure(quant::ErrorCode::no_memory, "cannot finish the work", "memory",
                                      "the machine has no more",
                                      "close other programs, or lower the ceiling for working memory"));
      }
    });
  }
  RunningJob(const RunningJob&) = delete;
  RunningJob& operator=(const RunningJob&) = delete;
  ~RunningJob() { cancel(); }

  void cancel() { stop_.request_stop(); }

  /// Share that is done, 0 … 1; 0 while the total is not known. Asked by a timer: workers never signal per tile.
  double fraction() const {
    const auto total = state_->context.total.load();
    return total == 0 ? 0.0 : std::min(1.0, double(state_->context.done.load()) / double(total));
  }

  /// Calls `slot(Result<T>)` once, from the event loop of the window, also when cancelled; never after this job or the
  /// receiver is destroyed, and never before this call returns.
  template <class Slot>
  void then(QObject* receiver, Slot slot) {
    const std::lock_guard lock(state_->mutex);
    state_->slot = [alive = std::weak_ptr<char>(alive_), receiver = QPointer<QObject>(receiver),
                    slot = std::move(slot)](quant::Result<T> r) mutable {
      if (alive.lock() && receiver) slot(std::move(r));
    };
    post(state_);
  }

 private:
  // Not QFuture::then: in Qt 6.4 it can wait for ever for a mutex when the work ends while the continuation is
  // attached.
  struct State {
    quant::JobContext context;
    std::mutex mutex;
    std::optional<quant::Result<T>> result;
    std::function<void(quant::Result<T>)> slot;
  };

  static void deliver(const std::shared_ptr<State>& state, quant::Result<T> result) {
    const std::lock_guard lock(state->mutex);
    state->result = std::move(result);
    post(state);
  }

  /// With the mutex held: sends the result on its way once both it and the slot are there.
  static void post(const std::shared_ptr<State>& state) {
    if (!state->result || !state->slot || !QCoreApplication::instance()) return;
    auto call = [slot = std::move(state->slot), result = std::move(*state->result)]() mutable {
      slot(std::move(result));
    };
    state->slot = nullptr;
    QMetaObject::invokeMethod(QCoreApplication::instance(), std::move(call), Qt::QueuedConnection);
  }

  std::shared_ptr<State> state_ = std::make_shared<State>();
  std::shared_ptr<char> alive_ = std::make_shared<char>();
  std::stop_source stop_;
};

}  // namespace app
