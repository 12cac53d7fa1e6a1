#include "app/views/sparkline.h"

#include <QPainter>
#include <algorithm>

#include "app/window/theme.h"

namespace app {

void paintSparkline(QPainter* painter, const QRectF& rect, const std::vector<double>& bins, const QColor& color) {
  if (bins.empty()) return;
  const double top = *std::max_element(bins.begin(), bins.end());
  if (top <= 0) return;
  const double step = rect.width() / double(bins.size());
  for (std::size_t i = 0; i < bins.size(); ++i) {
    if (bins[i] <= 0) continue;
    const double height = std::max(1.0, rect.height() * bins[i] / top);
    const double left = rect.left() + step * double(i);
    painter->fillRect(QRectF(left, rect.bottom() - height, std::max(1.0, step - (step > 3 ? 1 : 0)), height), color);
  }
}

Sparkline::Sparkline(QWidget* parent) : QWidget(parent) {}

void Sparkline::show(std::vector<double> bins) {
  bins_ = std::move(bins);
  update();
}

QSize Sparkline::sizeHint() const { return {24 * grid_px, 7 * grid_px}; }

void Sparkline::paintEvent(QPaintEvent*) {
  const Theme& t = Theme::of(this);
  QPainter painter(this);
  const QRectF area = QRectF(rect()).adjusted(0, 2, 0, -1);
  paintSparkline(&painter, area, bins_, t.rounding);
  painter.fillRect(QRectF(0, height() - 1, width(), 1), t.outline);
}

void SparklineDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
  QStyledItemDelegate::paint(painter, option, index);
  const auto bins = index.data(bins_role).value<std::vector<double>>();
  const Theme& t = Theme::of(option.palette);
  paintSparkline(painter, QRectF(option.rect).adjusted(8, 5, -8, -5), bins, t.rounding);
}

}  // namespace app
