#pragma once
// The rule table of roles while it is edited: rows of role, pattern, families, and what each rule matches in the open
// model or what is wrong with it. Core judges and counts.

#include <QAbstractTableModel>
#include <QTimer>
#include <vector>

#include "app/models/workspace.h"
#include "core/sources/names/role_rules.h"

namespace app {

class RoleRulesModel final : public QAbstractTableModel {
  Q_OBJECT
 public:
  enum Column { Role, Pattern, Families, Matches, ColumnCount };

  explicit RoleRulesModel(Workspace& workspace, QObject* parent = nullptr);

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  bool setData(const QModelIndex& index, const QVariant& value, int role = Qt::EditRole) override;
  QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
  Qt::ItemFlags flags(const QModelIndex& index) const override;

  void showInForce();
  void showBuiltIn();
  /// A new rule at the end; its row.
  int addRule();
  void removeRule(int row);

  QString json() const;
  bool differs() const;  ///< from the table in force
  bool isSound() const { return problems_.empty(); }
  const quant::RoleTable& table() const { return table_; }
  const std::vector<quant::RuleProblem>& problems() const { return problems_; }
  const quant::RuleMatches& matches() const { return matches_; }
  int names() const { return int(names_.size()); }
  const std::string& name(std::size_t index) const { return names_[index]; }

 Q_SIGNALS:
  void judged();  ///< problems() and matches() are of the table as it stands

 private:
  void show(quant::RoleTable table);
  void takeNames();
  void judge();
  const quant::RuleProblem* problem(int row) const;

  Workspace& workspace_;
  quant::RoleTable table_;
  std::vector<quant::RuleProblem> problems_;
  quant::RuleMatches matches_;
  std::vector<std::string> names_;
  QTimer typing_;
};

}  // namespace app
