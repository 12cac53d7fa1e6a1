#pragma once
// Schemes side by side as rows: what core's comparison says of each, sortable, the ones without figures last.

#include <QAbstractTableModel>
#include <vector>

#include "app/models/workspace.h"
#include "core/sensitivity/comparison.h"

namespace app {

/// DisplayRole is text for people, SortRole the plain number, SchemeRole the canonical text, DimRole whether the row is
/// dominated or has no figures, LookRole the number of its method among those compared (views/mark_shape).
class CompareModel final : public QAbstractTableModel {
  Q_OBJECT
 public:
  enum Column {
    Name,
    Bpw,
    Sqnr,
    BelowBound,
    Remark,
    Wins,
    Size,
    StepRms,
    Rmse,
    MaxAbs,
    P99,
    Clip,
    Entropy,
    ColumnCount
  };
  enum DataRole { SortRole = Qt::UserRole, SchemeRole, DimRole, LookRole };

  explicit CompareModel(Workspace& workspace, QObject* parent = nullptr);

  /// Compares the candidate schemes on these tensors (indices into Workspace::tensors()).
  void compare(std::vector<int> tensors);
  const std::vector<int>& tensors() const { return tensors_; }
  bool several() const { return tensors_.size() > 1; }
  /// In the order of the candidate schemes.
  const std::vector<quant::ComparedScheme>& schemes() const { return schemes_; }
  int lookOf(std::size_t scheme) const { return looks_[scheme]; }
  int current() const { return current_; }  ///< the selected scheme, −1 = none
  bool wins() const { return several() && current_ >= 0; }
  int rowOf(const QString& scheme) const;
  /// "4.125 bpw · 19.8 dB · …" of a scheme.
  QString readOut(std::size_t scheme) const;
  /// All figures in full digits, the header first.
  std::vector<QStringList> table() const;

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
  void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;

 private:
  void findSteps();
  void findLooks();
  std::vector<std::size_t> ordered() const;
  QString text(std::size_t scheme, int column) const;
  QString remark(std::size_t scheme) const;
  QString tip(std::size_t scheme, int column) const;
  QVariant number(std::size_t scheme, int column) const;

  Workspace& workspace_;
  std::vector<int> tensors_;
  std::vector<quant::ComparedScheme> schemes_;
  std::vector<std::optional<quant::StepError>> steps_;
  std::vector<int> looks_;
  std::vector<std::size_t> rows_;  ///< row → scheme
  int current_ = -1;
  int sort_column_ = -1;
  Qt::SortOrder sort_order_ = Qt::AscendingOrder;
};

}  // namespace app
