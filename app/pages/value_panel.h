#pragma once
// The left half of the histograms page: all values of the selected tensors, with the grid of the current element's
// group.

#include <QWidget>
#include <memory>
#include <optional>

#include "app/jobs/running_job.h"
#include "app/views/histogram_layers.h"
#include "core/backend/picture.h"
#include "core/sources/source.h"

class QComboBox;

namespace app {

class ChartFrame;
class FigureRow;
class HistogramView;
struct Sight;
class Workspace;

class ValuePanel final : public QWidget {
  Q_OBJECT
 public:
  explicit ValuePanel(Workspace& workspace, QWidget* parent = nullptr);

  /// Reads the workspace anew: other tensors, scheme, element or measurements.
  void refresh();
  bool atRest() const { return !waiting_ && !counting_ && !gridding_; }

 Q_SIGNALS:
  void restChanged();
  /// Δ at the current element under the current scheme; 0 = none.
  void stepChanged(double step);

 protected:
  void changeEvent(QEvent* event) override;

 private:
  using Counted = std::shared_ptr<const quant::Recount>;
  using Gridded = std::shared_ptr<const quant::GridPicture>;
  bool gather();
  void startBase();
  void startRefining(double lo, double hi);
  void startGrid();
  void draw(bool keep_zoom);
  std::vector<HistogramMark> marks() const;
  void showFigures();
  QString badge() const;
  QString title() const;
  void retranslate();

  Workspace& workspace_;
  HistogramView* view_;
  ChartFrame* frame_;
  FigureRow* figures_;
  QComboBox *x_, *counts_;

  std::vector<int> tensors_;               // shown
  quant::BitHistogram histogram_;          // of all of them
  double lo_ = 0, hi_ = 0;                 // smallest and largest
  double low_ = 0, high_ = 0;              // between them lie all but 0.1 % on each side
  std::optional<HistogramLayer> base_;     // the whole range, equal bins, exact
  std::optional<HistogramLayer> refined_;  // with the visible part counted finer
  Gridded grid_;
  QString grid_key_;
  bool waiting_ = false, counting_ = false, gridding_ = false;
  std::unique_ptr<RunningJob<Counted>> count_job_;
  std::unique_ptr<RunningJob<Gridded>> grid_job_;
};

/// Exact counts over several tensors: the sum. Of the errors; where the sight restores nothing, of the values.
quant::Result<std::shared_ptr<const quant::Recount>> recountAll(const Sight& sight, const std::vector<int>& tensors,
                                                                double lo, double hi, std::size_t bins,
                                                                quant::JobContext& job);

}  // namespace app
