// Selection, schemes, figures: what is remembered. Opening, measuring and planning have files of their own.

#include <QDir>
#include <QFileInfo>
#include <algorithm>

#include "app/models/format.h"
#include "app/models/workspace_private.h"
#include "gpu/provider.h"

namespace app {
namespace {

/// What a first look at a model compares: useful without a question (the scheme strings are those of the command line).
QStringList defaultSchemes() {
  QStringList list;
  for (const char* text : {"rtn:bits=3,group=128", "rtn:bits=4,group=128", "rtn:bits=5,group=128",
                           "rtn:bits=6,group=128", "rtn:bits=8,group=128", "nf4", "q4_0", "q8_0", "fp16"})
    if (const auto scheme = quant::Scheme::parse(text)) list << QString::fromStdString(scheme->text());
  return list;
}

}  // namespace

Workspace::Workspace(QObject* parent) : QObject(parent), d_(), jobs_(std::make_unique<JobList>()) {
  d_ = std::make_unique<Private>(this, *jobs_);
  d_->provider = quant::make_opencl_provider();
  d_->measured_tick.setSingleShot(true);
  d_->measured_tick.setInterval(100);
  connect(&d_->measured_tick, &QTimer::timeout, this, &Workspace::measurementsChanged);
  d_->keep_tick.setSingleShot(true);
  d_->keep_tick.setInterval(500);
  connect(&d_->keep_tick, &QTimer::timeout, this, &Workspace::keepView);
  connect(&d_->queue, &MeasureQueue::analysed, this,
          [this](int, const MeasureQueue::Analyses& analyses) { rememberAnalyses(*analyses); });
  connect(&d_->queue, &MeasureQueue::valued, this, [this](int tensor, const MeasureQueue::Values& figures) {
    d_->values.insert(tensor, new std::shared_ptr<const quant::ValueFigures>(figures));
    d_->no_values.remove(tensor);
    if (session_) (void)session_->store_values(tensors_[std::size_t(tensor)].name, *figures);
    Q_EMIT valuesChanged(tensor);
  });
  connect(&d_->queue, &MeasureQueue::failed, this, [this](const quant::Error& e) { Q_EMIT noticed(format::error(e)); });
  connect(&d_->queue, &MeasureQueue::finished, this, [this](int kept, int asked, bool cancelled) {
    if (cancelled && asked > 0)
      Q_EMIT noticed(tr("Cancelled: %1 of %2 measurements are done and kept.").arg(kept).arg(asked));
    if (kept > 0 && d_->measured_tick.isActive()) d_->measured_tick.stop(), Q_EMIT measurementsChanged();
    if (kept > 0 && (plan_ || plan_error_)) requestPlan(budget_);
    noteRest();
  });
  renewMetrics();
  readRoleRules();
  schemes_ = defaultSchemes();
  if (schemes_.size() > 1)
    selection_.scheme = schemes_[1];  // rtn4 · g128
  else if (!schemes_.isEmpty())
    selection_.scheme = schemes_[0];
  chooseDevice(0);
}

Workspace::~Workspace() {
  if (d_->keep_tick.isActive()) keepView();
}

QString Workspace::sourcePath() const { return d_->path; }
QString Workspace::openedPath() const { return d_->opened; }
QString Workspace::sourceName() const {
  const QFileInfo file(d_->path);
  // Half of all checkpoints are called "model.safetensors": their folder names them.
  return file.baseName().endsWith(QLatin1String("model")) ? file.dir().dirName() : file.fileName();
}
QString Workspace::sourceFormat() const { return d_->format; }
quint64 Workspace::elements() const { return d_->elements; }
quint64 Workspace::storedBytes() const { return d_->bytes; }
int Workspace::indexOf(const QString& tensor) const { return index_.value(tensor, -1); }
const std::vector<int>& Workspace::candidates() const { return candidates_; }

// ── selection ──

void Workspace::select(const Selection& selection) {
  if (selection == selection_) return;
  const Selection before = selection_;
  selection_ = selection;
  if (selection_.tensor >= int(tensors_.size())) selection_.tensor = -1;
  Q_EMIT selectionChanged(before);
  if (follow_ && selection_.tensor != before.tensor) analyzeTensor(selection_.tensor);
  if (selection_.metric != before.metric) {
    d_->problem.reset();
    if (plan_ || plan_error_) requestPlan(budget_);
  }
  d_->keep_tick.start();
}

void Workspace::selectTensor(int index) {
  Selection next = selection_;
  next.tensor = index >= 0 && index < int(tensors_.size()) ? index : -1;
  next.tensors = next.tensor < 0 ? std::vector<int>{} : std::vector<int>{next.tensor};
  if (next.tensor != selection_.tensor) next.row = next.col = 0;
  select(next);
}

void Workspace::selectScheme(const QString& scheme) {
  Selection next = selection_;
  next.scheme = scheme;
  select(next);
}

void Workspace::selectMetric(const QString& metric) {
  Selection next = selection_;
  next.metric = metric;
  select(next);
}

void Workspace::selectElement(quint64 row, quint64 col) {
  Selection next = selection_;
  next.row = row, next.col = col;
  select(next);
}

// ── candidate schemes ──

void Workspace::setSchemes(const QStringList& canonical) {
  if (canonical.isEmpty() || canonical == schemes_) return;
  schemes_ = canonical;
  d_->problem.reset();
  Q_EMIT schemesChanged();
  if (!choices().contains(selection_.scheme)) selectScheme(schemes_.front());
  if (follow_) analyzeTensor(selection_.tensor);
  if (plan_ || plan_error_) requestPlan(budget_);
  d_->keep_tick.start();
}

// ── measurements that are there ──

const quant::StoredAnalysis* Workspace::analysis(const QString& tensor, const QString& scheme) const {
  const auto at = d_->analyses.constFind(Pair(tensor, scheme));
  return at == d_->analyses.cend() ? nullptr : &*at;
}

std::shared_ptr<const quant::ErrorCounters> Workspace::counters(const QString& tensor, const QString& scheme) const {
  const Pair pair(tensor, scheme);
  if (const auto* kept = d_->counters.object(pair)) return *kept;
  const auto* session = sessionOf(scheme);
  if (!session || !d_->analyses.contains(pair)) return nullptr;
  auto stored = session->counters(tensor.toStdString(), scheme.toStdString());
  if (!stored || !*stored) return nullptr;
  auto counters = std::make_shared<const quant::ErrorCounters>(std::move(**stored));
  d_->counters.insert(pair, new std::shared_ptr<const quant::ErrorCounters>(counters));
  return counters;
}

Workspace::Coverage Workspace::coverage() const {
  Coverage c;
  const QStringList all = choices();
  c.all = int(candidates_.size()) * int(all.size());
  for (const int i : candidates_)
    for (const QString& scheme : all)
      if (d_->analyses.contains(Pair(format::utf8(tensors_[std::size_t(i)].name), scheme))) ++c.done;
  return c;
}

QString Workspace::planned(const QString& tensor) const {
  const auto at = planned_.constFind(tensor);
  return at == planned_.cend() ? QString() : format::utf8(plan_->assignments[std::size_t(*at)].scheme);
}

// ── rest ──

bool Workspace::atRest() const {
  return !d_->opening && !d_->opening_original && d_->queue.idle() && !d_->choosing && !d_->solving &&
         !d_->measured_tick.isActive();
}

void Workspace::noteRest() {
  const bool rest = atRest();
  if (rest == d_->was_at_rest) return;
  d_->was_at_rest = rest;
  Q_EMIT restChanged(rest);
}

}  // namespace app
