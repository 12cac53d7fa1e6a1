// Measuring: what is missing is put into the queue, what is finished goes into the session and to the pages.

#include <algorithm>

#include "app/models/format.h"
#include "app/models/workspace_private.h"

namespace app {
namespace {

// Below this, choosing a device costs more than it brings.
constexpr quint64 small_work = 50'000'000;
// As many weights are analysed under ten schemes while one blinks.
constexpr quint64 shown_at_once = 2'000'000;

quant::StoredAnalysis stored(const quant::Analysis& a) {
  return {a.tensor, a.scheme, a.refused, a.device, a.figures, a.calibration};
}

}  // namespace

std::vector<quant::Scheme> Workspace::missing(const QString& tensor) const {
  std::vector<quant::Scheme> list;
  for (const QString& text : schemes_) {
    if (d_->analyses.contains(Pair(tensor, text))) continue;
    if (auto scheme = quant::Scheme::parse(text.toStdString())) list.push_back(std::move(*scheme));
  }
  return list;
}

void Workspace::analyzeAll() {
  if (!source_) return;
  quint64 work = 0;
  for (const int i : candidates_) work += tensors_[std::size_t(i)].elements() * quint64(schemes_.size());
  if (work >= small_work) chooseDevice(work);
  for (const int i : candidates_) {
    auto schemes = missing(format::utf8(tensors_[std::size_t(i)].name));
    if (!schemes.empty()) d_->queue.addAnalysis(i, std::move(schemes), false);
    if (lacksStored(i)) d_->queue.addComparison(i, d_->original, false);
  }
  if (d_->queue.idle()) Q_EMIT noticed(tr("Everything is measured already."));
  noteRest();
}

void Workspace::analyzeTensor(int index) {
  if (!source_ || index < 0 || index >= int(tensors_.size())) return;
  const auto& tensor = tensors_[std::size_t(index)];
  if (!quant::info(tensor.dtype).real) return;
  auto schemes = missing(format::utf8(tensor.name));
  // A small tensor is done at once; of a large one each scheme shows as soon as it is known, the first asked for first.
  if (tensor.elements() < shown_at_once && !schemes.empty()) {
    d_->queue.addAnalysis(index, std::move(schemes), true);
  } else {
    for (auto scheme = schemes.rbegin(); scheme != schemes.rend(); ++scheme)
      d_->queue.addAnalysis(index, {*scheme}, true);
  }
  if (lacksStored(index)) d_->queue.addComparison(index, d_->original, true);
  noteRest();
}

void Workspace::setFollowSelection(bool on) {
  if (follow_ == on) return;
  follow_ = on;
  if (follow_) analyzeTensor(selection_.tensor);
}

bool Workspace::measuring() const { return !d_->queue.idle(); }
void Workspace::cancelMeasuring() { d_->queue.cancel(); }

void Workspace::rememberAnalyses(std::vector<quant::Analysis>& analyses) {
  if (analyses.empty()) return;
  auto* session = sessionOf(format::utf8(analyses.front().scheme));  // a task is of schemes or of what is stored
  if (session)
    if (const auto kept = session->store(analyses); !kept) Q_EMIT noticed(format::error(kept.error()));
  for (quant::Analysis& a : analyses) {
    const Pair pair(format::utf8(a.tensor), format::utf8(a.scheme));
    d_->analyses.insert(pair, stored(a));
    if (a.refused.empty())
      d_->counters.insert(pair, new std::shared_ptr<const quant::ErrorCounters>(
                                    std::make_shared<const quant::ErrorCounters>(std::move(a.stats.counters))));
  }
  d_->problem.reset();
  const bool known = std::any_of(metrics_.begin(), metrics_.end(), [](const auto& m) { return m.weighted; });
  const bool weighted =
      std::any_of(analyses.begin(), analyses.end(), [](const auto& a) { return a.figures.weighted_error.has_value(); });
  if (weighted && !known) renewMetrics();
  if (!d_->measured_tick.isActive()) d_->measured_tick.start();
}

std::shared_ptr<const quant::ValueFigures> Workspace::values(int tensor) {
  if (tensor < 0 || tensor >= int(tensors_.size())) return nullptr;
  if (const auto* kept = d_->values.object(tensor)) return *kept;
  if (d_->no_values.contains(tensor)) return nullptr;  // asked for already, or cannot be had
  const auto& info = tensors_[std::size_t(tensor)];
  if (session_)
    if (auto stored = session_->values(info.name); stored && *stored) {
      auto figures = std::make_shared<const quant::ValueFigures>(std::move(**stored));
      d_->values.insert(tensor, new std::shared_ptr<const quant::ValueFigures>(figures));
      // Whoever scales by all values hears of stored ones as of measured ones, when this reader is done.
      QMetaObject::invokeMethod(
          this, [this, tensor] { Q_EMIT valuesChanged(tensor); }, Qt::QueuedConnection);
      return figures;
    }
  d_->no_values.insert(tensor, true);
  if (source_ && quant::info(info.dtype).real) {
    d_->queue.addValues(tensor);
    noteRest();
  }
  return nullptr;
}

std::shared_ptr<const quant::ChosenDevice> Workspace::device() const {
  if (!d_->device) return nullptr;
  using Kept = std::pair<std::shared_ptr<const quant::ChosenDevice>, std::shared_ptr<const quant::Calibration>>;
  const auto kept = std::make_shared<const Kept>(d_->device, d_->calibration);
  return {kept, kept->first.get()};
}
quant::Devices Workspace::devices() const {
  quant::Devices devices = d_->device ? d_->device->devices(0, 0) : quant::Devices{};
  devices.calibration = d_->calibration.get();
  return devices;
}

QString Workspace::deviceText() const { return d_->device ? format::utf8(d_->device->why) : QString(); }

void Workspace::chooseDevice(quint64 work) {
  const auto choose = [this](quant::Result<quant::ChosenDevice> chosen) {
    if (!chosen) return Q_EMIT noticed(format::error(chosen.error()));
    d_->device = std::make_shared<const quant::ChosenDevice>(std::move(*chosen));
    d_->queue.setDevice(d_->device);
    Q_EMIT devicesChanged();
  };
  // Small work never touches a driver, so it is chosen here; a measurement of devices runs behind.
  if (work < small_work) return choose(quant::choose_device("auto", 0, *d_->provider));
  if (d_->choosing) return;
  using Chosen = std::shared_ptr<const quant::ChosenDevice>;
  d_->choosing = std::make_unique<RunningJob<Chosen>>(
      jobs_->lane(), [provider = d_->provider.get(), work](quant::JobContext&) -> quant::Result<Chosen> {
        QUANT_TRY(chosen, quant::choose_device("auto", work, *provider));
        return std::make_shared<const quant::ChosenDevice>(std::move(chosen));
      });
  d_->choosing->then(this, [this](quant::Result<Chosen> chosen) {
    d_->choosing.reset();
    if (chosen) {
      d_->device = *chosen;
      d_->queue.setDevice(d_->device);
      Q_EMIT devicesChanged();
    } else {
      Q_EMIT noticed(format::error(chosen.error()));  // the former device goes on
    }
    noteRest();
  });
}

}  // namespace app
