// Opening: a checkpoint or a session, in the background. Everything measured is kept in a session file: the user's
// .qscope where one was given, else one of our own, found again by the model's header.

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QStandardPaths>

#include "app/models/format.h"
#include "app/models/workspace_private.h"
#include "core/base/resources.h"

namespace app {
namespace {

/// Sessions are told by their content; SQLite files begin with this line.
bool isSession(const QString& path) {
  QFile file(path);
  return file.open(QIODevice::ReadOnly) && file.read(16) == QByteArrayView("SQLite format 3\0", 16);
}

QString rememberedOriginal(const quant::Session& session) {
  const auto path = session.text("view", original_key);
  return path && *path ? QString::fromStdString(**path) : QString();
}

/// The session that belongs to a plain checkpoint; in memory where no file can be kept, with a notice.
quant::Result<std::unique_ptr<quant::Session>> ownSession(const quant::Source& source, QString& notice) {
  const QString file = autosaveFile(quant::header_hash(source));
  QUANT_TRY(session, boundSession(source, file));
  if (session->file() != file.toStdString() && !file.isEmpty())
    notice = Workspace::tr("Measurements of this run are kept in memory only: %1 cannot be used.").arg(file);
  return session;
}

QStringList texts(const QJsonValue& value) {
  QStringList list;
  for (const QJsonValue& v : value.toArray()) list << v.toString();
  return list;
}

}  // namespace

QString autosaveFile(const std::string& name) {
  const QString folder =
      QStandardPaths::writableLocation(QStandardPaths::AppLocalDataLocation) + QStringLiteral("/sessions");
  if (!QDir().mkpath(folder)) return {};
  return folder + u'/' + QString::fromStdString(name) + QStringLiteral(".qscope");
}

quant::Result<std::unique_ptr<quant::Session>> boundSession(const quant::Source& source, const QString& file) {
  if (!file.isEmpty()) {
    auto session = quant::Session::create(file.toStdString());
    if (session && (*session)->bind(source)) return session;
  }
  QUANT_TRY(session, quant::Session::in_memory());
  QUANT_CHECK(session->bind(source));
  return session;
}

void Workspace::open(const QString& path, const QString& original) {
  d_->queue.cancel();
  using Answer = std::shared_ptr<Opened>;
  jobs_->finish(std::exchange(d_->opening_entry, 0));
  d_->opening = std::make_unique<RunningJob<Answer>>(
      jobs_->pool(), [path, original, tensors = tensors_](quant::JobContext&) -> quant::Result<Answer> {
        auto opened = std::make_shared<Opened>();
        opened->path = path;
        if (!tensors.empty() && !isSession(path)) {
          QUANT_TRY(evidence, findEvidence(path, tensors));
          if (evidence) return *evidence;
        }
        if (isSession(path)) {
          opened->session_file = path;
          QUANT_TRY(session, quant::Session::open(path.toStdString()));
          const auto stored = session->source();
          if (stored) {
            opened->path = format::utf8(stored->path);
            auto source = quant::open_source(stored->path);
            if (source && quant::header_hash(**source) == stored->header_hash) opened->source = std::move(*source);
          }
          QUANT_TRY(stored_tensors, session->tensors());
          opened->tensors = std::move(stored_tensors);
          opened->session = std::move(session);
        } else {
          QUANT_TRY(source, quant::open_source(path.toStdString()));
          QUANT_TRY(session, ownSession(*source, opened->notice));
          opened->tensors.assign(source->tensors().begin(), source->tensors().end());
          opened->source = std::move(source);
          opened->session = std::move(session);
        }
        QUANT_TRY(analyses, opened->session->analyses());
        opened->analyses = std::move(analyses);
        opened->calibration = keptCalibration(*opened->session, opened->tensors);
        if (const QString beside = original.isEmpty() ? rememberedOriginal(*opened->session) : original;
            opened->source && !beside.isEmpty()) {
          auto found = openOriginal(opened->source, beside);
          opened->original_asked = !original.isEmpty();
          if (found)
            opened->original = std::move(*found);
          else if (original.isEmpty())
            opened->notice = format::error(found.error());
          else
            opened->original_error = found.error();
        }
        return opened;
      });
  d_->opening_entry = jobs_->add(
      tr("Opening %1").arg(QFileInfo(path).fileName()), [] { return 0.0; }, [this] { d_->opening->cancel(); });
  d_->opening->then(this, [this, path](quant::Result<Answer> answer) {
    d_->opening.reset();
    jobs_->finish(std::exchange(d_->opening_entry, 0));
    if (answer && (*answer)->evidence)
      addEvidence(**answer);
    else if (answer)
      adopt(*answer);
    else
      Q_EMIT openFailed(path, answer.error());
    Q_EMIT openingChanged(false);
    noteRest();
  });
  Q_EMIT openingChanged(true);
  noteRest();
}

void Workspace::openDemo(const QString& id) {
  open(QString::fromStdString(quant::resource_path("demo/" + id.toStdString() + "/model.safetensors").string()));
}

void Workspace::adopt(std::shared_ptr<Opened> opened) {
  if (d_->keep_tick.isActive()) d_->keep_tick.stop(), keepView();
  const Selection before = selection_;
  source_ = opened->source;
  session_ = std::move(opened->session);
  tensors_ = std::move(opened->tensors);
  d_->path = opened->path;
  d_->opened = opened->session_file.isEmpty() ? opened->path : opened->session_file;
  d_->format = source_ ? format::utf8(source_->format()) : QString();
  d_->queue.setSource(source_);
  d_->analyses.clear();
  d_->counters.clear();
  d_->values.clear();
  d_->no_values.clear();
  for (auto& a : opened->analyses) d_->analyses.insert(Pair(format::utf8(a.tensor), format::utf8(a.scheme)), a);
  indexTensors();
  adoptOriginal(opened->original.get());
  useCalibration(opened->calibration);
  renewMetrics();
  plan_.reset();
  plan_error_.reset();
  planned_.clear();
  pins_.clear();
  d_->problem.reset();
  d_->solving.reset();
  restoreView();
  Q_EMIT sourceChanged();
  Q_EMIT schemesChanged();
  Q_EMIT selectionChanged(before);
  if (!opened->notice.isEmpty()) Q_EMIT noticed(opened->notice);
  if (opened->original_error) Q_EMIT openFailed(opened->path, *opened->original_error);
  if (opened->original) tellOriginal(opened->original_asked);
  if (follow_) analyzeTensor(selection_.tensor);
}

void Workspace::indexTensors() {
  index_.clear();
  candidates_.clear();
  d_->elements = d_->bytes = 0;
  for (int i = 0; i < int(tensors_.size()); ++i) {
    const auto& t = tensors_[std::size_t(i)];
    index_.insert(format::utf8(t.name), i);
    if (quant::is_candidate(t)) candidates_.push_back(i);
    if (t.counts) d_->elements += t.elements();
    d_->bytes += t.bytes;
  }
}

void Workspace::restoreView() {
  // Schemes in the order in which the session met them; a fresh model keeps those that are chosen now.
  QStringList measured;
  if (session_)
    if (const auto rows = session_->analyses())
      for (const auto& a : *rows)
        if (const QString s = format::utf8(a.scheme); !measured.contains(s)) measured << s;
  const QJsonObject view = QJsonDocument::fromJson(remembered(QStringLiteral("workspace")).toUtf8()).object();
  const QStringList kept = texts(view[QLatin1String("schemes")]);
  if (!kept.isEmpty())
    schemes_ = kept;
  else if (!measured.isEmpty())
    schemes_ = measured;
  budget_ = view[QLatin1String("budget")].toString(QStringLiteral("4.5bpw"));
  const QJsonObject pins = view[QLatin1String("pins")].toObject();
  for (auto pin = pins.begin(); pin != pins.end(); ++pin) pins_.insert(pin.key(), pin.value().toString());

  Selection s;
  s.metric = view[QLatin1String("metric")].toString(QStringLiteral("mse"));
  s.scheme = view[QLatin1String("scheme")].toString();
  if (!choices().contains(s.scheme))
    s.scheme = schemes_.contains(selection_.scheme) ? selection_.scheme : schemes_.value(0);
  s.tensor = indexOf(view[QLatin1String("tensor")].toString());
  // A weight inside a layer tells more than the embedding that most files begin with.
  for (const int i : candidates_)
    if (s.tensor < 0 && tensors_[std::size_t(i)].layer) s.tensor = i;
  if (s.tensor < 0) s.tensor = !candidates_.empty() ? candidates_.front() : tensors_.empty() ? -1 : 0;
  if (s.tensor >= 0) s.tensors = {s.tensor};
  s.row = quint64(view[QLatin1String("row")].toInteger()), s.col = quint64(view[QLatin1String("col")].toInteger());
  selection_ = s;
}

void Workspace::keepView() {
  if (!session_) return;
  QJsonObject pins;
  for (auto pin = pins_.cbegin(); pin != pins_.cend(); ++pin) pins[pin.key()] = pin.value();
  const QJsonObject view{
      {"schemes", QJsonArray::fromStringList(schemes_)},
      {"budget", budget_},
      {"pins", pins},
      {"metric", selection_.metric},
      {"scheme", selection_.scheme},
      {"tensor", selection_.tensor < 0 ? QString() : format::utf8(tensors_[std::size_t(selection_.tensor)].name)},
      {"row", qint64(selection_.row)},
      {"col", qint64(selection_.col)}};
  remember(QStringLiteral("workspace"), QString::fromUtf8(QJsonDocument(view).toJson(QJsonDocument::Compact)));
}

void Workspace::remember(const QString& key, const QString& text) {
  if (session_) (void)session_->store_text("view", key.toStdString(), text.toStdString());
}

QString Workspace::remembered(const QString& key) const {
  if (!session_) return {};
  const auto text = session_->text("view", key.toStdString());
  return text && *text ? QString::fromStdString(**text) : QString();
}

void Workspace::relocate(const QString& path) {
  const auto stored = session_ ? session_->source() : std::nullopt;
  if (!stored) return open(path);
  auto source = quant::open_source(path.toStdString());
  if (!source) return Q_EMIT openFailed(path, source.error());
  if (const auto hash = quant::header_hash(**source); hash != stored->header_hash)
    return Q_EMIT openFailed(path, {quant::ErrorCode::usage, "cannot use this file for the session", path.toStdString(),
                                    "its header is " + hash + ", the session was made from " + stored->header_hash,
                                    "choose the file of " + stored->path});
  source_ = std::move(*source);
  d_->path = path;
  d_->format = format::utf8(source_->format());
  d_->queue.setSource(source_);
  (void)session_->bind(*source_);
  Q_EMIT sourceChanged();
}

quant::Result<void> Workspace::saveSession(const QString& path) {
  if (!session_)
    return quant::failure(quant::ErrorCode::failed, "cannot save the session", path.toStdString(), "no model is open",
                          "open a model first");
  keepView();
  return session_->save_as(path.toStdString());
}

}  // namespace app
