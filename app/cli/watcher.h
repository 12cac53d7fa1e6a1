#pragma once
// A thread beside long work: shows its progress on stderr and turns Ctrl-C into a request to stop.

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "app/cli/arguments.h"
#include "core/jobs/job.h"

namespace quant::cli {

/// Installs handlers for SIGINT and SIGTERM: they stop the watched job, or end the process with 130 where none runs.
void handle_interrupts();

/// "analyze  42 %  1.21 G of 2.88 G weights  310 M/s  5 s left": a line of at most 100 columns.
std::string progress_line(std::string_view doing, std::uint64_t done, std::uint64_t total, double seconds);

/// Watches `job` until it is destroyed. Draws a line in place on a terminal, a line every two seconds elsewhere.
class Watcher {
 public:
  Watcher(std::string doing, JobContext& job, std::stop_source stop, Progress progress);
  ~Watcher();
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  /// Prints a line of its own without tearing the progress line.
  void say(const std::string& line);

 private:
  void watch();
  void draw();
  void wipe();

  std::string doing_;
  JobContext& job_;
  std::stop_source stop_;
  bool shown_ = false, terminal_ = false;
  std::size_t drawn_ = 0;  // columns of the line that stands on the terminal
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now(), last_ = start_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool over_ = false;
  std::thread thread_;
};

}  // namespace quant::cli
