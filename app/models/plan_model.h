#pragma once
// The assignments of a plan as rows. Holds a snapshot; computes nothing.

#include <QAbstractTableModel>
#include <memory>
#include <vector>

#include "app/models/workspace.h"

namespace app {

/// Only tensors that have a choice; the others count as stored and are told in the caption.
class PlanModel final : public QAbstractTableModel {
  Q_OBJECT
 public:
  enum Column { Tensor, Scheme, Bits, Size, Damage, Share, Flip, ColumnCount };
  enum DataRole { SortRole = Qt::UserRole, ChangedRole };

  explicit PlanModel(QObject* parent = nullptr);

  /// Rows keep their order while the plan changes; `changed` rows took another scheme than before.
  void show(std::shared_ptr<const quant::Plan> plan);
  const quant::Assignment& assignment(int row) const;
  int rowOf(const QString& tensor) const;
  int without() const { return without_; }  ///< tensors that have no choice

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
  void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;

 private:
  QVariant key(std::size_t assignment, int column) const;
  QString text(std::size_t assignment, int column) const;
  double share(const quant::Assignment& a) const;
  void order();

  std::shared_ptr<const quant::Plan> plan_;
  std::vector<std::size_t> rows_;  ///< indices into plan_->assignments
  std::vector<bool> changed_;      ///< by assignment
  int without_ = 0;
  int sort_column_ = -1;
  Qt::SortOrder sort_order_ = Qt::AscendingOrder;
};

}  // namespace app
