#pragma once
// The one state that every page reads and writes: source, session, selection, measurements, plan. Pages never talk to
// one another; they write here and redraw from here. Holds no arithmetic: core computes, jobs carry, this remembers.

#include <QHash>
#include <QObject>
#include <QString>
#include <QStringList>
#include <memory>
#include <optional>
#include <vector>

#include "core/backend/analysis.h"
#include "core/backend/chooser.h"
#include "core/plan/plan.h"
#include "core/session/session.h"
#include "core/sources/source.h"

namespace app {

/// What is selected; one per window (gui.md 2).
struct Selection {
  int tensor = -1;                 ///< index into Workspace::tensors(); −1 = none
  std::vector<int> tensors;        ///< selected set, current included
  QString scheme;                  ///< canonical text of the current scheme
  QString metric = QStringLiteral("mse");
  quint64 row = 0, col = 0;        ///< current element
  friend bool operator==(const Selection&, const Selection&) = default;
};

class JobList;

/// Lives in the GUI thread. Long work goes through JobList; results arrive as signals on this thread.
class Workspace : public QObject {
  Q_OBJECT
 public:
  explicit Workspace(QObject* parent = nullptr);
  ~Workspace() override;

  // ── source and session ──
  /// Opens a checkpoint or a .qscope in the background; sourceChanged() or openFailed() follows.
  void open(const QString& path);
  void openDemo(const QString& id);  ///< "llama-small", "minilm"
  const quant::Source* source() const { return source_.get(); }
  std::shared_ptr<const quant::Source> sharedSource() const { return source_; }
  const std::vector<quant::TensorInfo>& tensors() const { return tensors_; }
  quant::Session* session() const { return session_.get(); }
  QString sourcePath() const;

  // ── selection ──
  const Selection& selection() const { return selection_; }
  void select(const Selection& selection);  ///< emits selectionChanged when it differs; pushes history
  void selectTensor(int index);
  void selectScheme(const QString& scheme);
  void selectMetric(const QString& metric);
  void selectElement(quint64 row, quint64 col);

  // ── candidate schemes (the chips of the context bar), at least one ──
  const QStringList& schemes() const { return schemes_; }
  void setSchemes(const QStringList& canonical);

  // ── measurements ──
  /// Figures of (tensor, scheme); null where not measured. Refused pairs have `refused`.
  const quant::StoredAnalysis* analysis(const QString& tensor, const QString& scheme) const;
  /// Full counters of a pair, from memory or the session; null while not there.
  std::shared_ptr<const quant::ErrorCounters> counters(const QString& tensor, const QString& scheme) const;
  /// Value statistics of a tensor; null until they arrive (asks for them in the background when missing).
  std::shared_ptr<const quant::ValueFigures> values(int tensor);

  /// Measures what is missing of (all candidate tensors × schemes), or of one tensor, in the background.
  void analyzeAll();
  void analyzeTensor(int index);
  bool followSelection() const { return follow_; }
  void setFollowSelection(bool on);

  // ── plan ──
  /// Re-solves in the background; the last request wins. `budget` as typed: "4.5bpw", "7GiB".
  void requestPlan(const QString& budget);
  std::shared_ptr<const quant::Plan> plan() const { return plan_; }
  const QString& budget() const { return budget_; }
  void pin(const QString& tensor, const QString& scheme);
  void unpin(const QString& tensor);
  const QHash<QString, QString>& pins() const { return pins_; }

  // ── devices, jobs ──
  quant::Devices devices() const;
  QString deviceText() const;  ///< one line: which and why
  JobList& jobs() const { return *jobs_; }
  /// Nothing is running that a picture should wait for.
  bool atRest() const;

 Q_SIGNALS:
  void sourceChanged();
  void openFailed(const QString& path, const quant::Error& error);
  void selectionChanged(const app::Selection& before);
  void schemesChanged();
  void measurementsChanged();          ///< coalesced to ≤ 10 a second
  void valuesChanged(int tensor);
  void planChanged();
  void planFailed(const quant::Error& error);
  void restChanged(bool atRest);
  void noticed(const QString& message);  ///< status line

 private:
  struct Private;
  std::unique_ptr<Private> d_;
  std::shared_ptr<const quant::Source> source_;
  std::unique_ptr<quant::Session> session_;
  std::vector<quant::TensorInfo> tensors_;
  Selection selection_;
  QStringList schemes_;
  bool follow_ = true;
  std::shared_ptr<const quant::Plan> plan_;
  QString budget_ = QStringLiteral("4.5bpw");
  QHash<QString, QString> pins_;
  std::unique_ptr<JobList> jobs_;
};

}  // namespace app
