#pragma once
// Damage against size: the exact frontier, the plan on it, and the uniform plans beside it with their names.

#include <QWidget>
#include <memory>

#include "core/plan/plan.h"

class QCategoryAxis;
class QChart;
class QChartView;
class QGraphicsSimpleTextItem;
class QLineSeries;
class QScatterSeries;
class QValueAxis;

namespace app {

class ParetoView final : public QWidget {
  Q_OBJECT
 public:
  explicit ParetoView(QWidget* parent = nullptr);
  ~ParetoView() override;
  void show(std::shared_ptr<const quant::Plan> plan);
  QSize sizeHint() const override { return {520, 300}; }

 Q_SIGNALS:
  void budgetPicked(double bpw);  ///< a click at this size

 protected:
  void changeEvent(QEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void restyle();
  void fill();
  void placeLabels();

  std::shared_ptr<const quant::Plan> plan_;
  QChart* chart_;
  QChartView* view_;
  QLineSeries* frontier_;
  QScatterSeries *uniform_, *here_;
  QValueAxis* size_;
  QCategoryAxis* damage_;
  struct Label {
    QGraphicsSimpleTextItem* item;
    QPointF at;
    bool main;
  };
  QList<Label> labels_;
};

}  // namespace app
