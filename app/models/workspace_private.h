#pragma once
// What the workspace's files share and nobody else sees.

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
  std::shared_ptr<OpenedOriginal> original;               ///< or null
  bool original_asked = false;                            ///< by the user, just now
  std::optional<quant::Error> original_error;             ///< why the one that was asked for cannot be opened
  QString notice;  ///< an oddity to tell: the checkpoint has moved, no session could be kept
};

/// An original with what was measured against it.
struct Workspace::OpenedOriginal {
  std::shared_ptr<const Original> original;
  std::shared_ptr<quant::Session> session;  ///< of its own: figures of storage are no figures of schemes
  std::vector<quant::StoredAnalysis> analyses;
};

constexpr const char* original_key = "original";  ///< of the original's path, in the session

/// A session file of our own; empty where none can be kept.
QString autosaveFile(const std::string& name);
/// The session of this file, bound to the source; in memory where the file cannot be used.
quant::Result<std::unique_ptr<quant::Session>> boundSession(const quant::Source& source, const QString& file);

using Pair = std::pair<QString, QString>;  // tensor, scheme

struct Workspace::Private {
  explicit Private(Workspace* workspace, JobList& jobs) : queue(jobs, workspace) {}

  MeasureQueue queue;
  std::unique_ptr<RunningJob<std::shared_ptr<Opened>>> opening;
  int opening_entry = 0;

  std::unique_ptr<RunningJob<std::shared_ptr<OpenedOriginal>>> opening_original;
  int original_entry = 0;

  QString path, opened, format;
  quint64 elements = 0, bytes = 0;

  std::shared_ptr<const Original> original;  ///< or null
  std::shared_ptr<quant::Session> stored;    ///< measurements of "as stored"; null where there is no original

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
