#include "app/jobs/measure_queue.h"

#include <algorithm>

#include "app/jobs/job_list.h"

namespace app {

MeasureQueue::MeasureQueue(JobList& jobs, QObject* parent) : QObject(parent), jobs_(jobs) {}
MeasureQueue::~MeasureQueue() = default;

void MeasureQueue::setSource(std::shared_ptr<const quant::Source> source) {
  cancel();
  source_ = std::move(source);
}

void MeasureQueue::addAnalysis(int tensor, std::vector<quant::Scheme> schemes, bool urgent) {
  if (!source_ || schemes.empty()) return;
  const auto& t = source_->tensors()[std::size_t(tensor)];
  const auto same = [&](const Task& task) { return task.tensor == tensor && task.schemes == schemes; };
  if (running_ && same(current_)) return;
  if (const auto twin = std::find_if(waiting_.begin(), waiting_.end(), same); twin != waiting_.end()) {
    if (!urgent) return;
    total_weight_ -= twin->weight;
    waiting_.erase(twin);
    asked_ -= int(schemes.size());
  }
  asked_ += int(schemes.size());
  const double weight = double(t.elements()) * double(schemes.size());
  push({tensor, std::move(schemes), weight}, urgent);
}

void MeasureQueue::addValues(int tensor) {
  if (!source_) return;
  const auto same = [tensor](const Task& t) { return t.tensor == tensor && t.schemes.empty(); };
  if ((running_ && same(current_)) || std::any_of(waiting_.begin(), waiting_.end(), same)) return;
  push({tensor, {}, double(source_->tensors()[std::size_t(tensor)].elements())}, false);
}

void MeasureQueue::push(Task task, bool urgent) {
  total_weight_ += task.weight;
  if (urgent)
    waiting_.push_front(std::move(task));
  else if (task.schemes.empty())  // value statistics are quick and on screen: before analyses that wait
    waiting_.insert(std::find_if(waiting_.begin(), waiting_.end(), [](const Task& t) { return !t.schemes.empty(); }),
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

void MeasureQueue::next() {
  if (waiting_.empty()) return settle(false);
  current_ = std::move(waiting_.front());
  waiting_.pop_front();
  running_ = std::make_unique<RunningJob<Done>>(
      jobs_.lane(),
      [source = source_, device = device_, calibration = calibration_,
       task = current_](quant::JobContext& job) -> quant::Result<Done> {
        QUANT_TRY(view, source->view(std::size_t(task.tensor)));
        quant::Devices devices = device->devices(0, 0);
        devices.calibration = calibration.get();
        if (task.schemes.empty()) {
          QUANT_TRY(figures, quant::value_statistics(*view, devices, job));
          return Done{nullptr, std::make_shared<const quant::ValueFigures>(std::move(figures))};
        }
        QUANT_TRY(analyses, quant::analyze(*view, task.schemes, devices, job));
        return Done{std::make_shared<std::vector<quant::Analysis>>(std::move(analyses)), nullptr};
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
