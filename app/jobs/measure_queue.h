#pragma once
// Measurements of tensors, one at a time in the background, the most urgent first. What is finished is handed over at
// once, so that a cancel loses at most the tensor in flight.

#include <QObject>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "app/jobs/running_job.h"
#include "app/models/original.h"
#include "core/backend/analysis.h"
#include "core/backend/chooser.h"
#include "core/methods/scheme.h"
#include "core/sources/source.h"

namespace app {

class JobList;

class MeasureQueue final : public QObject {
  Q_OBJECT
 public:
  using Analyses = std::shared_ptr<std::vector<quant::Analysis>>;
  using Values = std::shared_ptr<const quant::ValueFigures>;

  MeasureQueue(JobList& jobs, QObject* parent);
  ~MeasureQueue() override;

  /// Drops everything of the former source.
  void setSource(std::shared_ptr<const quant::Source> source);
  void setDevice(std::shared_ptr<const quant::ChosenDevice> device) { device_ = std::move(device); }
  /// What schemes may know of the layers' inputs; null: nothing.
  void setCalibration(std::shared_ptr<const quant::Calibration> calibration) { calibration_ = std::move(calibration); }

  /// Error figures of one tensor under these schemes. `urgent`: before everything that waits.
  void addAnalysis(int tensor, std::vector<quant::Scheme> schemes, bool urgent);
  /// Error figures of what is stored of one tensor against its original, under the original's choice.
  void addComparison(int tensor, std::shared_ptr<const Original> original, bool urgent);
  void addValues(int tensor);
  /// Drops what waits and stops what runs.
  void cancel();
  bool idle() const { return !running_ && waiting_.empty(); }
  std::size_t waiting() const { return waiting_.size(); }

 Q_SIGNALS:
  void analysed(int tensor, const app::MeasureQueue::Analyses& analyses);
  void valued(int tensor, const app::MeasureQueue::Values& figures);
  void failed(const quant::Error& error);
  /// Everything that was asked for is done or cancelled. `kept`, `asked`: measurements, of a tensor under a
  /// scheme, since the queue was empty.
  void finished(int kept, int asked, bool cancelled);

 private:
  struct Task {
    int tensor = -1;
    std::vector<quant::Scheme> schemes;
    std::shared_ptr<const Original> original;  ///< set: what is stored, against it
    double weight = 1;                         ///< elements × schemes, for progress

    bool isValues() const { return schemes.empty() && !original; }
    int asks() const { return original ? 1 : int(schemes.size()); }
    bool sameAs(const Task& t) const { return tensor == t.tensor && schemes == t.schemes && original == t.original; }
  };
  struct Done {
    Analyses analyses;
    Values values;
  };
  static quant::Result<Done> work(const Task& task, const Sight& sight, quant::JobContext& job);
  void ask(Task task, bool urgent);
  void push(Task task, bool urgent);
  void next();
  void done(quant::Result<Done> result);
  void settle(bool cancelled);
  double fraction() const;

  JobList& jobs_;
  std::shared_ptr<const quant::Source> source_;
  std::shared_ptr<const quant::ChosenDevice> device_;
  std::shared_ptr<const quant::Calibration> calibration_;
  std::deque<Task> waiting_;
  Task current_;
  std::unique_ptr<RunningJob<Done>> running_;
  double finished_weight_ = 0, total_weight_ = 0;
  int kept_ = 0, asked_ = 0, entry_ = 0;
};

}  // namespace app
