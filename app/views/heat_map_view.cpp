#include "app/views/heat_map_view.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include "app/models/format.h"
#include "app/views/axis_scale.h"
#include "app/views/chart_style.h"
#include "app/views/chart_text.h"
#include "app/window/theme.h"

namespace app {
namespace {

constexpr double largest_cell = 96;    // pixels of an element, zoomed in fully
constexpr double largest_fitted = 64;  // of an element of a small tensor or a 1-D strip
constexpr double numbers_from = 24;    // pixels of an element that holds a number
constexpr double strip = 44, gap = 6;  // the RMSE strips beside the map
constexpr double axis_left = 58, axis_top = 36;
constexpr QSizeF minimap(132, 96);

}  // namespace

HeatMapView::HeatMapView(QWidget* parent) : QWidget(parent) {
  setMouseTracking(true);
  setFocusPolicy(Qt::StrongFocus);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void HeatMapView::show(HeatMapPicture picture, bool keep_view) {
  const bool same_shape = picture.rows == picture_.rows && picture.cols == picture_.cols;
  picture_ = std::move(picture);
  window_of_ = nullptr;
  whole_ = QImage();
  hover_.reset();
  if (!keep_view || !same_shape) zoom_ = 0, left_ = top_ = 0;
  clampOrigin();
  announce(std::nullopt);
  update();
}

void HeatMapView::setCurrent(std::uint64_t row, std::uint64_t col) {
  row_ = row, col_ = col;
  update();
}

// ── geometry ──

QRectF HeatMapView::frame() const {
  return QRectF(rect()).adjusted(axis_left, axis_top, -(strip + gap + 20), -(strip + gap + 22));
}

double HeatMapView::fitX() const {
  return picture_.cols == 0 ? 1 : std::min(largest_fitted, std::max(1.0, frame().width()) / double(picture_.cols));
}
double HeatMapView::fitY() const {
  return picture_.rows == 0 ? 1 : std::min(largest_fitted, std::max(1.0, frame().height()) / double(picture_.rows));
}
// Cells are stretched only where all of one side is visible; closer than that they are square.
double HeatMapView::pixelsX() const { return std::max(fitX(), zoom_); }
double HeatMapView::pixelsY() const { return std::max(fitY(), zoom_); }
double HeatMapView::pixelsPerElement() const { return std::min(pixelsX(), pixelsY()); }

QRectF HeatMapView::mapArea() const {
  const QRectF all = frame();
  return {all.left(), all.top(), std::min(all.width(), std::floor(pixelsX() * double(picture_.cols) + 0.5)),
          std::min(all.height(), std::floor(pixelsY() * double(picture_.rows) + 0.5))};
}

QSize HeatMapView::overviewCells() const {
  const QRectF all = frame();
  return {std::max(16, int(all.width())), std::max(16, int(all.height()))};
}

bool HeatMapView::wantsElements() const {
  const auto* grid = picture_.overview.get();
  if (!grid || (grid->block_rows == 1 && grid->block_cols == 1)) return false;
  return pixelsX() * double(grid->block_cols) > 2.5 || pixelsY() * double(grid->block_rows) > 2.5;
}

const quant::MapGrid* HeatMapView::level() const {
  const bool close = pixelsPerElement() >= 0.75;  // below, elements would fall between the pixels
  if (close && picture_.elements) return picture_.elements.get();
  return picture_.overview.get();
}

void HeatMapView::clampOrigin() {
  const QRectF all = frame();
  left_ = std::clamp(left_, 0.0, std::max(0.0, double(picture_.cols) - all.width() / pixelsX()));
  top_ = std::clamp(top_, 0.0, std::max(0.0, double(picture_.rows) - all.height() / pixelsY()));
}

QRectF HeatMapView::elementRect(std::uint64_t row, std::uint64_t col) const {
  const QRectF area = mapArea();
  return {area.left() + (double(col) - left_) * pixelsX(), area.top() + (double(row) - top_) * pixelsY(), pixelsX(),
          pixelsY()};
}

std::optional<std::pair<std::uint64_t, std::uint64_t>> HeatMapView::elementAt(QPointF point) const {
  const QRectF area = mapArea();
  if (!area.contains(point) || picture_.rows == 0 || picture_.cols == 0) return std::nullopt;
  const double col = left_ + (point.x() - area.left()) / pixelsX(), row = top_ + (point.y() - area.top()) / pixelsY();
  return std::pair(std::min(std::uint64_t(row), picture_.rows - 1), std::min(std::uint64_t(col), picture_.cols - 1));
}

void HeatMapView::zoomAt(double factor, QPointF point) {
  const QRectF area = mapArea();
  const double x = std::clamp(point.x() - area.left(), 0.0, area.width());
  const double y = std::clamp(point.y() - area.top(), 0.0, area.height());
  const double col = left_ + x / pixelsX(), row = top_ + y / pixelsY();
  const double now = zoom_ > 0 ? zoom_ : pixelsPerElement();
  const double whole = pixelsPerElement() <= std::min(fitX(), fitY()) && factor < 1 ? 0 : now * factor;
  zoom_ = whole <= std::min(fitX(), fitY()) ? 0 : std::min(whole, std::max(largest_cell, std::max(fitX(), fitY())));
  left_ = col - x / pixelsX();
  top_ = row - y / pixelsY();
  clampOrigin();
  update();
  Q_EMIT viewChanged();
}

void HeatMapView::fit() {
  zoom_ = 0;
  clampOrigin();
  update();
  Q_EMIT viewChanged();
}

void HeatMapView::zoomTo(double pixels) {
  zoom_ = std::clamp(pixels, 0.0, largest_cell);
  const QRectF all = frame();
  left_ = double(col_) + 0.5 - all.width() / pixelsX() / 2;
  top_ = double(row_) + 0.5 - all.height() / pixelsY() / 2;
  clampOrigin();
  update();
  Q_EMIT viewChanged();
}

void HeatMapView::reveal(std::uint64_t row, std::uint64_t col) {
  setCurrent(row, col);
  if (mapArea().contains(elementRect(row, col).center())) return;
  zoomTo(zoom_);
}

// ── painting ──

void HeatMapView::paintEvent(QPaintEvent*) {
  const Theme& theme = Theme::of(this);
  QPainter painter(this);
  painter.fillRect(rect(), theme.base);
  painter.setFont(scaled(font(), 0.9));
  const bool empty = picture_.rows == 0 || picture_.cols == 0;
  const QRectF area = empty ? frame() : mapArea();
  if (empty || !level()) {
    if (!empty) painter.fillRect(area, pendingBrush(theme.isDark()));
    painter.setPen(theme.muted);
    painter.drawText(area, Qt::AlignCenter | Qt::TextWordWrap, picture_.note);
  } else {
    painter.save();
    painter.setClipRect(area);
    paintCells(painter, area);
    paintNumbers(painter, area);
    paintCurrent(painter, area);
    painter.restore();
    paintStrips(painter, area);
    if (zoom_ > 0) paintMinimap(painter, area);
  }
  if (!empty) {
    painter.setPen(QPen(theme.outline, 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(area.adjusted(-0.5, -0.5, 0.5, 0.5));
    paintTicks(painter, area);
  }
  if (hasFocus()) paintFocusRing(painter, rect(), theme);
}

/// Colours of the visible cells, kept until the view or the data change.
void HeatMapView::prepare(const quant::MapGrid& grid, const QRect& cells) {
  if (window_of_ == &grid && window_cells_ == cells) return;
  window_ = QImage(cells.size(), QImage::Format_RGB32);
  std::vector<float> sizes(std::size_t(cells.width()));
  for (int y = 0; y < cells.height(); ++y) {
    const std::size_t first = std::size_t(cells.top() + y) * grid.cols + std::size_t(cells.left());
    std::span<const float> row(grid.cells.data() + first, std::size_t(cells.width()));
    if (picture_.magnitudes) {
      std::transform(row.begin(), row.end(), sizes.begin(), [](float x) { return std::fabs(x); });
      row = sizes;
    }
    picture_.colours.colour(row, reinterpret_cast<QRgb*>(window_.scanLine(y)), nan_colour);
  }
  window_of_ = &grid;
  window_cells_ = cells;
}

void HeatMapView::paintCells(QPainter& painter, const QRectF& area) {
  const quant::MapGrid& grid = *level();
  const double block_x = double(grid.block_cols), block_y = double(grid.block_rows);
  const double x0 = left_ / block_x, y0 = top_ / block_y;
  const double x1 = (left_ + area.width() / pixelsX()) / block_x, y1 = (top_ + area.height() / pixelsY()) / block_y;
  const QPoint from(int(std::floor(x0)), int(std::floor(y0)));
  const QPoint to(std::min(int(grid.cols), int(std::ceil(x1))), std::min(int(grid.rows), int(std::ceil(y1))));
  const QRect cells(from, QSize(std::max(1, to.x() - from.x()), std::max(1, to.y() - from.y())));
  prepare(grid, cells);
  painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
  painter.drawImage(area, window_, QRectF(x0 - from.x(), y0 - from.y(), x1 - x0, y1 - y0));
  const double w = pixelsX() * block_x, h = pixelsY() * block_y;
  if (w < 5 || h < 5) return;
  for (int y = cells.top(); y <= cells.bottom(); ++y)  // hatched as well, for eyes and printers without colour
    for (int x = cells.left(); x <= cells.right(); ++x)
      if (!std::isfinite(grid.cells[std::size_t(y) * grid.cols + std::size_t(x)]))
        painter.fillRect(QRectF(area.left() + (x - x0) * w, area.top() + (y - y0) * h, w, h), nanBrush());
}

float HeatMapView::cell(const quant::MapGrid& grid, std::uint64_t row, std::uint64_t col) const {
  const std::uint64_t r = row / grid.block_rows, c = col / grid.block_cols;
  return r < grid.rows && c < grid.cols ? grid.cells[r * grid.cols + c] : std::nanf("");
}

void HeatMapView::paintNumbers(QPainter& painter, const QRectF& area) const {
  const quant::MapGrid& grid = *level();
  if (grid.block_rows != 1 || grid.block_cols != 1 || pixelsPerElement() < numbers_from) return;
  const QFont font = scaled(this->font(), pixelsX() >= 44 ? 0.9 : 0.68);
  painter.setFont(font);
  const int digits = pixelsX() >= 60 ? 3 : 2;
  const auto last_row = std::min(picture_.rows, std::uint64_t(top_ + area.height() / pixelsY()) + 1);
  const auto last_col = std::min(picture_.cols, std::uint64_t(left_ + area.width() / pixelsX()) + 1);
  for (auto row = std::uint64_t(top_); row < last_row; ++row)
    for (auto col = std::uint64_t(left_); col < last_col; ++col) {
      const float x = cell(grid, row, col);
      const QRgb ground =
          std::isfinite(x) ? picture_.colours.colour(picture_.magnitudes ? std::fabs(x) : x) : nan_colour;
      QString text = std::isfinite(x) ? shortText(x, digits) : QStringLiteral("NaN");
      if (text.startsWith(QLatin1String("0."))) text.remove(0, 1);
      if (text.startsWith(QString(QChar(0x2212)) + QLatin1String("0."))) text.remove(1, 1);
      if (painter.fontMetrics().horizontalAdvance(text) > pixelsX() - 2) continue;
      painter.setPen(inkOn(ground));
      painter.drawText(elementRect(row, col), Qt::AlignCenter, text);
    }
}

/// RMSE per row to the right, per column below: the largest of what falls on a pixel, so that no spike is lost.
void HeatMapView::paintStrips(QPainter& painter, const QRectF& area) const {
  const auto* grid = picture_.overview.get();
  if (!grid || grid->row_rmse.empty()) return;
  const Theme& theme = Theme::of(this);
  const auto most = [](const std::vector<float>& v) {
    float top = 0;
    for (float x : v) top = std::isfinite(x) ? std::max(top, x) : top;
    return double(top);
  };
  const auto bars = [&](const std::vector<float>& values, double first, double per_pixel, double length, auto draw) {
    const double top = most(values);
    if (top <= 0) return;
    for (int i = 0; i < int(length); ++i) {
      const auto from = std::size_t(first + i * per_pixel), to = std::size_t(first + (i + 1) * per_pixel) + 1;
      float x = 0;
      for (std::size_t k = from; k < std::min(to, values.size()); ++k)
        x = std::isfinite(values[k]) ? std::max(x, values[k]) : x;
      draw(i, x / top);
    }
  };
  const QColor ink = theme.muted;
  bars(grid->row_rmse, top_, 1 / pixelsY(), area.height(), [&](int i, double share) {
    painter.fillRect(QRectF(area.right() + gap, area.top() + i, std::max(1.0, share * strip), 1), ink);
  });
  bars(grid->col_rmse, left_, 1 / pixelsX(), area.width(), [&](int i, double share) {
    const double h = std::max(1.0, share * strip);
    painter.fillRect(QRectF(area.left() + i, area.bottom() + gap + strip - h, 1, h), ink);
  });
  painter.setFont(scaled(font(), 0.85));
  painter.setPen(theme.muted);
  const QFontMetricsF metrics(painter.font());
  painter.drawText(QPointF(area.left(), area.bottom() + gap + strip + metrics.ascent() + 3),
                   tr("RMSE per column, up to %1").arg(shortText(most(grid->col_rmse))));
  painter.save();
  painter.translate(area.right() + gap + strip + 2, area.top());
  painter.rotate(90);
  painter.drawText(QPointF(0, -metrics.descent()), tr("RMSE per row, up to %1").arg(shortText(most(grid->row_rmse))));
  painter.restore();
}

void HeatMapView::paintTicks(QPainter& painter, const QRectF& area) const {
  const Theme& theme = Theme::of(this);
  painter.setFont(scaled(font(), 0.9));
  painter.setPen(theme.muted);
  const QFontMetricsF metrics(painter.font());
  const AxisScale indices;
  double free_from = area.left() - 20;
  for (const auto& tick : indices.ticks(left_, left_ + area.width() / pixelsX(), std::max(2, int(area.width() / 80)))) {
    if (tick.at != std::floor(tick.at) || tick.at >= double(picture_.cols)) continue;
    const double x = area.left() + (tick.at + 0.5 - left_) * pixelsX(), w = metrics.horizontalAdvance(tick.text);
    if (x - w / 2 < free_from || x > area.right()) continue;
    painter.drawText(QPointF(x - w / 2, area.top() - 6), tick.text);
    painter.drawLine(QPointF(x, area.top() - 4), QPointF(x, area.top() - 1));
    free_from = x + w / 2 + 8;
  }
  for (const auto& tick : indices.ticks(top_, top_ + area.height() / pixelsY(), std::max(2, int(area.height() / 48)))) {
    if (tick.at != std::floor(tick.at) || tick.at >= double(picture_.rows)) continue;
    const double y = area.top() + (tick.at + 0.5 - top_) * pixelsY();
    if (y > area.bottom()) continue;
    painter.drawText(QRectF(0, y - 10, area.left() - 7, 20), Qt::AlignRight | Qt::AlignVCenter, tick.text);
    painter.drawLine(QPointF(area.left() - 5, y), QPointF(area.left() - 1, y));
  }
  painter.drawText(QRectF(area.left(), 0, std::max(area.width(), 160.0), metrics.height() + 2), Qt::AlignLeft,
                   tr("column (input channel)"));
  painter.save();
  painter.translate(metrics.ascent() + 3, area.top());
  painter.rotate(-90);
  painter.drawText(
      QRectF(-std::max(area.height(), 150.0), -metrics.ascent(), std::max(area.height(), 150.0), metrics.height() + 2),
      Qt::AlignRight, tr("row (output channel)"));
  painter.restore();
}

/// A ring of two tones around the current element, at least nine pixels wide, so that it shows on every colour.
void HeatMapView::paintCurrent(QPainter& painter, const QRectF&) const {
  if (row_ >= picture_.rows || col_ >= picture_.cols) return;
  QRectF box = elementRect(row_, col_);
  const QPointF centre = box.center();
  const QSizeF size(std::max(9.0, box.width()), std::max(9.0, box.height()));
  box = QRectF(centre - QPointF(size.width() / 2, size.height() / 2), size);
  painter.setBrush(Qt::NoBrush);
  painter.setPen(QPen(Qt::black, 3));
  painter.drawRect(box);
  painter.setPen(QPen(Qt::white, 1));
  painter.drawRect(box);
}

void HeatMapView::paintMinimap(QPainter& painter, const QRectF& area) {
  const auto* grid = picture_.overview.get();
  if (!grid || area.width() < 2.5 * minimap.width()) return;
  const Theme& theme = Theme::of(this);
  const QRectF box(area.right() - minimap.width() - 8, area.top() + 8, minimap.width(), minimap.height());
  if (whole_.isNull()) {
    QImage all(int(grid->cols), int(grid->rows), QImage::Format_RGB32);
    for (int y = 0; y < all.height(); ++y) {
      std::vector<float> row(grid->cells.begin() + std::ptrdiff_t(y) * std::ptrdiff_t(grid->cols),
                             grid->cells.begin() + std::ptrdiff_t(y + 1) * std::ptrdiff_t(grid->cols));
      if (picture_.magnitudes)
        std::transform(row.begin(), row.end(), row.begin(), [](float x) { return std::fabs(x); });
      picture_.colours.colour(row, reinterpret_cast<QRgb*>(all.scanLine(y)), nan_colour);
    }
    whole_ = all.scaled(box.size().toSize(), Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
  }
  painter.fillRect(box.adjusted(-3, -3, 3, 3), theme.base);
  painter.drawImage(box, whole_);
  const double sx = box.width() / double(picture_.cols), sy = box.height() / double(picture_.rows);
  const QRectF seen(box.left() + left_ * sx, box.top() + top_ * sy, std::max(3.0, area.width() / pixelsX() * sx),
                    std::max(3.0, area.height() / pixelsY() * sy));
  painter.setBrush(Qt::NoBrush);
  painter.setPen(QPen(Qt::black, 3));
  painter.drawRect(seen.intersected(box));
  painter.setPen(QPen(Qt::white, 1));
  painter.drawRect(seen.intersected(box));
}

// ── what a person does ──

QString HeatMapView::readOut(std::uint64_t row, std::uint64_t col) const {
  const auto* grid = level();
  if (!grid) return {};
  const float x = cell(*grid, row, col);
  const QString value = std::isfinite(x) ? format::number(double(x)) : tr("no finite value");
  if (grid->block_rows == 1 && grid->block_cols == 1)
    return tr("row %1, column %2: %3 = %4").arg(row).arg(col).arg(picture_.quantity, value);
  const std::uint64_t r = row / grid->block_rows * grid->block_rows, c = col / grid->block_cols * grid->block_cols;
  return tr("rows %1–%2, columns %3–%4: %5 = %7 (%6)")
      .arg(r)
      .arg(std::min(r + grid->block_rows, picture_.rows) - 1)
      .arg(c)
      .arg(std::min(c + grid->block_cols, picture_.cols) - 1)
      .arg(picture_.quantity, picture_.reduction, value);
}

void HeatMapView::announce(std::optional<std::pair<std::uint64_t, std::uint64_t>> at) {
  hover_ = at;
  const QString text = at ? readOut(at->first, at->second) : QString();
  setAccessibleDescription(text.isEmpty() ? picture_.note : text);
  Q_EMIT readOutChanged(text);
}

void HeatMapView::wheelEvent(QWheelEvent* event) {
  zoomAt(std::pow(1.25, event->angleDelta().y() / 120.0), event->position());
  event->accept();
}

void HeatMapView::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return;
  pressed_ = true, dragged_ = false;
  press_ = event->position();
  press_left_ = left_, press_top_ = top_;
}

void HeatMapView::mouseMoveEvent(QMouseEvent* event) {
  const QPointF by = event->position() - press_;
  if (pressed_ && (dragged_ || by.manhattanLength() > 4)) {
    dragged_ = true;
    setCursor(Qt::ClosedHandCursor);
    left_ = press_left_ - by.x() / pixelsX();
    top_ = press_top_ - by.y() / pixelsY();
    clampOrigin();
    update();
    Q_EMIT viewChanged();
    return;
  }
  announce(elementAt(event->position()));
}

void HeatMapView::mouseReleaseEvent(QMouseEvent* event) {
  if (!pressed_) return;
  pressed_ = false;
  unsetCursor();
  if (dragged_) return;
  if (const auto at = elementAt(event->position())) Q_EMIT elementClicked(at->first, at->second);
}

void HeatMapView::mouseDoubleClickEvent(QMouseEvent*) { fit(); }

void HeatMapView::leaveEvent(QEvent*) { announce(std::nullopt); }

void HeatMapView::keyPressEvent(QKeyEvent* event) {
  const std::uint64_t by = event->modifiers() & Qt::ShiftModifier ? 16 : 1;
  const auto move = [this](std::uint64_t row, std::uint64_t col) {
    if (picture_.rows == 0 || picture_.cols == 0) return;
    row = std::min(row, picture_.rows - 1), col = std::min(col, picture_.cols - 1);
    reveal(row, col);
    announce(std::pair(row, col));
    Q_EMIT elementClicked(row, col);
  };
  const QPointF centre = elementRect(row_, col_).center();
  switch (event->key()) {
    case Qt::Key_Left: return move(row_, col_ - std::min(col_, by));
    case Qt::Key_Right: return move(row_, col_ + by);
    case Qt::Key_Up: return move(row_ - std::min(row_, by), col_);
    case Qt::Key_Down: return move(row_ + by, col_);
    case Qt::Key_Plus:
    case Qt::Key_Equal: return zoomAt(1.5, centre);
    case Qt::Key_Minus: return zoomAt(1 / 1.5, centre);
    case Qt::Key_0:
    case Qt::Key_Home: return fit();
    default: QWidget::keyPressEvent(event);
  }
}

void HeatMapView::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  clampOrigin();
  Q_EMIT viewChanged();
}

void HeatMapView::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  window_of_ = nullptr;
  whole_ = QImage();
  update();
}

}  // namespace app
