#pragma once
// What the workspace's four files share and nobody else sees.

#include <QCache>
#include <QThreadPool>
#include <QTimer>

#include "app/jobs/job_list.h"
#include "app/jobs/measure_queue.h"
#include "app/jobs/running_job.h"
#include "app/models/workspace.h"
#include "core/tensor/calibration.h"

namespace app {

/// What opening brings back from its thread; one owner at a time.
struct Workspace::Opened {
  std::shared_ptr<const quant::Source> source;
  std::unique_ptr<quant::Session> session;
  std::vector<quant::TensorInfo> tensors;
  std::vector<quant::StoredAnalysis> analyses;
  QString path;                             ///< as the user gave it
  QString session_file;                     ///< a .qscope of the user's, or empty
  std::optional<quant::Evidence> evidence;  ///< for the model that is open: then only `path`, `calibration` are set too
  std::shared_ptr<const quant::Calibration> calibration;  ///< or null
  QString notice;  ///< an oddity to tell: the checkpoint has moved, no session could be kept
};

using Pair = std::pair<QString, QString>;  // tensor, scheme

struct Workspace::Private {
  explicit Private(Workspace* workspace, JobList& jobs) : queue(jobs, workspace) {}

  MeasureQueue queue;
  std::unique_ptr<RunningJob<std::shared_ptr<Opened>>> opening;
  int opening_entry = 0;

  QString path, opened, format;
  quint64 elements = 0, bytes = 0;

  QHash<Pair, quant::StoredAnalysis> analyses;
  // A pair's counters are 128 KiB, a tensor's value figures 64 KiB: bounded whatever the model's size.
  mutable QCache<Pair, std::shared_ptr<const quant::ErrorCounters>> counters{256};
  QCache<int, std::shared_ptr<const quant::ValueFigures>> values{1024};
  QHash<int, bool> no_values;  ///< asked for and failed: not asked again

  QTimer measured_tick;  ///< coalesces measurementsChanged
  QTimer keep_tick;      ///< coalesces writing the view state

  std::shared_ptr<const quant::ChosenDevice> device;
  std::unique_ptr<quant::DeviceProvider> provider;
  std::unique_ptr<RunningJob<std::shared_ptr<const quant::ChosenDevice>>> choosing;

  std::shared_ptr<const quant::Calibration> calibration;  ///< what is known of the inputs of layers, or null

  std::shared_ptr<const quant::Problem> problem;  ///< null: to be made anew
  std::unique_ptr<RunningJob<std::shared_ptr<const quant::Plan>>> solving;
  bool was_at_rest = true;
};

}  // namespace app
