#include "app/views/chart_style.h"

#include <QAbstractAxis>
#include <QChart>
#include <QLegend>
#include <QPainter>
#include <array>

#include "app/window/theme.h"

namespace app {

void styleChart(QChart& chart, const Theme& theme, const QFont& font) {
  chart.setAnimationOptions(QChart::NoAnimation);
  chart.setBackgroundRoundness(0);
  chart.setBackgroundPen(Qt::NoPen);
  chart.setBackgroundBrush(theme.base);
  chart.setPlotAreaBackgroundVisible(false);
  chart.setMargins(QMargins(0, 0, 0, 0));
  chart.setTitleBrush(theme.text);
  chart.setTitleFont(font);
  chart.legend()->hide();
}

void styleAxis(QAbstractAxis& axis, const Theme& theme, const QFont& font, bool grid) {
  QPen line(theme.outline, 1), faint(theme.grid, 1);
  line.setCosmetic(true);
  faint.setCosmetic(true);
  axis.setLinePen(line);
  axis.setGridLinePen(faint);
  axis.setGridLineVisible(grid);
  axis.setMinorGridLineVisible(false);
  axis.setShadesVisible(false);
  axis.setLabelsBrush(theme.muted);
  axis.setLabelsFont(scaled(font, 0.9));
  axis.setTitleBrush(theme.muted);
  axis.setTitleFont(scaled(font, 0.9));
  axis.setTruncateLabels(false);
}

QColor layerColour(const Theme& theme, int index) {
  // Beside the two parts of an error, of the four series colours only two are left: the fourth layer takes the text's.
  const std::array colours{theme.rounding, theme.series[2], theme.series[3], theme.text};
  return colours[std::size_t(index) % colours.size()];
}

QPen layerPen(const Theme& theme, int index) {
  static const std::array<QList<qreal>, 4> dashes{QList<qreal>{}, {5, 2.5}, {1.2, 2}, {6, 2, 1.2, 2}};
  const auto i = std::size_t(index) % dashes.size();
  QPen pen(layerColour(theme, index), i == 2 ? 2.2 : 1.6);
  pen.setCosmetic(true);
  pen.setCapStyle(Qt::FlatCap);
  pen.setJoinStyle(Qt::MiterJoin);
  if (!dashes[i].isEmpty()) pen.setDashPattern(dashes[i]);
  return pen;
}

void paintFocusRing(QPainter& painter, const QRectF& around, const Theme& theme) {
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing, false);
  painter.setBrush(Qt::NoBrush);
  painter.setPen(QPen(theme.accent, 2));
  painter.drawRect(around.adjusted(1, 1, -1, -1));
  painter.restore();
}

}  // namespace app
