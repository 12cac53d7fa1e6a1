#include "app/views/histogram_bars.h"

#include <QFontMetricsF>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "app/views/chart_style.h"
#include "app/window/theme.h"

namespace app {
namespace {

constexpr double key_width = 26;  // of a sample in the legend, its gap included

QColor withAlpha(QColor color, double alpha) {
  color.setAlphaF(float(alpha));
  return color;
}

/// Diagonal lines, as dense as they stay readable on any bar.
QBrush hatch(const QColor& line, const QColor& ground) {
  QImage tile(6, 6, QImage::Format_RGB32);
  tile.fill(ground);
  for (int i = 0; i < 6; ++i) {
    tile.setPixelColor(i, 5 - i, line);
    tile.setPixelColor((i + 1) % 6, 5 - i, line);
  }
  return QBrush(tile);
}

QColor mixed(const QColor& a, const QColor& b, double share) {
  const auto mix = [share](int x, int y) { return int(std::lround(x + share * (y - x))); };
  return QColor(mix(a.red(), b.red()), mix(a.green(), b.green()), mix(a.blue(), b.blue()));
}

}  // namespace

void HistogramBars::show(Frame frame) {
  frame_ = std::move(frame);
  update();
}

void HistogramBars::setLook(const Theme& theme, const QFont& font) {
  theme_ = &theme;
  font_ = font;
  update();
}

void HistogramBars::setPlotArea(const QRectF& area) {
  prepareGeometryChange();
  area_ = area;
  update();
}

double HistogramBars::x(double position) const {
  return area_.left() + (position - frame_.x_lo) / (frame_.x_hi - frame_.x_lo) * area_.width();
}

double HistogramBars::y(double position) const {
  const double share = (position - frame_.y_lo) / (frame_.y_hi - frame_.y_lo);
  return area_.bottom() - std::clamp(share, 0.0, 1.0) * area_.height();
}

void HistogramBars::paint(QPainter* painter, const QStyleOptionGraphicsItem*, QWidget*) {
  if (!theme_ || area_.isEmpty()) return;
  painter->save();
  painter->setClipRect(area_);
  painter->setRenderHint(QPainter::Antialiasing, false);
  painter->setFont(font_);
  paintLevels(*painter);
  paintBars(*painter);
  paintCursor(*painter);
  paintMarks(*painter);
  paintLabels(*painter);
  painter->restore();
}

void HistogramBars::paintBars(QPainter& painter) const {
  const auto& edges = frame_.edges;
  if (frame_.total.empty()) return;
  const bool parts = !frame_.clipping.empty();
  const QColor ink = layerColour(*theme_, 0);
  const QColor fill = mixed(theme_->base, ink, theme_->isDark() ? 0.55 : 0.42);
  const QBrush clipped = hatch(theme_->clipping, mixed(theme_->base, theme_->clipping, 0.25));
  // Steps of one device pixel, so that nothing is drawn twice and nothing falls between two columns.
  const double step = 1 / std::max(1.0, painter.device()->devicePixelRatioF());
  const double floor = area_.bottom();
  std::size_t bin = 0;
  double last_top = floor;
  for (double left = area_.left(); left < area_.right(); left += step) {
    const double from = frame_.x_lo + (left - area_.left()) / area_.width() * (frame_.x_hi - frame_.x_lo);
    const double to = from + step / area_.width() * (frame_.x_hi - frame_.x_lo);
    while (bin < frame_.total.size() && edges[bin + 1] <= from) ++bin;
    double top = frame_.y_lo, clip = frame_.y_lo;
    for (std::size_t k = bin; k < frame_.total.size() && edges[k] < to; ++k) {
      top = std::max(top, frame_.total[k]);
      if (parts) clip = std::max(clip, frame_.clipping[k]);
    }
    const double at = y(top);
    if (at < floor) painter.fillRect(QRectF(left, at, step, floor - at), fill);
    if (const double edge = y(clip); clip > frame_.y_lo && edge < floor)
      painter.fillRect(QRectF(left, edge, step, floor - edge), clipped);
    // The outline: the top of this column, and the side where it differs from the one before.
    const double high = std::min(at, last_top), low = std::max(at, last_top);
    if (at < floor || last_top < floor)
      painter.fillRect(
          QRectF(left, high == at ? at : high, step, high == at && low - at < 1 ? 1.2 : std::max(1.2, low - high)),
          ink);
    last_top = at;
  }
}

void HistogramBars::paintCursor(QPainter& painter) const {
  if (frame_.cursor < 0 || std::size_t(frame_.cursor) >= frame_.total.size()) return;
  const auto k = std::size_t(frame_.cursor);
  const double left = x(frame_.edges[k]), right = std::max(left + 1, x(frame_.edges[k + 1]));
  painter.fillRect(QRectF(left, area_.top(), right - left, area_.height()), withAlpha(theme_->accent, 0.16));
  painter.fillRect(QRectF((left + right) / 2 - 0.5, area_.top(), 1, area_.height()), withAlpha(theme_->accent, 0.8));
}

void HistogramBars::paintLevels(QPainter& painter) const {
  const QFontMetricsF metrics(font_);
  double free_from = area_.left();
  QPen faint(withAlpha(theme_->muted, 0.45), 1, Qt::CustomDashLine);
  faint.setDashPattern({1, 3});
  for (const auto& mark : frame_.marks) {
    if (mark.mark.kind != HistogramMark::level) continue;
    const double at = std::round(x(mark.at)) + 0.5;
    if (at < area_.left() || at > area_.right()) continue;
    painter.setPen(faint);
    painter.drawLine(QPointF(at, area_.top() + metrics.height() + 3), QPointF(at, area_.bottom()));
    const double width = metrics.horizontalAdvance(mark.mark.label);
    if (at - width / 2 < free_from || at + width / 2 > area_.right()) continue;
    painter.setPen(theme_->muted);
    painter.drawText(QPointF(at - width / 2, area_.top() + metrics.ascent()), mark.mark.label);
    free_from = at + width / 2 + 5;
  }
}

void HistogramBars::paintMarks(QPainter& painter) const {
  const QFontMetricsF metrics(font_);
  double row = area_.top() + metrics.height() + 6;
  for (const auto& mark : frame_.marks) {
    if (mark.mark.kind == HistogramMark::level) continue;
    const double at = std::round(x(mark.at));
    if (at < area_.left() - 0.5 || at > area_.right() + 0.5) continue;
    if (mark.mark.kind == HistogramMark::guide) row += metrics.height() + 2;  // below the labels of ±½Δ
    paintFlag(painter, mark, row);
    if (!mark.mark.label.isEmpty() && mark.mark.kind != HistogramMark::half_step) row += metrics.height() + 2;
  }
}

void HistogramBars::paintFlag(QPainter& painter, const Frame::Mark& mark, double top) const {
  const QFontMetricsF metrics(font_);
  const bool clip = mark.mark.kind == HistogramMark::clip;
  const QColor ink = clip ? theme_->clipping : theme_->muted;
  const double at = std::round(x(mark.at)) + 0.5;
  QPen pen(ink, 1, Qt::CustomDashLine);
  pen.setDashPattern(clip ? QList<qreal>{4, 3} : QList<qreal>{2, 3});
  painter.setPen(pen);
  const double below_codes = area_.top() + metrics.height() + 2;
  painter.drawLine(QPointF(at, below_codes), QPointF(at, area_.bottom()));
  if (clip) {
    painter.setPen(Qt::NoPen);
    painter.setBrush(ink);
    painter.setRenderHint(QPainter::Antialiasing, true);
    painter.drawPolygon(QPolygonF({{at - 4, below_codes}, {at + 4, below_codes}, {at, below_codes + 7}}));
    painter.setRenderHint(QPainter::Antialiasing, false);
  }
  if (mark.mark.label.isEmpty()) return;
  const double width = metrics.horizontalAdvance(mark.mark.label);
  // Beside the line, on the side that is named, or on the other where it would leave the plot.
  bool left = mark.mark.towards_left;
  if (left && at - width - 6 < area_.left()) left = false;
  if (!left && at + width + 6 > area_.right()) left = true;
  QRectF box(left ? at - width - 6 : at + 5, top, width + 2, metrics.height());
  if (const QRectF keys = legend(); box.intersects(keys)) box.moveTop(keys.bottom() + 2);
  painter.fillRect(box, withAlpha(theme_->base, 0.82));
  painter.setPen(clip ? theme_->text : theme_->muted);
  painter.drawText(box, Qt::AlignVCenter | Qt::AlignLeft, mark.mark.label);
}

/// Where the names of several layers stand; empty where there is one.
QRectF HistogramBars::legend() const {
  if (frame_.labels.size() < 2) return {};
  const QFontMetricsF metrics(font_);
  double widest = 0;
  for (const auto& label : frame_.labels) widest = std::max(widest, metrics.horizontalAdvance(label.text));
  const double width = widest + key_width + 12, height = double(frame_.labels.size()) * (metrics.height() + 3) + 5;
  return {area_.right() - width - 4, area_.top() + metrics.height() + 4, width, height};
}

void HistogramBars::paintLabels(QPainter& painter) const {
  const QFontMetricsF metrics(font_);
  painter.setPen(theme_->muted);
  if (!frame_.corner.isEmpty())
    painter.drawText(area_.adjusted(6, metrics.height() + 6, -6, 0), Qt::AlignTop | Qt::AlignLeft, frame_.corner);
  const double above_axis = area_.bottom() - 2.2 * metrics.height();  // above the low bars at the ends
  const auto side = [&](const QString& text, double left) {
    painter.fillRect(QRectF(left - 2, above_axis, metrics.horizontalAdvance(text) + 4, metrics.height()),
                     withAlpha(theme_->base, 0.8));
    painter.drawText(QPointF(left, above_axis + metrics.ascent()), text);
  };
  if (!frame_.below.isEmpty()) side(frame_.below, area_.left() + 4);
  if (!frame_.above.isEmpty()) side(frame_.above, area_.right() - metrics.horizontalAdvance(frame_.above) - 4);
  if (!frame_.note.isEmpty()) painter.drawText(area_, Qt::AlignCenter | Qt::TextWordWrap, frame_.note);
  const QRectF keys = legend();
  if (keys.isEmpty()) return;
  painter.fillRect(keys, withAlpha(theme_->base, 0.85));
  const double left = keys.left() + 6;
  double top = keys.top() + 3;
  for (const auto& label : frame_.labels) {
    const double middle = std::round(top + metrics.height() / 2);
    const QColor ink = layerColour(*theme_, label.pen);
    if (label.filled) {
      painter.fillRect(QRectF(left, middle - 5, key_width - 6, 10),
                       mixed(theme_->base, ink, theme_->isDark() ? 0.55 : 0.42));
      painter.fillRect(QRectF(left, middle - 5, key_width - 6, 1.2), ink);
    } else {
      painter.setPen(layerPen(*theme_, label.pen));
      painter.drawLine(QPointF(left, middle + 0.5), QPointF(left + key_width - 6, middle + 0.5));
    }
    painter.setPen(theme_->text);
    painter.drawText(QPointF(left + key_width, top + metrics.ascent()), label.text);
    top += metrics.height() + 3;
  }
}

}  // namespace app
