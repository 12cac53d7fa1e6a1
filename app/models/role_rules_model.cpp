#include "app/models/role_rules_model.h"

#include <algorithm>

#include "app/models/format.h"
#include "core/sources/names/name_match.h"
#include "core/sources/names/roles.h"

namespace app {
namespace {
constexpr int settle_ms = 120;
}

RoleRulesModel::RoleRulesModel(Workspace& workspace, QObject* parent)
    : QAbstractTableModel(parent), workspace_(workspace) {
  typing_.setSingleShot(true);
  typing_.setInterval(settle_ms);
  connect(&typing_, &QTimer::timeout, this, &RoleRulesModel::judge);
  connect(&workspace, &Workspace::sourceChanged, this, [this] { takeNames(), judge(); });
  connect(&workspace, &Workspace::rolesChanged, this, &RoleRulesModel::showInForce);
  takeNames();
  showInForce();
}

int RoleRulesModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : int(table_.roles.size());
}
int RoleRulesModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(ColumnCount); }

QVariant RoleRulesModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || index.row() >= rowCount()) return {};
  const quant::RoleRule& rule = table_.roles[std::size_t(index.row())];
  const auto* fault = problem(index.row());
  const QString said = fault ? format::utf8(fault->why) : QString();
  if (role == Qt::ToolTipRole && fault) return tr("%1; %2").arg(said, format::utf8(fault->hint));
  if (role == Qt::ToolTipRole && index.column() != Matches) return data(index, Qt::DisplayRole);
  if (role != Qt::DisplayRole && role != Qt::EditRole) return {};
  switch (index.column()) {
    case Role: return format::utf8(rule.role);
    case Pattern: return format::utf8(rule.pattern);
    case Families: return format::utf8(rule.families);
    default: break;
  }
  if (fault) return fault->at < 0 ? said : tr("byte %1: %2").arg(fault->at).arg(said);
  const auto row = std::size_t(index.row());
  return names_.empty() || row >= matches_.counts.size() ? format::none() : format::count(matches_.counts[row]);
}

bool RoleRulesModel::setData(const QModelIndex& index, const QVariant& value, int role) {
  if (!index.isValid() || role != Qt::EditRole || index.column() == Matches) return false;
  quant::RoleRule& rule = table_.roles[std::size_t(index.row())];
  std::string& cell = index.column() == Role ? rule.role : index.column() == Pattern ? rule.pattern : rule.families;
  std::string text = value.toString().toStdString();
  if (cell == text) return false;
  cell = std::move(text);
  Q_EMIT dataChanged(index, index);
  typing_.start();
  return true;
}

QVariant RoleRulesModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || role != Qt::DisplayRole || section < 0 || section >= ColumnCount) return {};
  const QString titles[] = {tr("Role"), tr("Pattern"), tr("Families"), tr("Matches")};
  return titles[section];
}

Qt::ItemFlags RoleRulesModel::flags(const QModelIndex& index) const {
  const auto plain = QAbstractTableModel::flags(index);
  return index.column() == Matches ? plain : plain | Qt::ItemIsEditable;
}

void RoleRulesModel::showInForce() { show(quant::role_rules_in_force()->table); }

void RoleRulesModel::showBuiltIn() { show(quant::read_role_table(quant::built_in_role_rules()).table); }

void RoleRulesModel::show(quant::RoleTable table) {
  beginResetModel();
  table_ = std::move(table);
  problems_.clear();
  matches_ = {};
  endResetModel();
  judge();
}

int RoleRulesModel::addRule() {
  const int row = rowCount();
  beginInsertRows({}, row, row);
  table_.roles.push_back({"new_role", "(?:^|\\.)name$", ""});
  problems_.clear();
  endInsertRows();
  judge();
  return row;
}

void RoleRulesModel::removeRule(int row) {
  if (row < 0 || row >= rowCount()) return;
  beginRemoveRows({}, row, row);
  table_.roles.erase(table_.roles.begin() + row);
  problems_.clear();  // they are told by row
  endRemoveRows();
  judge();
}

QString RoleRulesModel::json() const { return format::utf8(quant::role_table_text(table_)); }

bool RoleRulesModel::differs() const { return !(table_ == quant::role_rules_in_force()->table); }

void RoleRulesModel::takeNames() { names_ = quant::names_of(workspace_.tensors()); }

void RoleRulesModel::judge() {
  typing_.stop();
  problems_ = quant::problems_of(table_);
  matches_ = quant::match_counts(table_, names_);
  if (rowCount() > 0) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
  Q_EMIT judged();
}

const quant::RuleProblem* RoleRulesModel::problem(int row) const {
  const auto at = std::ranges::find(problems_, row, &quant::RuleProblem::row);
  return at == problems_.end() ? nullptr : &*at;
}

}  // namespace app
