#include "app/views/colour_legend.h"

#include <QPainter>
#include <algorithm>

#include "app/views/axis_scale.h"
#include "app/window/theme.h"

namespace app {
namespace {

constexpr double bar_height = 10, widest_bar = 420, arrow = 8;

}  // namespace

ColourLegend::ColourLegend(QWidget* parent) : QWidget(parent) {
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void ColourLegend::show(Content content) {
  content_ = std::move(content);
  QStringList numbers;
  for (const auto& tick : content_.ticks) numbers.append(tick.text);
  setAccessibleName(tr("Legend: %1").arg(content_.title));
  setAccessibleDescription(numbers.join(QStringLiteral(", ")));
  updateGeometry();
  update();
}

QList<LegendTick> ColourLegend::ticksOf(const ColourScale& scale, int most) {
  QList<LegendTick> ticks;
  const double width = scale.hi() - scale.lo();
  if (!(width > 0)) return {{0, AxisScale().ticks(scale.lo(), scale.lo(), 1).value(0).text}};
  for (const auto& tick : AxisScale().ticks(scale.lo(), scale.hi(), most))
    ticks.append({(tick.at - scale.lo()) / width, tick.text});
  return ticks;
}

QSize ColourLegend::sizeHint() const { return {480, int(bar_height) + 2 * fontMetrics().height() + 8}; }

void ColourLegend::paintEvent(QPaintEvent*) {
  const Theme& theme = Theme::of(this);
  QPainter painter(this);
  painter.setFont(scaled(font(), 0.9));
  const QFontMetricsF metrics(painter.font());
  const double side = 22, width = std::min(widest_bar, this->width() - 2 * side);
  const QRectF bar(side, metrics.height() + 3, width, bar_height);
  painter.setPen(theme.muted);
  painter.drawText(QRectF(side, 0, this->width() - side, metrics.height() + 2), Qt::AlignLeft, content_.title);
  const ColourTable& table = content_.kind == ColourKind::diverging ? diverging(theme.isDark()) : cividis();
  for (int x = 0; x < int(bar.width()); ++x) {
    const double t = x / std::max(1.0, bar.width() - 1);
    painter.fillRect(QRectF(bar.left() + x, bar.top(), 1, bar.height()),
                     QColor(table[std::size_t(255 * (content_.reversed ? 1 - t : t))]));
  }
  painter.setPen(QPen(theme.outline, 1));
  painter.setBrush(Qt::NoBrush);
  painter.drawRect(bar.adjusted(-0.5, -0.5, 0.5, 0.5));
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(Qt::NoPen);
  const auto triangle = [&](double x, double to, QRgb colour) {
    painter.setBrush(QColor(colour));
    painter.drawPolygon(QPolygonF({{x, bar.top()}, {x, bar.bottom()}, {to, bar.center().y()}}));
  };
  if (content_.below) triangle(bar.left() - 2, bar.left() - 2 - arrow, table[content_.reversed ? 255 : 0]);
  if (content_.above) triangle(bar.right() + 2, bar.right() + 2 + arrow, table[content_.reversed ? 0 : 255]);
  painter.setRenderHint(QPainter::Antialiasing, false);
  painter.setPen(theme.muted);
  double free_from = 0;
  for (const auto& tick : content_.ticks) {
    const double x = bar.left() + tick.at * bar.width(), w = metrics.horizontalAdvance(tick.text);
    if (x - w / 2 < free_from) continue;
    painter.drawLine(QPointF(x, bar.bottom() + 1), QPointF(x, bar.bottom() + 3));
    painter.drawText(QPointF(x - w / 2, bar.bottom() + 4 + metrics.ascent()), tick.text);
    free_from = x + w / 2 + 8;
  }
  if (content_.special.isEmpty()) return;
  const QRectF sample(bar.right() + 32, bar.top(), 22, bar.height());
  if (sample.right() + metrics.horizontalAdvance(content_.special) > this->width()) return;
  painter.fillRect(sample, unmeasuredBrush(theme.muted));
  painter.drawRect(sample);
  painter.drawText(QPointF(sample.right() + 6, bar.center().y() + metrics.ascent() / 2 - 1), content_.special);
}

}  // namespace app
