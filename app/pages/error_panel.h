#pragma once
// The right half of the histograms page: the signed error ŵ − w of the selected tensors under up to four schemes, in
// weight units or in steps Δ, rounding and clipping apart.

#include <QStringList>
#include <QWidget>
#include <map>
#include <memory>
#include <optional>

#include "app/jobs/running_job.h"
#include "app/views/histogram_layers.h"

class QComboBox;
class QToolButton;

namespace app {

class ChartFrame;
class FigureRow;
struct Figure;
class HistogramView;
class Workspace;

class ErrorPanel final : public QWidget {
  Q_OBJECT
 public:
  explicit ErrorPanel(Workspace& workspace, QWidget* parent = nullptr);

  void refresh();
  bool atRest() const { return !waiting_ && !counting_; }
  /// Schemes shown: the current one first, then those laid over it.
  QStringList schemes() const;
  /// Δ of the current element: ±½Δ is marked. 0 = none.
  void setStep(double step);
  void setOverlays(const QStringList& schemes);

 Q_SIGNALS:
  void restChanged();

 protected:
  void changeEvent(QEvent* event) override;

 private:
  using Counted = std::shared_ptr<const std::vector<quant::Recount>>;
  void gather();
  void start(double lo, double hi, bool base);
  void refine(double lo, double hi);
  void draw(bool keep_zoom);
  HistogramPicture valuePicture() const;
  HistogramPicture stepPicture() const;
  std::vector<Figure> figures() const;
  QString emptyNote() const;
  void fillOverlayMenu();
  void retranslate();

  Workspace& workspace_;
  HistogramView* view_;
  ChartFrame* frame_;
  FigureRow* figures_;
  QComboBox *unit_, *counts_;
  QToolButton* overlay_;

  std::vector<int> tensors_;
  QStringList shown_, overlays_;  // shown: those with counters
  std::vector<quant::ErrorCounters> counters_;
  double step_ = 0;
  double start_ = 0;  // visible at first: ±start; 0 = all
  double reach_ = 0;  // the whole range is ±reach
  QString key_;
  std::vector<HistogramLayer> base_, refined_;
  bool waiting_ = false, counting_ = false;
  std::unique_ptr<RunningJob<Counted>> job_;
};

}  // namespace app
