#include "app/jobs/measure_queue.h"

#include <algorithm>

#include "app/jobs/job_list.h"
#include "core/tensor/calibration.h"

namespace app {
namespace {

/// One result where a tensor was compared; a storage that cannot be read refuses, as a scheme does.
quant::Result<MeasureQueue::Analyses> compared(const Sight& sight, int tensor, quant::JobContext& job) {
  quant::Analysis found;
  if (auto seen = sight.tensor(std::size_t(tensor))) {
    QUANT_TRY(measured, quant::compare(*seen->stored, *seen->w, sight.devices, job));
    found = std::move(measured);
  } else {
    const auto code = seen.error().code;
    if (code != quant::ErrorCode::unsupported && code != quant::ErrorCode::malformed &&
        code != quant::ErrorCode::refused)
      return tl::unexpected(seen.error());
    found.refused = seen.error().why;
  }
  found.tensor = sight.source->tensors()[std::size_t(tensor)].name;
  found.scheme = sight.original->choice.toStdString();
  if (sight.devices.calibration) found.calibration = sight.devices.calibration->fingerprint(found.tensor);
  auto all = std::make_shared<std::vector<quant::Analysis>>();
  all->push_back(std::move(found));
  return all;
}

}  // namespace

MeasureQueue::MeasureQueue(JobList& jobs, QObject* parent) : QObject(parent), jobs_(jobs) {}
MeasureQueue::~MeasureQueue() = default;

void MeasureQueue::setSource(std::shared_ptr<const quant::Source> source) {
  cancel();
  source_ = std::move(source);
}

void MeasureQueue::addAnalysis(int tensor, std::vector<quant::Scheme> schemes, bool urgent) {
  if (!source_ || schemes.empty()) return;
  const double weight = double(source_->tensors()[std::size_t(tensor)].elements()) * double(schemes.size());
  ask({tensor, std::move(schemes), nullptr, weight}, urgent);
}

void MeasureQueue::addComparison(int tensor, std::shared_ptr<const Original> original, bool urgent) {
  if (!source_ || !original) return;
  ask({tensor, {}, std::move(original), double(source_->tensors()[std::size_t(tensor)].elements())}, urgent);
}

/// Once each: what waits is brought forward where it is urgent now.
void MeasureQueue::ask(Task task, bool urgent) {
  if (running_ && task.sameAs(current_)) return;
  const auto twin =
      std::find_if(waiting_.begin(), waiting_.end(), [&](const Task& waits) { return task.sameAs(waits); });
  if (twin != waiting_.end()) {
    if (!urgent) return;
    total_weight_ -= twin->weight;
    asked_ -= twin->asks();
    waiting_.erase(twin);
  }
  asked_ += task.asks();
  push(std::move(task), urgent);
}

void MeasureQueue::addValues(int tensor) {
  if (!source_) return;
  const auto same = [tensor](const Task& t) { return t.tensor == tensor && t.isValues(); };
  if ((running_ && same(current_)) || std::any_of(waiting_.begin(), waiting_.end(), same)) return;
  push({tensor, {}, nullptr, double(source_->tensors()[std::size_t(tensor)].elements())}, false);
}

void MeasureQueue::push(Task task, bool urgent) {
  total_weight_ += task.weight;
  if (urgent)
    waiting_.push_front(std::move(task));
  else if (task.isValues())  // value statistics are quick and on screen: before analyses that wait
    waiting_.insert(std::find_if(waiting_.begin(), waiting_.end(), [](const Task& t) { return !t.isValues(); }),
                    std::move(task));
  else
    waiting_.push_back(std::move(task));
  if (entry_ == 0)
    entry_ = jobs_.add(
        tr("Measuring"), [this] { return fraction(); }, [this] { cancel(); });
  if (!running_) next();
}

void MeasureQueue::cancel() {
  if (idle()) return;
  waiting_.clear();
  running_.reset();
  settle(true);
}

double MeasureQueue::fraction() const {
  if (total_weight_ <= 0) return 0;
  return std::min(1.0, (finished_weight_ + (running_ ? running_->fraction() * current_.weight : 0)) / total_weight_);
}

quant::Result<MeasureQueue::Done> MeasureQueue::work(const Task& task, const Sight& sight, quant::JobContext& job) {
  if (task.original) {
    QUANT_TRY(analyses, compared(sight, task.tensor, job));
    return Done{std::move(analyses), nullptr};
  }
  QUANT_TRY(seen, sight.tensor(std::size_t(task.tensor)));
  if (task.isValues()) {
    QUANT_TRY(figures, quant::value_statistics(*seen.w, sight.devices, job));
    return Done{nullptr, std::make_shared<const quant::ValueFigures>(std::move(figures))};
  }
  QUANT_TRY(analyses, quant::analyze(*seen.w, task.schemes, sight.devices, job));
  return Done{std::make_shared<std::vector<quant::Analysis>>(std::move(analyses)), nullptr};
}

void MeasureQueue::next() {
  if (waiting_.empty()) return settle(false);
  current_ = std::move(waiting_.front());
  waiting_.pop_front();
  running_ = std::make_unique<RunningJob<Done>>(jobs_.lane(),
                                                [source = source_, device = device_, calibration = calibration_,
                                                 task = current_](quant::JobContext& job) -> quant::Result<Done> {
                                                  quant::Devices devices = device->devices(0, 0);
                                                  devices.calibration = calibration.get();
                                                  return work(task, {source, task.original, {}, device, devices}, job);
                                                });
  running_->then(this, [this](quant::Result<Done> result) { done(std::move(result)); });
}

void MeasureQueue::done(quant::Result<Done> result) {
  finished_weight_ += current_.weight;
  running_.reset();
  const int tensor = current_.tensor;
  if (!result) {
    if (result.error().code != quant::ErrorCode::cancelled) Q_EMIT failed(result.error());
  } else if (result->analyses) {
    kept_ += int(result->analyses->size());
    Q_EMIT analysed(tensor, result->analyses);
  } else if (result->values) {
    Q_EMIT valued(tensor, result->values);
  }
  if (!running_) next();  // a slot may have added an urgent task already
}

void MeasureQueue::settle(bool cancelled) {
  const int kept = kept_, asked = asked_;
  kept_ = asked_ = 0;
  finished_weight_ = total_weight_ = 0;
  jobs_.finish(std::exchange(entry_, 0));
  Q_EMIT finished(kept, asked, cancelled);
}

}  // namespace app
