#pragma once
// The tensors of the open model as rows, filtered and sorted by an index of its own: QSortFilterProxyModel takes 264 ms
// to put 50,000 rows back, a reset of this takes what one repaint takes.

#include <QAbstractTableModel>
#include <vector>

#include "app/models/tensor_filter.h"
#include "app/models/workspace.h"

namespace app {

/// DisplayRole is text for people, SortRole the plain number, BinsRole the value distribution (std::vector<double>).
class TensorModel final : public QAbstractTableModel {
  Q_OBJECT
 public:
  enum Column { Name, Role, Layer, Shape, DType, Size, Values, Sqnr, Clip, Kurtosis, Planned, ColumnCount };
  enum DataRole { SortRole = Qt::UserRole, BinsRole };

  explicit TensorModel(Workspace& workspace, QObject* parent = nullptr);

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
  void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;

  void setFilter(const TensorFilter& filter);
  int tensorAt(int row) const { return rows_[std::size_t(row)]; }  ///< index into Workspace::tensors()
  int rowOf(int tensor) const;                                     ///< −1 where it is filtered out
  quint64 shownBytes() const { return shown_bytes_; }

 private:
  TensorFacts facts(int tensor) const;
  QString text(int tensor, int column) const;
  QVariant number(int tensor, int column) const;
  std::vector<double> bins(int tensor) const;
  const quant::StoredAnalysis* current(int tensor) const;
  void rebuild();
  void order(std::vector<int>& rows) const;
  void refresh(int first, int last);

  Workspace& workspace_;
  TensorFilter filter_;
  std::vector<int> rows_;
  quint64 shown_bytes_ = 0;
  int sort_column_ = -1;
  Qt::SortOrder sort_order_ = Qt::AscendingOrder;
  double span_ = 0;  ///< half width that all value distributions share
};

}  // namespace app
