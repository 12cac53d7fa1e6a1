#include "app/cli/watcher.h"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cmath>
#include <csignal>
#include <cstdio>

namespace quant::cli {
namespace {

std::atomic<bool> interrupted{false}, watching{false};
static_assert(std::atomic<bool>::is_always_lock_free, "handlers may touch lock-free atomics alone");

// A second signal, or one while nothing is watched, ends at once: output files are renamed in one step, so nothing is
// half written.
void on_signal(int) {
  if (watching.load() && !interrupted.exchange(true)) return;
  constexpr char line[] = "error: run: by the user: stopped before the end; run it again\n";
  [[maybe_unused]] const auto written = write(STDERR_FILENO, line, sizeof line - 1);
  _exit(130);
}

std::string count(double n) {
  if (n >= 1e9) return fmt::format("{:.2f} G", n / 1e9);
  if (n >= 1e6) return fmt::format("{:.1f} M", n / 1e6);
  if (n >= 1e3) return fmt::format("{:.0f} k", n / 1e3);
  return fmt::format("{:.0f}", n);
}

std::string duration(double seconds) {
  const auto s = std::lround(seconds);
  if (s < 60) return fmt::format("{} s", s);
  if (s < 3600) return fmt::format("{}:{:02} min", s / 60, s % 60);
  return fmt::format("{}:{:02} h", s / 3600, s / 60 % 60);
}

}  // namespace

void handle_interrupts() {
  struct sigaction action = {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

std::string progress_line(std::string_view doing, std::uint64_t done, std::uint64_t total, double seconds) {
  const double n = static_cast<double>(done), all = static_cast<double>(total);
  if (total == 0 || done == 0) return fmt::format("{}  {}", doing, duration(seconds));
  const double share = std::min(n / all, 1.0), left = seconds * (1 / share - 1);
  return fmt::format("{}  {:.0f} %  {} of {} weights  {}/s  {} left", doing, std::min(100 * share, 99.0),
                     count(std::min(n, all)), count(all), count(n / std::max(seconds, 1e-3)), duration(left));
}

Watcher::Watcher(std::string doing, JobContext& job, std::stop_source stop, Progress progress)
    : doing_(std::move(doing)), job_(job), stop_(std::move(stop)), terminal_(isatty(STDERR_FILENO) == 1) {
  shown_ = progress == Progress::always || (progress == Progress::automatic && terminal_);
  watching = true;
  thread_ = std::thread([this] { watch(); });
}

Watcher::~Watcher() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  wake_.notify_all();
  thread_.join();
  wipe();
  watching = false;
}

void Watcher::say(const std::string& line) {
  const std::lock_guard lock(mutex_);
  wipe();
  std::fprintf(stderr, "%s\n", line.c_str());
}

void Watcher::watch() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, std::chrono::milliseconds(100), [this] { return over_; })) {
    if (interrupted) stop_.request_stop();
    if (shown_) draw();
  }
}

void Watcher::draw() {
  using std::chrono::steady_clock;
  const auto now = steady_clock::now();
  if (now - start_ < std::chrono::milliseconds(300)) return;  // short work needs no line
  if (!terminal_ && now - last_ < std::chrono::seconds(2)) return;
  last_ = now;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const auto line = progress_line(doing_, job_.done, job_.total, seconds);
  if (!terminal_) {
    std::fprintf(stderr, "%s\n", line.c_str());
    return;
  }
  wipe();
  std::fprintf(stderr, "%s", line.c_str());
  std::fflush(stderr);
  drawn_ = line.size();
}

void Watcher::wipe() {
  if (drawn_ > 0) std::fputs("\r\x1b[K", stderr);
  drawn_ = 0;
}

}  // namespace quant::cli
