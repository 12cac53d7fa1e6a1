#pragma once
// plan: a budget, the exact best choice of schemes for it with its proof, why each tensor got what it got, and the way
// out.

#include "app/pages/page.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSlider;
class QStackedLayout;
class QTableView;

namespace app {

class EmptyState;
class ChartFrame;
class ParetoView;
class PlanModel;

class PlanPage final : public Page {
  Q_OBJECT
 public:
  explicit PlanPage(Workspace& workspace, QWidget* parent = nullptr);
  void activated() override;
  /// Writes the plan, without asking for a name: what the buttons do after their dialog.
  void savePlanTo(const QString& path);
  void exportTo(const QString& target, const QString& path);

 private:
  std::vector<QStringList> paretoRows() const;
  QWidget* buildBudget();
  QWidget* buildFigures();
  QWidget* buildTable();
  QWidget* buildWhy();
  void refreshState();
  void refreshPlan();
  void refreshWhy();
  void refreshSelection();
  void sliderMoved(int position);
  void typed();
  void ask(double bpw);
  void togglePin();
  void savePlan();
  void chooseExport(const QString& target, const QString& main_file);

  PlanModel* model_;
  QWidget* content_;
  EmptyState* empty_;
  QStackedLayout* layers_;
  QSlider* slider_;
  QLineEdit* budget_;
  QLabel *result_, *low_, *high_, *problem_;
  QComboBox* metric_;
  QLabel *damage_, *bound_, *gap_, *time_, *uniform_;
  ParetoView* pareto_;
  ChartFrame* frontier_;
  QLabel *why_title_, *why_;
  QPushButton* pin_;
  QLabel* caption_;
  QTableView* table_;
  bool showing_ = false;
};

}  // namespace app
