#pragma once
// Where the model hurts: layers × roles by one metric of one scheme, the worst tensors beside it, and how far the
// metrics agree.

#include "app/pages/page.h"
#include "app/views/sensitivity_grid.h"

class QComboBox;
class QLabel;
class QStackedLayout;

namespace quant {
struct Metric;
}

namespace app {

class ChartFrame;
class ColourLegend;
class EmptyState;
class FigureRow;
class RankedBars;
struct ShownMetric;

class SensitivityPage final : public Page {
  Q_OBJECT
 public:
  explicit SensitivityPage(Workspace& workspace, QWidget* parent = nullptr);
  void activated() override;
  SensitivityGrid& grid() { return *grid_; }

 protected:
  void changeEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  void refresh();
  void fillChoices();
  const ShownMetric& metric() const;
  SensitivityPicture picture() const;
  SensitivityCell cellOf(int tensor) const;
  /// The power of ten in which the values of the map are written, so that they line up.
  int exponent(const std::vector<SensitivityCell>& cells) const;
  QString inUnit(double value) const;
  QString unitText() const;
  QString shortName(int tensor) const;
  void drawLegend(const std::vector<SensitivityCell>& cells);
  void drawBars();
  void drawCorrelations();
  void retranslate();

  QStackedLayout* stack_;
  EmptyState* empty_;
  SensitivityGrid* grid_;
  ChartFrame *frame_, *bars_frame_;
  ColourLegend* legend_;
  RankedBars* bars_;
  FigureRow* correlations_;
  QLabel* agreement_;
  QComboBox *metric_, *scheme_, *scale_;
  int exponent_ = 0;
};

}  // namespace app
