#include "app/views/sensitivity_grid.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "app/views/chart_style.h"
#include "app/window/theme.h"

namespace app {
namespace {

constexpr double widest = 108, highest = 84, lowest = 13, gap = 2;

}  // namespace

const SensitivityCell* SensitivityPicture::at(int row, int column) const {
  if (row < 0 || column < 0 || row >= rows.size() || column >= columns.size()) return nullptr;
  return &cells[std::size_t(row) * std::size_t(columns.size()) + std::size_t(column)];
}

void shade(std::vector<SensitivityCell>& cells, ShadeKind kind, bool higher_is_better) {
  std::vector<double> values;
  for (const auto& cell : cells)
    if (cell.state == SensitivityCell::measured && (kind != ShadeKind::log || cell.value > 0))
      values.push_back(cell.value);
  std::sort(values.begin(), values.end());
  if (values.empty()) return;
  const auto place = [kind](double x) { return kind == ShadeKind::log ? std::log(x) : x; };
  const double lo = place(values.front()), hi = place(values.back());
  for (auto& cell : cells) {
    if (cell.state != SensitivityCell::measured) continue;
    double t = 0;
    if (kind == ShadeKind::rank) {
      const auto first = std::lower_bound(values.begin(), values.end(), cell.value) - values.begin();
      const auto last = std::upper_bound(values.begin(), values.end(), cell.value) - values.begin() - 1;
      t = values.size() > 1 ? 0.5 * double(first + last) / double(values.size() - 1) : 0;
    } else if (kind != ShadeKind::log || cell.value > 0) {
      t = hi > lo ? (place(cell.value) - lo) / (hi - lo) : 0;
    }
    cell.shade = higher_is_better ? 1 - t : t;
  }
}

SensitivityGrid::SensitivityGrid(QWidget* parent) : QWidget(parent) {
  setMouseTracking(true);
  setFocusPolicy(Qt::StrongFocus);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void SensitivityGrid::show(SensitivityPicture picture) {
  picture_ = std::move(picture);
  if (cursor_ && !picture_.at(cursor_->y(), cursor_->x())) cursor_.reset();
  Q_EMIT readOutChanged(cursor_ ? readOut(*cursor_) : QString());
  update();
}

void SensitivityGrid::setCurrent(int tensor) {
  current_ = tensor;
  update();
}

double SensitivityGrid::rowTitleWidth() const {
  const QFontMetricsF metrics(scaled(font(), 0.9));
  double width = 24;
  for (const QString& row : picture_.rows) width = std::max(width, metrics.horizontalAdvance(row) + 12);
  return width;
}

QRectF SensitivityGrid::cellRect(int row, int column) const {
  if (picture_.rows.isEmpty() || picture_.columns.isEmpty()) return {};
  const double left = rowTitleWidth(), top = QFontMetricsF(scaled(font(), 0.9)).height() + 8;
  const double w = std::min(widest, (width() - left - 4) / double(picture_.columns.size()));
  const double h = std::clamp((height() - top - 4) / double(picture_.rows.size()), lowest, highest);
  const double x = std::round(left + column * w), y = std::round(top + row * h);
  return {x, y, std::round(left + (column + 1) * w) - x - gap, std::round(top + (row + 1) * h) - y - gap};
}

std::optional<QPoint> SensitivityGrid::cellAt(QPointF point) const {
  for (int r = 0; r < picture_.rows.size(); ++r)
    for (int c = 0; c < picture_.columns.size(); ++c)
      if (cellRect(r, c).adjusted(0, 0, gap, gap).contains(point)) return QPoint(c, r);
  return std::nullopt;
}

QString SensitivityGrid::readOut(QPoint at) const {
  const SensitivityCell& cell = *picture_.at(at.y(), at.x());
  const QString place = QStringLiteral("%1, %2").arg(picture_.rows[at.y()], picture_.columns[at.x()]);
  switch (cell.state) {
    case SensitivityCell::absent: return tr("%1: no such tensor").arg(place);
    case SensitivityCell::unmeasured: return tr("%1: %2, not measured").arg(place, cell.name);
    case SensitivityCell::refused: return tr("%1: %2, refused: %3").arg(place, cell.name, cell.text);
    case SensitivityCell::measured: break;
  }
  if (cell.tensors > 1)
    return tr("%1: %2 in %3, the worst of %4 tensors").arg(place, cell.text, cell.name).arg(cell.tensors);
  return tr("%1: %2 in %3").arg(place, cell.text, cell.name);
}

void SensitivityGrid::setCursorCell(std::optional<QPoint> cell) {
  if (cell == cursor_) return;
  cursor_ = cell;
  const QString text = cell ? readOut(*cell) : QString();
  setAccessibleDescription(text);
  Q_EMIT readOutChanged(text);
  update();
}

void SensitivityGrid::paintCell(QPainter& painter, const QRectF& box, const SensitivityCell& cell) const {
  const Theme& theme = Theme::of(this);
  if (cell.state == SensitivityCell::absent) {
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.outline);
    painter.drawEllipse(box.center(), 1.8, 1.8);
    painter.setRenderHint(QPainter::Antialiasing, false);
    return;
  }
  if (cell.state == SensitivityCell::measured) {
    const QRgb colour = cividis()[std::size_t(std::lround(255 * std::clamp(cell.shade, 0.0, 1.0)))];
    painter.fillRect(box, QColor(colour));
    painter.setPen(inkOn(colour));
    const QString& text = cell.label;
    if (box.width() > painter.fontMetrics().horizontalAdvance(text) + 6 &&
        box.height() >= painter.fontMetrics().height())
      painter.drawText(box, Qt::AlignCenter, text);
    return;
  }
  painter.fillRect(box, unmeasuredBrush(theme.outline));
  painter.setPen(theme.outline);
  painter.setBrush(Qt::NoBrush);
  painter.drawRect(box.adjusted(0, 0, -1, -1));
  if (cell.state != SensitivityCell::refused) return;
  painter.setPen(QPen(theme.bad, 2));
  painter.drawLine(box.center() - QPointF(4, 4), box.center() + QPointF(4, 4));
  painter.drawLine(box.center() - QPointF(4, -4), box.center() + QPointF(4, -4));
}

void SensitivityGrid::paintTitles(QPainter& painter) const {
  const Theme& theme = Theme::of(this);
  painter.setFont(scaled(font(), 0.9));
  painter.setPen(theme.muted);
  const QFontMetricsF metrics(painter.font());
  for (int c = 0; c < picture_.columns.size(); ++c) {
    const QRectF box = cellRect(0, c);
    painter.drawText(QRectF(box.left(), 0, box.width(), metrics.height() + 4), Qt::AlignCenter,
                     metrics.elidedText(picture_.columns[c], Qt::ElideRight, box.width()));
  }
  double free_from = 0;
  for (int r = 0; r < picture_.rows.size(); ++r) {
    const QRectF box = cellRect(r, 0);
    if (box.center().y() - metrics.height() / 2 < free_from) continue;
    painter.drawText(QRectF(0, box.top(), box.left() - 8, box.height()), Qt::AlignRight | Qt::AlignVCenter,
                     picture_.rows[r]);
    free_from = box.center().y() + metrics.height() / 2;
  }
}

void SensitivityGrid::paintEvent(QPaintEvent*) {
  const Theme& theme = Theme::of(this);
  QPainter painter(this);
  painter.fillRect(rect(), theme.base);
  painter.setFont(scaled(font(), 0.85));
  QRectF current;
  for (int r = 0; r < picture_.rows.size(); ++r)
    for (int c = 0; c < picture_.columns.size(); ++c) {
      const SensitivityCell& cell = *picture_.at(r, c);
      paintCell(painter, cellRect(r, c), cell);
      if (cell.tensor >= 0 && cell.tensor == current_) current = cellRect(r, c);
    }
  painter.setBrush(Qt::NoBrush);
  if (!current.isEmpty()) {
    painter.setPen(QPen(theme.base, 1));
    painter.drawRect(current.adjusted(1.5, 1.5, -2.5, -2.5));
    painter.setPen(QPen(theme.text, 2));
    painter.drawRect(current.adjusted(0, 0, -1, -1));
  }
  if (cursor_) {
    painter.setPen(QPen(theme.accent, 2));
    painter.drawRect(cellRect(cursor_->y(), cursor_->x()).adjusted(0, 0, -1, -1));
  }
  paintTitles(painter);
  if (hasFocus()) paintFocusRing(painter, rect(), theme);
}

void SensitivityGrid::mouseMoveEvent(QMouseEvent* event) { setCursorCell(cellAt(event->position())); }
void SensitivityGrid::leaveEvent(QEvent*) { setCursorCell(std::nullopt); }

void SensitivityGrid::mousePressEvent(QMouseEvent* event) {
  const auto cell = cellAt(event->position());
  if (event->button() != Qt::LeftButton || !cell) return;
  if (const int tensor = picture_.at(cell->y(), cell->x())->tensor; tensor >= 0) Q_EMIT tensorClicked(tensor);
}

void SensitivityGrid::keyPressEvent(QKeyEvent* event) {
  const auto move = [this](int dx, int dy) {
    if (picture_.rows.isEmpty() || picture_.columns.isEmpty()) return;
    QPoint at = cursor_.value_or(QPoint(0, 0));
    if (cursor_) at += QPoint(dx, dy);
    setCursorCell(QPoint(std::clamp(at.x(), 0, int(picture_.columns.size()) - 1),
                         std::clamp(at.y(), 0, int(picture_.rows.size()) - 1)));
  };
  switch (event->key()) {
    case Qt::Key_Left: return move(-1, 0);
    case Qt::Key_Right: return move(1, 0);
    case Qt::Key_Up: return move(0, -1);
    case Qt::Key_Down: return move(0, 1);
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_Space:
      if (cursor_ && picture_.at(cursor_->y(), cursor_->x())->tensor >= 0)
        Q_EMIT tensorClicked(picture_.at(cursor_->y(), cursor_->x())->tensor);
      return;
    default: QWidget::keyPressEvent(event);
  }
}

void SensitivityGrid::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  update();
}

}  // namespace app
