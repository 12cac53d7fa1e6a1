#pragma once
// One tensor as a picture: weights, restored values, errors, codes or scales; from the whole down to one element.

#include <QComboBox>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "app/jobs/running_job.h"
#include "app/models/original.h"
#include "app/pages/page.h"
#include "core/backend/picture.h"

class QPushButton;
class QStackedLayout;

namespace app {

class ChartFrame;
class ColourLegend;
class EmptyState;
class FigureRow;
class HeatMapView;

class MapsPage final : public Page {
  Q_OBJECT
 public:
  explicit MapsPage(Workspace& workspace, QWidget* parent = nullptr);
  bool atRest() const override { return !reducing_ && !detailing_ && !chaining_; }
  void activated() override;

  /// Chooses the next element of the list of largest errors, or the one before.
  void nextWorst(int by);

 protected:
  void changeEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  using Grid = std::shared_ptr<const quant::MapGrid>;
  using Worst = std::shared_ptr<const std::vector<quant::WorstElement>>;

  void refresh();
  Sight sight() const;
  using Reduce = std::function<quant::Result<Grid>(quant::JobContext&)>;
  Reduce reducing(quant::Reduction how, std::uint64_t rows, std::uint64_t cols) const;
  void startOverview();
  void startElements();
  void startChain();
  void findWorst();
  void stepWorst(int by);
  void draw(bool keep_view);
  void drawLegend();
  void retranslate();
  void connectControls();
  /// Codes and scales of the storage itself stand behind the views of the scheme.
  bool ofStorage() const { return what_->currentIndex() > int(quant::MapView::scale); }
  quant::MapView view() const;
  bool isSigned() const;
  QString quantity() const;
  QString reductionText() const;
  quant::Reduction reduction() const;

  QStackedLayout* stack_;
  EmptyState* empty_;
  HeatMapView* map_;
  ChartFrame* frame_;
  ColourLegend* legend_;
  FigureRow* chain_;
  QComboBox *what_, *reduce_, *limits_;
  QPushButton *fit_, *one_, *element_, *worst_;

  QString key_, chain_key_, worst_key_, note_;
  Grid overview_, elements_;
  Worst worst_list_;
  int worst_at_ = -1, wanted_step_ = 0;
  bool reducing_ = false, detailing_ = false, chaining_ = false;
  std::unique_ptr<RunningJob<Grid>> overview_job_, elements_job_;
  std::unique_ptr<RunningJob<std::shared_ptr<const quant::ElementChain>>> chain_job_;
  std::unique_ptr<RunningJob<Worst>> worst_job_;
};

}  // namespace app
