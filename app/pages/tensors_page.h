#pragma once
// tensors: every tensor of the model in one table, filtered by words, regexes and comparisons.

#include "app/pages/page.h"

class QLabel;
class QLineEdit;
class QStackedLayout;
class QTableView;
class QTimer;

namespace app {

class EmptyState;
class TensorModel;

class TensorsPage final : public Page {
  Q_OBJECT
 public:
  explicit TensorsPage(Workspace& workspace, QWidget* parent = nullptr);
  bool atRest() const override;
  void activated() override;

 private:
  void buildTable();
  void buildMenus();
  void filter();
  void refreshState();
  void showSelection();
  void takeSelection();
  void pinSelected();
  void copySelected();
  QList<int> chosen() const;

  TensorModel* model_;
  QTableView* table_;
  QLineEdit* filter_;
  QLabel* problem_;
  QLabel* count_;
  QWidget* content_;
  EmptyState* empty_;
  QStackedLayout* layers_;
  QTimer* typing_;
  bool selecting_ = false;
  bool plan_wanted_ = true;
};

}  // namespace app
