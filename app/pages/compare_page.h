#pragma once
// Schemes side by side: signal to noise against real bits per weight with the lines of theory, and a sortable table.

#include "app/models/compare_model.h"
#include "app/pages/page.h"
#include "core/stats/theory.h"

class QComboBox;
class QLabel;
class QMenu;
class QPushButton;
class QSplitter;
class QStackedLayout;
class QTableView;

namespace app {

class ChartFrame;
class CompareView;
class EmptyState;
struct ComparePicture;

class ComparePage final : public Page {
  Q_OBJECT
 public:
  explicit ComparePage(Workspace& workspace, QWidget* parent = nullptr);
  void activated() override;
  CompareView& view() { return *view_; }
  CompareModel& model() { return *model_; }

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void buildTools();
  void buildTable();
  void buildLines();
  void refresh();
  bool refreshEmpty();
  void refreshScopes();
  std::vector<int> tensors() const;
  ComparePicture picture() const;
  void fitColumns();
  void refreshNote();
  void arrange();
  void showRow();
  void takeRow();
  void addScheme();
  void copyRows();
  void removeRows();
  void retranslate();

  QStackedLayout* stack_;
  EmptyState* empty_;
  CompareModel* model_;
  CompareView* view_;
  ChartFrame* frame_;
  QSplitter* splitter_;
  QTableView* table_;
  QComboBox* scope_;
  QPushButton *lines_, *add_, *measure_;
  QLabel* hint_;
  QString shown_;  ///< what the chart compares: a change shows all of it again
  bool selecting_ = false;
};

}  // namespace app
