#include "app/views/histogram_view.h"

#include <QCategoryAxis>
#include <QChart>
#include <QKeyEvent>
#include <QLineSeries>
#include <QMouseEvent>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include "app/models/format.h"
#include "app/views/chart_style.h"
#include "app/views/chart_text.h"
#include "app/window/theme.h"

namespace app {
namespace {

constexpr double headroom = 1.16;    // above the highest bar, where the codes of the grid stand
constexpr double count_floor = 0.5;  // a log axis of counts starts between nothing and one
constexpr double closest = 1e-7;     // of the whole range
constexpr int settle_ms = 150;

void setTicks(QCategoryAxis& axis, double lo, double hi, const QList<std::pair<double, QString>>& ticks) {
  const QStringList old = axis.categoriesLabels();
  for (const QString& label : old) axis.remove(label);
  axis.setStartValue(lo - 1);
  for (const auto& [at, text] : ticks) axis.append(text, at);
  axis.setRange(lo, hi);
}

}  // namespace

HistogramView::HistogramView(QWidget* parent)
    : QChartView(new QChart, parent),
      x_axis_(new QCategoryAxis(this)),
      y_axis_(new QCategoryAxis(this)),
      anchor_(new QLineSeries(this)),
      bars_(new HistogramBars(chart())) {
  for (auto* axis : {x_axis_, y_axis_}) axis->setLabelsPosition(QCategoryAxis::AxisLabelsPositionOnValue);
  chart()->addAxis(x_axis_, Qt::AlignBottom);
  chart()->addAxis(y_axis_, Qt::AlignLeft);
  chart()->addSeries(anchor_);
  anchor_->attachAxis(x_axis_);
  anchor_->attachAxis(y_axis_);
  anchor_->setPen(Qt::NoPen);
  bars_->setZValue(2.5);  // above the grid (2), below axes and outlines (3, 4)
  connect(chart(), &QChart::plotAreaChanged, this, [this](const QRectF& area) { bars_->setPlotArea(area); });
  setFrameShape(QFrame::NoFrame);
  setMouseTracking(true);
  setFocusPolicy(Qt::StrongFocus);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setRenderHint(QPainter::Antialiasing, false);
  settled_.setSingleShot(true);
  settled_.setInterval(settle_ms);
  connect(&settled_, &QTimer::timeout, this, [this] { Q_EMIT rangeSettled(visibleLow(), visibleHigh()); });
  restyle();
}

void HistogramView::show(HistogramPicture picture, bool keep_zoom) {
  const bool zoomed_in = keep_zoom && zoomed();
  picture_ = std::move(picture);
  if (!keep_zoom) cursor_ = -1;
  const double lo = lo_, hi = hi_;
  reshape();
  if (zoomed_in) {
    lo_ = lo, hi_ = hi;
  } else if (!keep_zoom && x_.kind() == AxisKind::linear && picture_.start_hi > picture_.start_lo) {
    setRange(picture_.start_lo, picture_.start_hi);
    return;
  }
  refresh();
}

void HistogramView::setAxis(const AxisScale& x) {
  if (x == x_) return;
  x_ = x;
  cursor_ = -1;
  reshape();
  refresh();
}

void HistogramView::setCounts(CountKind kind) {
  counts_ = kind;
  const double lo = lo_, hi = hi_;
  reshape();
  lo_ = lo, hi_ = hi;
  refresh();
}

/// Layers to positions, and the whole range.
void HistogramView::reshape() {
  shapes_.clear();
  bool any = false;
  for (const auto& layer : picture_.layers) {
    Shape shape;
    for (double edge : layer.edges) shape.edges.push_back(x_.position(edge));
    for (double h : heights(layer.counts, layer.edges, x_, counts_, picture_.total))
      shape.total.push_back(heightPosition(h));
    if (!layer.clipping.empty())
      for (double h : heights(layer.clipping, layer.edges, x_, counts_, picture_.total))
        shape.clipping.push_back(heightPosition(h));
    if (!shape.total.empty()) {
      full_lo_ = any ? std::min(full_lo_, shape.edges.front()) : shape.edges.front();
      full_hi_ = any ? std::max(full_hi_, shape.edges.back()) : shape.edges.back();
      any = true;
    }
    shapes_.push_back(std::move(shape));
  }
  if (!any) full_lo_ = x_.position(x_.kind() == AxisKind::log ? 0.1 : -1), full_hi_ = x_.position(1);
  if (!(full_hi_ > full_lo_)) full_lo_ -= 0.5, full_hi_ += 0.5;
  if (picture_.symmetric) full_hi_ = std::max(full_hi_, -full_lo_), full_lo_ = -full_hi_;
  const double margin = 0.015 * (full_hi_ - full_lo_);
  full_lo_ -= margin, full_hi_ += margin;
  lo_ = full_lo_, hi_ = full_hi_;
}

double HistogramView::heightPosition(double height) const {
  if (counts_ != CountKind::log) return height;
  return height > 0 ? std::log10(std::max(height, count_floor)) : std::log10(count_floor);
}

double HistogramView::peak() const {
  double most = 0;
  for (const auto& shape : shapes_)
    for (std::size_t i = 0; i < shape.total.size(); ++i)
      if (shape.edges[i + 1] > lo_ && shape.edges[i] < hi_) most = std::max(most, shape.total[i]);
  return most;
}

void HistogramView::refresh() {
  const double base = counts_ == CountKind::log ? std::log10(count_floor) : 0;
  const double top = peak();
  y_hi_ = top > base ? base + (top - base) * headroom : base + 1;
  placeAxes();
  placeOutlines();
  bars_->show(frame());
  setAccessibleDescription(readOut());
  Q_EMIT readOutChanged(readOut());
}

void HistogramView::placeAxes() {
  const int wide = std::max(3, width() / 90), high = std::clamp(height() / 60, 2, 6);
  QList<std::pair<double, QString>> across, up;
  for (const auto& tick : x_.ticks(visibleLow(), visibleHigh(), wide)) across.append({x_.position(tick.at), tick.text});
  setTicks(*x_axis_, lo_, hi_, across);
  const bool log = counts_ == CountKind::log;
  const AxisScale y(log ? AxisKind::log : AxisKind::linear);
  const double floor = log ? std::log10(count_floor) : 0;
  for (const auto& tick : y.ticks(y.value(floor), y.value(y_hi_), high)) {
    const bool grouped = counts_ == CountKind::linear && tick.at >= 1000;
    up.append({y.position(tick.at), grouped ? format::count(std::uint64_t(std::llround(tick.at))) : tick.text});
  }
  setTicks(*y_axis_, floor, y_hi_, up);
  x_axis_->setTitleText(picture_.x_title);
  y_axis_->setTitleText(countTitle());
}

QString HistogramView::countTitle() const {
  const bool linear = x_.kind() == AxisKind::linear;
  if (counts_ == CountKind::density) return linear ? tr("density") : tr("share per octave");
  if (!linear) return tr("elements per octave");
  if (picture_.layers.empty()) return tr("elements");
  return tr("elements per bin of %1").arg(shortText(binWidth(picture_.layers[0].edges)));
}

void HistogramView::placeOutlines() {
  while (outlines_.size() + 1 < shapes_.size()) {
    auto* line = new QLineSeries(this);
    chart()->addSeries(line);
    line->attachAxis(x_axis_);
    line->attachAxis(y_axis_);
    line->setPen(layerPen(*theme_, int(outlines_.size()) + 1));
    outlines_.push_back(line);
  }
  for (std::size_t i = 0; i < outlines_.size(); ++i) {
    QList<QPointF> steps;
    if (i + 1 < shapes_.size()) {
      const Shape& shape = shapes_[i + 1];
      const double floor = counts_ == CountKind::log ? std::log10(count_floor) : 0;
      for (std::size_t k = 0; k < shape.total.size(); ++k) {
        if (k == 0) steps.append({shape.edges[0], floor});
        steps.append({shape.edges[k], shape.total[k]});
        steps.append({shape.edges[k + 1], shape.total[k]});
        if (k + 1 == shape.total.size()) steps.append({shape.edges[k + 1], floor});
      }
    }
    outlines_[i]->replace(steps);
    outlines_[i]->setVisible(!steps.isEmpty());
  }
}

HistogramBars::Frame HistogramView::frame() const {
  HistogramBars::Frame f;
  if (!shapes_.empty()) f.edges = shapes_[0].edges, f.total = shapes_[0].total, f.clipping = shapes_[0].clipping;
  f.x_lo = lo_, f.x_hi = hi_, f.y_hi = y_hi_;
  f.y_lo = counts_ == CountKind::log ? std::log10(count_floor) : 0;
  for (const auto& mark : picture_.marks) f.marks.push_back({x_.position(mark.at), mark});
  bool refining = false;
  for (std::size_t i = 0; i < picture_.layers.size(); ++i) {
    f.labels.push_back({picture_.layers[i].label, int(i), i == 0});
    refining = refining || !picture_.layers[i].exact;
  }
  beyond(f);
  if (refining) f.corner = tr("refining …");
  f.note = picture_.note;
  f.cursor = cursor_;
  return f;
}

/// Elements of the first layer outside the visible range, so that a zoomed picture does not hide that they exist.
void HistogramView::beyond(HistogramBars::Frame& f) const {
  if (shapes_.empty()) return;
  double below = 0, above = 0;
  for (std::size_t i = 0; i < shapes_[0].total.size(); ++i) {
    if (shapes_[0].edges[i + 1] <= lo_) below += picture_.layers[0].counts[i];
    if (shapes_[0].edges[i] >= hi_) above += picture_.layers[0].counts[i];
  }
  const auto text = [](double n) { return format::count(std::uint64_t(std::llround(n))); };
  if (below >= 0.5) f.below = tr("◂ %1 more").arg(text(below));
  if (above >= 0.5) f.above = tr("%1 more ▸").arg(text(above));
}

bool HistogramView::zoomed() const { return hi_ - lo_ < (full_hi_ - full_lo_) * (1 - 1e-9); }

void HistogramView::setRange(double lo, double hi) {
  const double full = full_hi_ - full_lo_, width = std::clamp(hi - lo, full * closest, full);
  lo_ = std::clamp(lo, full_lo_, full_hi_ - width);
  hi_ = lo_ + width;
  refresh();
  settled_.start();
}

void HistogramView::zoom(double factor, double at) { setRange(at - (at - lo_) * factor, at + (hi_ - at) * factor); }

void HistogramView::resetZoom() {
  if (zoomed()) setRange(full_lo_, full_hi_);
}

double HistogramView::positionAt(double view_x) const {
  const QRectF area = chart()->plotArea();
  return area.width() > 0 ? lo_ + (view_x - area.left()) / area.width() * (hi_ - lo_) : lo_;
}

int HistogramView::binAt(double position) const {
  if (shapes_.empty() || shapes_[0].total.empty()) return -1;
  const auto& edges = shapes_[0].edges;
  const auto at = std::upper_bound(edges.begin(), edges.end(), position);
  if (at == edges.begin() || at == edges.end()) return -1;
  return int(at - edges.begin()) - 1;
}

void HistogramView::setCursorBin(int bin) {
  const int last = shapes_.empty() ? -1 : int(shapes_[0].total.size()) - 1;
  bin = std::clamp(bin, -1, last);
  if (bin == cursor_) return;
  cursor_ = bin;
  bars_->show(frame());
  setAccessibleDescription(readOut());
  Q_EMIT readOutChanged(readOut());
}

QString HistogramView::binText(std::size_t bin) const {
  const HistogramLayer& first = picture_.layers[0];
  const double width = first.edges[bin + 1] - first.edges[bin];
  QString text = tr("[%1, %2)").arg(tickText(first.edges[bin], width / 10), tickText(first.edges[bin + 1], width / 10));
  const auto count = [](double n) { return format::count(std::uint64_t(std::llround(n))); };
  text += tr("   %1 of %2 (%3)")
              .arg(first.exact ? count(first.counts[bin]) : tr("about %1").arg(count(first.counts[bin])),
                   count(picture_.total), format::percent(picture_.total > 0 ? first.counts[bin] / picture_.total : 0));
  if (!first.clipping.empty() && first.clipping[bin] > 0) text += tr("   %1 clipped").arg(count(first.clipping[bin]));
  for (std::size_t i = 1; i < picture_.layers.size(); ++i) {
    const auto& layer = picture_.layers[i];
    if (layer.counts.size() == first.counts.size())
      text += QStringLiteral("   %1: %2").arg(layer.label, count(layer.counts[bin]));
  }
  const double middle = (first.edges[bin] + first.edges[bin + 1]) / 2;
  const HistogramMark* nearest = nullptr;
  for (const auto& mark : picture_.marks)
    if (mark.kind == HistogramMark::level && (!nearest || std::abs(mark.at - middle) < std::abs(nearest->at - middle)))
      nearest = &mark;
  return nearest ? text + tr("   code %1").arg(nearest->label) : text;
}

QString HistogramView::readOut() const {
  if (picture_.layers.empty() || picture_.layers[0].counts.empty()) return picture_.note;
  if (cursor_ >= 0) return binText(std::size_t(cursor_));
  return QString();
}

void HistogramView::wheelEvent(QWheelEvent* event) {
  const double steps = event->angleDelta().y() / 120.0;
  zoom(std::pow(0.8, steps), positionAt(event->position().x()));
  event->accept();
}

// The base class is not asked: a press where no item lies crashes it in Qt 6.4 while a rubber band is set.
void HistogramView::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return;
  dragging_ = true;
  drag_from_ = event->position().x();
  drag_lo_ = lo_, drag_hi_ = hi_;
}

void HistogramView::mouseMoveEvent(QMouseEvent* event) {
  if (dragging_ && zoomed()) {
    const double by =
        (drag_from_ - event->position().x()) / std::max(1.0, chart()->plotArea().width()) * (drag_hi_ - drag_lo_);
    setRange(drag_lo_ + by, drag_hi_ + by);
    setCursor(Qt::ClosedHandCursor);
    return;
  }
  const bool inside = chart()->plotArea().contains(event->position());
  setCursorBin(inside ? binAt(positionAt(event->position().x())) : -1);
}

void HistogramView::mouseReleaseEvent(QMouseEvent*) {
  dragging_ = false;
  unsetCursor();
}

void HistogramView::mouseDoubleClickEvent(QMouseEvent*) { resetZoom(); }

void HistogramView::leaveEvent(QEvent* event) {
  setCursorBin(-1);
  QChartView::leaveEvent(event);
}

void HistogramView::keyPressEvent(QKeyEvent* event) {
  const double middle = cursor_ >= 0 && std::size_t(cursor_) < shapes_[0].total.size()
                            ? (shapes_[0].edges[std::size_t(cursor_)] + shapes_[0].edges[std::size_t(cursor_) + 1]) / 2
                            : (lo_ + hi_) / 2;
  const double page = (hi_ - lo_) / 4;
  switch (event->key()) {
    case Qt::Key_Left: setCursorBin(cursor_ < 0 ? binAt((lo_ + hi_) / 2) : std::max(0, cursor_ - 1)); return;
    case Qt::Key_Right: setCursorBin(cursor_ < 0 ? binAt((lo_ + hi_) / 2) : cursor_ + 1); return;
    case Qt::Key_PageUp: setRange(lo_ - page, hi_ - page); return;
    case Qt::Key_PageDown: setRange(lo_ + page, hi_ + page); return;
    case Qt::Key_Plus:
    case Qt::Key_Equal: zoom(0.7, middle); return;
    case Qt::Key_Minus: zoom(1 / 0.7, middle); return;
    case Qt::Key_0:
    case Qt::Key_Home: resetZoom(); return;
    default: QWidget::keyPressEvent(event);
  }
}

void HistogramView::paintEvent(QPaintEvent* event) {
  QChartView::paintEvent(event);
  if (!hasFocus()) return;
  QPainter painter(viewport());
  paintFocusRing(painter, viewport()->rect(), *theme_);
}

void HistogramView::resizeEvent(QResizeEvent* event) {
  QChartView::resizeEvent(event);
  placeAxes();
}

void HistogramView::changeEvent(QEvent* event) {
  QChartView::changeEvent(event);
  if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) restyle();
  if (event->type() == QEvent::LanguageChange) refresh();
}

void HistogramView::focusInEvent(QFocusEvent* event) {
  QChartView::focusInEvent(event);
  viewport()->update();
}

void HistogramView::focusOutEvent(QFocusEvent* event) {
  QChartView::focusOutEvent(event);
  viewport()->update();
}

void HistogramView::restyle() {
  theme_ = &Theme::of(palette());
  setBackgroundBrush(theme_->base);
  styleChart(*chart(), *theme_, font());
  styleAxis(*x_axis_, *theme_, font(), false);
  styleAxis(*y_axis_, *theme_, font(), true);
  y_axis_->setLinePen(Qt::NoPen);
  for (std::size_t i = 0; i < outlines_.size(); ++i) outlines_[i]->setPen(layerPen(*theme_, int(i) + 1));
  bars_->setLook(*theme_, scaled(font(), 0.9));
}

}  // namespace app
