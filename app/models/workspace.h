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

#include "app/models/original.h"
#include "app/models/shown_metric.h"
#include "core/backend/analysis.h"
#include "core/backend/chooser.h"
#include "core/plan/plan.h"
#include "core/sensitivity/evidence.h"
#include "core/session/session.h"
#include "core/sources/source.h"

namespace app {

/// What is selected; one per window.
struct Selection {
  int tensor = -1;           ///< index into Workspace::tensors(); −1 = none
  std::vector<int> tensors;  ///< selected set, current included
  QString scheme;            ///< canonical text of the current scheme
  QString metric = QStringLiteral("mse");
  quint64 row = 0, col = 0;  ///< current element
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
  /// Opens a checkpoint or a .qscope in the background; sourceChanged() or openFailed() follows. Where a model is open,
  /// evidence of another tool is added to its session instead; metricsChanged() and noticed() follow. An importance
  /// matrix or a calibration is also what schemes that ask for one use from then on. `original`: the checkpoint that it
  /// was made from, to be compared with; empty: the one that its session remembers.
  void open(const QString& path, const QString& original = {});
  void openDemo(const QString& id);  ///< "llama-small", "minilm"
  const quant::Source* source() const { return source_.get(); }
  std::shared_ptr<const quant::Source> sharedSource() const { return source_; }
  const std::vector<quant::TensorInfo>& tensors() const { return tensors_; }
  quant::Session* session() const { return session_.get(); }
  QString sourcePath() const;    ///< as the user gave it, or as the session remembers it; empty = none
  QString openedPath() const;    ///< what was opened: the session file, or the checkpoint
  QString sourceName() const;    ///< file name, for titles
  QString sourceFormat() const;  ///< "safetensors"; empty = none
  quint64 elements() const;      ///< weights of all tensors
  quint64 storedBytes() const;
  bool hasTensors() const { return !tensors_.empty(); }
  int indexOf(const QString& tensor) const;    ///< −1 where there is none
  const std::vector<int>& candidates() const;  ///< tensors that a plan may choose a scheme for
  /// A session whose checkpoint has moved: shows its measurements, and asks for the file.
  bool sourceMissing() const { return hasTensors() && !source_; }
  /// Tries this file or folder as the moved checkpoint; noticed() or openFailed() follows.
  void relocate(const QString& path);
  /// Copies the session to a file of the user's and goes on there. Errors: io.
  quant::Result<void> saveSession(const QString& path);
  /// Text kept in the session for next time (kind "view").
  void remember(const QString& key, const QString& text);
  QString remembered(const QString& key) const;

  // ── selection ──
  const Selection& selection() const { return selection_; }
  void select(const Selection& selection);  ///< emits selectionChanged when it differs
  void selectTensor(int index);
  void selectScheme(const QString& scheme);
  void selectMetric(const QString& metric);
  void selectElement(quint64 row, quint64 col);

  // ── candidate schemes (the chips of the context bar), at least one ──
  const QStringList& schemes() const { return schemes_; }
  void setSchemes(const QStringList& canonical);

  // ── the original: what is stored as one more choice beside the schemes, that no plan may take ──
  /// Opens the checkpoint that the open one was made from, in the background, and measures what is stored against it;
  /// schemesChanged() or openFailed() follows. The session remembers it.
  void compareWith(const QString& path);
  void dropOriginal();
  std::shared_ptr<const Original> original() const;  ///< null: none
  /// Everything that figures can be shown of: the candidate schemes, then "as stored" where an original is open.
  QStringList choices() const;
  /// The choices whose errors are held against the same weights as those of the current one.
  QStringList comparable() const;
  /// Names of the tensors that the comparison is about and that have no original.
  QStringList unmatched() const;
  /// What background work needs to see tensors under a choice; an empty or unknown one: the values alone.
  Sight sight(const QString& choice) const;

  // ── measurements ──
  /// Figures of (tensor, scheme); null where not measured. Refused pairs have `refused`.
  const quant::StoredAnalysis* analysis(const QString& tensor, const QString& scheme) const;
  /// Full counters of a pair, from memory or the session; null while not there.
  std::shared_ptr<const quant::ErrorCounters> counters(const QString& tensor, const QString& scheme) const;
  /// (tensor × scheme) pairs of the candidates that are measured or refused, and all of them.
  struct Coverage {
    int done = 0, all = 0;
  };
  Coverage coverage() const;
  /// Value statistics of a tensor; null until they arrive (asks for them in the background when missing).
  std::shared_ptr<const quant::ValueFigures> values(int tensor);

  /// Measures what is missing of (all candidate tensors × schemes), or of one tensor, in the background.
  void analyzeAll();
  void analyzeTensor(int index);
  bool measuring() const;
  void cancelMeasuring();
  bool followSelection() const { return follow_; }
  void setFollowSelection(bool on);

  // ── metrics: ours, and evidence of other tools ──
  /// What tensors can be coloured and ranked by; never empty.
  const std::vector<ShownMetric>& metrics() const { return metrics_; }
  /// The selected one; the first where the selected one is gone.
  const ShownMetric& metric() const;

  // ── plan ──
  /// Re-solves in the background; the last request wins. `budget` as typed: "4.5bpw", "7GiB".
  void requestPlan(const QString& budget);
  std::shared_ptr<const quant::Plan> plan() const { return plan_; }
  const QString& budget() const { return budget_; }
  void pin(const QString& tensor, const QString& scheme);  ///< a scheme alone; "as stored" is none
  void unpin(const QString& tensor);
  const QHash<QString, QString>& pins() const { return pins_; }
  /// The scheme that the plan gives to a tensor; empty where there is no plan.
  QString planned(const QString& tensor) const;
  /// Why the last request gave no plan.
  const std::optional<quant::Error>& planError() const { return plan_error_; }
  bool solving() const;
  quant::Result<void> savePlan(const QString& path) const;

  // ── role rules: those of the user, for every model ──
  /// The table in force as JSON.
  const QString& roleRules() const { return role_rules_; }
  /// Keeps a table as the user's and assigns the open model's roles by it; empty text, or the built-in table's: the
  /// built-in one. rolesChanged() follows. Errors: malformed, io; nothing changes then.
  quant::Result<void> setRoleRules(const QString& json);

  // ── devices, jobs ──
  /// Keeps the backends and the calibration alive that devices() points to: background work captures it.
  std::shared_ptr<const quant::ChosenDevice> device() const;
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
  void measurementsChanged();  ///< coalesced to ≤ 10 a second
  void metricsChanged();       ///< evidence came, or the first figures weighted by a calibration
  void valuesChanged(int tensor);
  void planChanged();
  void pinsChanged();
  void rolesChanged();  ///< roles, and with them what a plan may choose for
  void devicesChanged();
  void openingChanged(bool opening);
  void planFailed(const quant::Error& error);
  void restChanged(bool atRest);
  void noticed(const QString& message);  ///< status line

 private:
  struct Private;
  struct Opened;
  struct OpenedOriginal;
  void adopt(std::shared_ptr<Opened> opened);
  static quant::Result<std::optional<std::shared_ptr<Opened>>> findEvidence(
      const QString& path, const std::vector<quant::TensorInfo>& tensors);
  static std::shared_ptr<const quant::Calibration> keptCalibration(const quant::Session& session,
                                                                   const std::vector<quant::TensorInfo>& tensors);
  void addEvidence(const Opened& found);
  static quant::Result<std::shared_ptr<OpenedOriginal>> openOriginal(std::shared_ptr<const quant::Source> source,
                                                                     const QString& path);
  void adoptOriginal(const OpenedOriginal* found);
  void tellOriginal(bool asked);
  bool lacksStored(int tensor) const;
  quant::Session* sessionOf(const QString& choice) const;
  void useCalibration(std::shared_ptr<const quant::Calibration> calibration);
  void renewMetrics();
  void restoreView();
  void keepView();
  void indexTensors();
  void readRoleRules();
  std::vector<quant::Scheme> missing(const QString& tensor) const;
  void rememberAnalyses(std::vector<quant::Analysis>& analyses);
  void chooseDevice(quint64 work);
  void solve();
  void noteRest();
  std::unique_ptr<Private> d_;
  std::shared_ptr<const quant::Source> source_;
  std::unique_ptr<quant::Session> session_;
  std::vector<quant::TensorInfo> tensors_;
  std::vector<int> candidates_;
  QHash<QString, int> index_;
  Selection selection_;
  QStringList schemes_;
  std::vector<ShownMetric> metrics_;
  bool follow_ = true;
  std::shared_ptr<const quant::Plan> plan_;
  std::optional<quant::Error> plan_error_;
  QHash<QString, int> planned_;  ///< tensor → row of plan_->assignments
  QString budget_ = QStringLiteral("4.5bpw");
  QHash<QString, QString> pins_;
  QString role_rules_;
  std::unique_ptr<JobList> jobs_;
};

}  // namespace app
