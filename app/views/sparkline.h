#pragma once
// A distribution in the space of a word: bars of relative counts, no axis.

#include <QStyledItemDelegate>
#include <QWidget>
#include <vector>

class QPainter;

namespace app {

/// Bars over the whole width, the tallest as high as `rect`; a bin that holds anything is at least one pixel high.
void paintSparkline(QPainter* painter, const QRectF& rect, const std::vector<double>& bins, const QColor& color);

class Sparkline final : public QWidget {
  Q_OBJECT
 public:
  explicit Sparkline(QWidget* parent = nullptr);
  void show(std::vector<double> bins);
  QSize sizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  std::vector<double> bins_;
};

/// A table cell whose Qt::UserRole + 1 holds a QVariant of std::vector<double>.
class SparklineDelegate final : public QStyledItemDelegate {
  Q_OBJECT
 public:
  static constexpr int bins_role = Qt::UserRole + 1;
  using QStyledItemDelegate::QStyledItemDelegate;
  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

}  // namespace app

Q_DECLARE_METATYPE(std::vector<double>)
