#pragma once
// "Role rules…": the table that tells roles from names, edited beside what it does to the open model. Blocks nothing.

#include <QDialog>

#include "app/models/role_rules_model.h"

class QLabel;
class QPushButton;
class QTableView;
class QTreeWidget;

namespace app {

class RoleRulesDialog final : public QDialog {
  Q_OBJECT
 public:
  RoleRulesDialog(Workspace& workspace, QWidget* parent);

 Q_SIGNALS:
  void failed(const quant::Error& error);

 private:
  QWidget* buildTable();
  QWidget* buildNames();
  QWidget* buildButtons();
  QPushButton* button(const QString& name, const QString& text, const QString& tip);
  void add();
  void remove();
  void apply();
  void refresh();
  void listNames();

  Workspace& workspace_;
  RoleRulesModel* model_;
  QTableView* table_;
  QTreeWidget* names_;
  QLabel *origin_, *verdict_;
  QPushButton *remove_, *reset_, *apply_;
};

}  // namespace app
