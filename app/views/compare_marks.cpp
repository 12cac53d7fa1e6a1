#include "app/views/compare_marks.h"

#include <QPainter>
#include <algorithm>

#include "app/window/theme.h"

namespace app {
namespace {

constexpr double radius = 5.5, box_half = 5;
constexpr double sample = 30, gap = 6;  // of the legend

QColor faded(QColor colour, const Theme& theme) {
  const auto mix = [](int a, int b) { return (a + 2 * b) / 3; };
  return {mix(theme.base.red(), colour.red()), mix(theme.base.green(), colour.green()),
          mix(theme.base.blue(), colour.blue())};
}

}  // namespace

void CompareMarks::show(Frame frame) {
  frame_ = std::move(frame);
  update();
}

void CompareMarks::setLook(const Theme& theme, const QFont& font) {
  theme_ = &theme;
  font_ = font;
  update();
}

void CompareMarks::setPlotArea(const QRectF& area) {
  prepareGeometryChange();
  area_ = area;
}

QFont CompareMarks::labelFont(bool current) const {
  return scaled(font_, 0.92, current ? QFont::DemiBold : QFont::Normal);
}
QFont CompareMarks::legendFont() const { return scaled(font_, 0.88); }

QRectF CompareMarks::legendArea(const std::vector<Frame::LineName>& legend) const {
  const QFontMetricsF metrics(legendFont());
  double width = 0;
  for (const auto& line : legend) width = std::max(width, metrics.horizontalAdvance(line.text));
  const QSizeF size(width + sample + 3 * gap, double(legend.size()) * metrics.height() + gap);
  return legend.empty() ? QRectF()
                        : QRectF(area_.bottomRight() - QPointF(size.width() + gap, size.height() + gap), size);
}

void CompareMarks::paintLegend(QPainter& painter) const {
  const QRectF area = legendArea(frame_.legend);
  if (area.isEmpty()) return;
  painter.fillRect(area, theme_->base);
  painter.setFont(legendFont());
  const double step = QFontMetricsF(legendFont()).height();
  for (std::size_t i = 0; i < frame_.legend.size(); ++i) {
    const QRectF row(area.left() + gap, area.top() + gap / 2 + double(i) * step, area.width() - gap, step);
    painter.setPen(frame_.legend[i].pen);
    painter.drawLine(QPointF(row.left(), row.center().y()), QPointF(row.left() + sample, row.center().y()));
    painter.setPen(theme_->muted);
    painter.drawText(row.adjusted(sample + gap, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter | Qt::TextDontClip,
                     frame_.legend[i].text);
  }
}

/// On a wash of the background, so that a line below does not cross the letters.
void CompareMarks::label(QPainter& painter, const QRectF& at, const QString& text) const {
  QColor wash(theme_->base);
  wash.setAlphaF(0.8f);
  painter.fillRect(at.adjusted(0, 2, 0, -1), wash);
  painter.drawText(at, Qt::AlignCenter | Qt::TextDontClip, text);
}

void CompareMarks::paint(QPainter* painter, const QStyleOptionGraphicsItem*, QWidget*) {
  if (!theme_) return;
  painter->setRenderHint(QPainter::Antialiasing);
  paintLegend(*painter);
  if (!frame_.note.isEmpty()) {
    painter->setFont(font_);
    painter->setPen(theme_->muted);
    painter->drawText(area_, Qt::AlignCenter | Qt::TextWordWrap, frame_.note);
  }
  for (const auto& dot : frame_.dots)
    if (dot.box) paintBox(*painter, dot);
  // The current one and the one under the pointer lie on top.
  const auto layer = [&](std::size_t i) { return int(i) == frame_.pointed ? 2 : frame_.dots[i].current ? 1 : 0; };
  for (const int wanted : {0, 1, 2})
    for (std::size_t i = 0; i < frame_.dots.size(); ++i)
      if (layer(i) == wanted) paintDot(*painter, frame_.dots[i], wanted == 2);
}

void CompareMarks::paintBox(QPainter& painter, const Frame::Dot& dot) const {
  QColor colour = markColour(dot.look, *theme_);
  if (dot.dominated) colour = faded(colour, *theme_);
  QPen pen(colour, 1.2);
  painter.setPen(pen);
  painter.setBrush(Qt::NoBrush);
  const double x = dot.at.x();
  painter.drawLine(QPointF(x, dot.least), QPointF(x, dot.lower));
  painter.drawLine(QPointF(x, dot.upper), QPointF(x, dot.most));
  for (const double y : {dot.least, dot.most}) painter.drawLine(QPointF(x - 3, y), QPointF(x + 3, y));
  QColor wash(colour);
  wash.setAlphaF(0.22f);
  painter.setBrush(wash);
  painter.drawRect(QRectF(QPointF(x - box_half, dot.upper), QPointF(x + box_half, dot.lower)));
}

void CompareMarks::paintDot(QPainter& painter, const Frame::Dot& dot, bool pointed) const {
  if (!area_.adjusted(-1, -1, 1, 1).contains(dot.at)) return;
  const QColor own = markColour(dot.look, *theme_), colour = dot.dominated ? faded(own, *theme_) : own;
  painter.save();
  painter.translate(dot.at);
  if (dot.current || pointed) {
    painter.setPen(QPen(pointed ? theme_->text : theme_->link, 1.6));
    painter.setBrush(Qt::NoBrush);
    painter.drawEllipse(QPointF(), radius + 5, radius + 5);
  }
  painter.setPen(QPen(dot.dominated ? colour : theme_->base, dot.dominated ? 1.5 : 1));
  painter.setBrush(dot.dominated ? theme_->base : colour);
  painter.drawPath(markPath(dot.look.shape, radius));
  painter.restore();
  if (!dot.label_at && !pointed) return;
  painter.setFont(labelFont(dot.current));
  painter.setPen(dot.dominated && !pointed ? theme_->muted : theme_->text);
  if (dot.label_at) label(painter, *dot.label_at, dot.label);
}

}  // namespace app
