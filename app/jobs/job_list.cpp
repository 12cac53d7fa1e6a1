#include "app/jobs/job_list.h"

#include <algorithm>

namespace app {

JobList::JobList(QObject* parent) : QObject(parent) {
  lane_.setMaxThreadCount(1);
  pool_.setMaxThreadCount(std::max(2, QThread::idealThreadCount()));
  tick_.setInterval(100);
  connect(&tick_, &QTimer::timeout, this, &JobList::changed);
}

JobList::~JobList() = default;

int JobList::add(const QString& title, std::function<double()> fraction, std::function<void()> cancel) {
  Entry entry{++last_id_, title, std::move(fraction), std::move(cancel), {}};
  entry.since.start();
  running_.push_back(std::move(entry));
  tick_.start();
  Q_EMIT changed();
  return last_id_;
}

void JobList::finish(int id) {
  if (std::erase_if(running_, [id](const Entry& e) { return e.id == id; }) == 0) return;
  if (running_.empty()) tick_.stop();
  Q_EMIT changed();
}

void JobList::cancelAll() {
  const auto entries = running_;  // a cancel may finish its entry
  for (const Entry& entry : entries) entry.cancel();
}

double JobList::fraction() const {
  if (running_.empty()) return 1;
  double sum = 0;
  for (const Entry& entry : running_) sum += entry.fraction();
  return sum / double(running_.size());
}

std::optional<double> JobList::remaining() const {
  std::optional<double> most;
  for (const Entry& entry : running_) {
    const double seconds = double(entry.since.elapsed()) / 1000, done = entry.fraction();
    if (done <= 0 || (seconds < 3 && done < 0.05)) continue;
    most = std::max(most.value_or(0), seconds * (1 - done) / done);
  }
  return most;
}

}  // namespace app
