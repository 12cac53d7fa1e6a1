#include "app/models/plan_model.h"

#include <QCollator>
#include <algorithm>
#include <cmath>

#include "app/models/format.h"

namespace app {
namespace {

bool numeric(int column) { return column >= PlanModel::Bits; }

/// The nearest budget at which this row takes another choice.
std::optional<double> flip(const quant::Assignment& a) {
  return a.up.flips_at_bpw ? a.up.flips_at_bpw : a.down.flips_at_bpw;
}

double bits(const quant::Assignment& a) { return a.elements == 0 ? 0 : 8.0 * double(a.bytes) / double(a.elements); }

}  // namespace

PlanModel::PlanModel(QObject* parent) : QAbstractTableModel(parent) {}

void PlanModel::show(std::shared_ptr<const quant::Plan> plan) {
  const auto before = plan_;
  const bool same = before && plan && before->assignments.size() == plan->assignments.size() &&
                    std::equal(before->assignments.begin(), before->assignments.end(), plan->assignments.begin(),
                               [](const auto& a, const auto& b) { return a.tensor == b.tensor; });
  if (same) {
    plan_ = plan;
    for (std::size_t i = 0; i < changed_.size(); ++i)
      changed_[i] = before->assignments[i].scheme != plan->assignments[i].scheme;
    if (!rows_.empty()) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
    return;
  }
  beginResetModel();
  plan_ = plan;
  rows_.clear();
  without_ = 0;
  const std::size_t n = plan ? plan->assignments.size() : 0;
  changed_.assign(n, false);
  for (std::size_t i = 0; i < n; ++i)
    if (plan->assignments[i].scheme == "none" && !plan->assignments[i].pinned)
      ++without_;
    else
      rows_.push_back(i);
  order();
  endResetModel();
}

const quant::Assignment& PlanModel::assignment(int row) const { return plan_->assignments[rows_[std::size_t(row)]]; }

int PlanModel::rowOf(const QString& tensor) const {
  for (int row = 0; row < rowCount(); ++row)
    if (format::utf8(assignment(row).tensor) == tensor) return row;
  return -1;
}

int PlanModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(rows_.size()); }
int PlanModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(ColumnCount); }

double PlanModel::share(const quant::Assignment& a) const {
  return plan_->objective > 0 ? a.cost / plan_->objective : 0;
}

QVariant PlanModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || index.row() >= rowCount()) return {};
  const std::size_t i = rows_[std::size_t(index.row())];
  switch (role) {
    case Qt::DisplayRole: return text(i, index.column());
    case SortRole: return key(i, index.column());
    case ChangedRole: return bool(changed_[i]);
    case Qt::TextAlignmentRole:
      return QVariant::fromValue(
          Qt::Alignment(Qt::AlignVCenter | (numeric(index.column()) ? Qt::AlignRight : Qt::AlignLeft)));
    case Qt::ToolTipRole:
      return index.column() == Tensor ? QVariant(format::utf8(plan_->assignments[i].tensor)) : QVariant();
    default: return {};
  }
}

QString PlanModel::text(std::size_t i, int column) const {
  const quant::Assignment& a = plan_->assignments[i];
  switch (column) {
    case Tensor: return format::utf8(a.tensor);
    case Scheme:
      return a.pinned ? tr("%1 (pinned)").arg(format::scheme(format::utf8(a.scheme)))
                      : format::scheme(format::utf8(a.scheme));
    case Bits: return format::fixed(bits(a), 3);
    case Size: return format::mebibytes(a.bytes);
    case Damage: return format::number(a.cost, 3);
    case Share: return format::percent(share(a), 1);
    case Flip: return flip(a) ? format::fixed(*flip(a), 2) : format::none();
    default: return {};
  }
}

QVariant PlanModel::key(std::size_t i, int column) const {
  const quant::Assignment& a = plan_->assignments[i];
  switch (column) {
    case Bits: return bits(a);
    case Size: return double(a.bytes);
    case Damage: return a.cost;
    case Share: return share(a);
    case Flip: return flip(a).value_or(HUGE_VAL);
    default: return text(i, column);
  }
}

QVariant PlanModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount) return {};
  if (role == Qt::TextAlignmentRole)
    return QVariant::fromValue(Qt::Alignment(Qt::AlignVCenter | (numeric(section) ? Qt::AlignRight : Qt::AlignLeft)));
  const QString names[] = {tr("Tensor"), tr("Scheme"), tr("Bits"),       tr("MiB"),
                           tr("Damage"), tr("Share"),  tr("Next change")};
  const QString helps[] = {{},
                           {},
                           tr("Bits per weight of this tensor, scales included"),
                           {},
                           tr("What this choice adds to the objective"),
                           tr("Its part of the whole damage"),
                           tr("The budget, in bits per weight, at which the exact plan takes another choice here")};
  if (role == Qt::ToolTipRole) return helps[section];
  return role == Qt::DisplayRole ? QVariant(names[section]) : QVariant();
}

void PlanModel::order() {
  if (sort_column_ < 0) return;
  QCollator natural(QLocale(QLocale::English));
  natural.setNumericMode(true);
  const bool number = numeric(sort_column_), up = sort_order_ == Qt::AscendingOrder;
  std::stable_sort(rows_.begin(), rows_.end(), [&](std::size_t a, std::size_t b) {
    const QVariant x = key(up ? a : b, sort_column_), y = key(up ? b : a, sort_column_);
    return number ? x.toDouble() < y.toDouble() : natural.compare(x.toString(), y.toString()) < 0;
  });
}

void PlanModel::sort(int column, Qt::SortOrder direction) {
  sort_column_ = column, sort_order_ = direction;
  Q_EMIT layoutAboutToBeChanged({}, QAbstractItemModel::VerticalSortHint);
  const auto before = rows_;
  if (column < 0)
    std::sort(rows_.begin(), rows_.end());
  else
    order();
  const QModelIndexList old = persistentIndexList();
  QModelIndexList moved;
  for (const QModelIndex& i : old) {
    const auto at = std::find(rows_.begin(), rows_.end(), before[std::size_t(i.row())]);
    moved << index(int(at - rows_.begin()), i.column());
  }
  changePersistentIndexList(old, moved);
  Q_EMIT layoutChanged({}, QAbstractItemModel::VerticalSortHint);
}

}  // namespace app
