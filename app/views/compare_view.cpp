#include "app/views/compare_view.h"

#include <QChart>
#include <QChartView>
#include <QEvent>
#include <QGraphicsLayout>
#include <QKeyEvent>
#include <QLineSeries>
#include <QMouseEvent>
#include <QPainter>
#include <QVBoxLayout>
#include <QValueAxis>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "app/models/format.h"
#include "app/views/chart_style.h"
#include "app/views/label_places.h"
#include "app/window/theme.h"

namespace app {
namespace {

constexpr double reach = 14;  // pixels around a mark that still mean it
constexpr int most_lines = 8;

/// 1, 2 or 5 times a power of ten, so that about `wanted` ticks fit.
double tickStep(double span, double wanted) {
  const double raw = span / std::max(1.0, wanted), power = std::pow(10, std::floor(std::log10(raw)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (raw <= factor * power * 1.0001) return factor * power;
  return 10 * power;
}

/// The part of a rising polyline inside the visible heights; its ends are put on the edges.
QList<QPointF> clipped(const std::vector<quant::TheoryPoint>& points, double low, double high) {
  QList<QPointF> out;
  for (std::size_t i = 1; i < points.size(); ++i) {
    const auto& a = points[i - 1];
    const auto& b = points[i];
    if (b.db < low || a.db > high || b.db <= a.db) continue;
    const auto at = [&](double db) { return QPointF(a.bits + (b.bits - a.bits) * (db - a.db) / (b.db - a.db), db); };
    if (out.isEmpty()) out << (a.db < low ? at(low) : QPointF(a.bits, a.db));
    out << (b.db > high ? at(high) : QPointF(b.bits, b.db));
  }
  return out;
}

QPen linePen(const quant::TheoryLine& line, int index, const Theme& theme) {
  static const QList<qreal> dashes[] = {{6, 3}, {1.5, 2.5}, {7, 2.5, 1.5, 2.5}, {3, 3}, {10, 3}, {2, 2}};
  QPen pen(theme.muted, line.bound ? 1.4 : 1.2);
  pen.setCosmetic(true);
  pen.setCapStyle(Qt::FlatCap);
  if (!line.bound) pen.setDashPattern(dashes[std::size_t(index) % std::size(dashes)]);
  return pen;
}

}  // namespace

CompareView::CompareView(QWidget* parent) : QWidget(parent) {
  setFocusPolicy(Qt::StrongFocus);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
  chart_ = new QChart;
  view_ = new QChartView(chart_, this);
  view_->setFrameShape(QFrame::NoFrame);
  view_->setRenderHint(QPainter::Antialiasing);
  view_->setFocusPolicy(Qt::NoFocus);
  view_->viewport()->installEventFilter(this);
  view_->viewport()->setMouseTracking(true);
  bits_ = new QValueAxis(chart_);
  db_ = new QValueAxis(chart_);
  bits_->setTickType(QValueAxis::TicksDynamic);
  db_->setTickType(QValueAxis::TicksDynamic);
  chart_->layout()->setContentsMargins(0, 0, 0, 0);
  chart_->addAxis(bits_, Qt::AlignBottom);
  chart_->addAxis(db_, Qt::AlignLeft);
  for (int i = 0; i < most_lines; ++i) {
    auto* series = new QLineSeries(chart_);
    chart_->addSeries(series);
    series->attachAxis(bits_);
    series->attachAxis(db_);
    lines_ << series;
  }
  marks_ = new CompareMarks(chart_);
  marks_->setZValue(20);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(2, 2, 2, 2);  // the focus ring's room
  column->addWidget(view_);
  connect(chart_, &QChart::plotAreaChanged, this, &CompareView::arrange);
  restyle();
}

CompareView::~CompareView() = default;

void CompareView::restyle() {
  const Theme& t = Theme::of(this);
  styleChart(*chart_, t, font());
  view_->setBackgroundBrush(t.base);
  chart_->setMargins(QMargins(0, 10, 14, 0));  // half a label beyond the ends of the axes
  styleAxis(*bits_, t, font(), true);
  styleAxis(*db_, t, font(), true);
  bits_->setTitleText(tr("bits per weight, scales and padding included"));
  db_->setTitleText(tr("SQNR, dB"));
  for (std::size_t i = 0; i < picture_.lines.size() && i < std::size_t(lines_.size()); ++i)
    lines_[qsizetype(i)]->setPen(linePen(*picture_.lines[i].line, int(i), t));
  marks_->setLook(t, font());
}

void CompareView::show(ComparePicture picture, bool keep_zoom) {
  const QString pointed = nameOfPointed();
  picture_ = std::move(picture);
  if (picture_.lines.size() > std::size_t(lines_.size())) picture_.lines.resize(std::size_t(lines_.size()));
  pointed_ = -1;
  for (std::size_t i = 0; i < picture_.marks.size(); ++i)
    if (picture_.marks[i].scheme == pointed) pointed_ = int(i);
  restyle();
  fit();
  if (!keep_zoom) zoomed_ = false;
  setArea(zoomed_ ? visible_ : whole_);
  QStringList said;
  for (const CompareMark& mark : picture_.marks) said << mark.read_out;
  setAccessibleDescription(said.isEmpty() ? picture_.note : said.join(QStringLiteral("; ")));
}

/// Room around the marks, whole bits and tens of decibel; enough above for the bound.
void CompareView::fit() {
  double left = HUGE_VAL, right = -HUGE_VAL, low = HUGE_VAL, high = -HUGE_VAL;
  const auto see = [&](double db) {
    if (std::isfinite(db)) low = std::min(low, db), high = std::max(high, db);
  };
  const bool any = std::any_of(picture_.marks.begin(), picture_.marks.end(), [](const auto& m) { return !m.exact; });
  for (const CompareMark& mark : picture_.marks) {
    if (mark.exact && any) continue;  // waits at the edge, so that what differs has the room
    left = std::min(left, mark.bits), right = std::max(right, mark.bits);
    see(mark.db);
    if (mark.spread) see(mark.spread->least), see(mark.spread->most);
  }
  if (left > right) left = 2, right = 8;
  if (low > high) low = 10, high = 45;
  left = std::max(0.0, std::floor(left - 0.4)), right = std::ceil(right + 0.4);
  if (right - left < 3) right = left + 3;
  low = 5 * std::floor((low - 2) / 5), high = 5 * std::ceil((high + 5) / 5);
  whole_ = QRectF(QPointF(left, low), QPointF(right, high));
}

void CompareView::setArea(const QRectF& area) {
  visible_ = area;
  bits_->setRange(area.left(), area.right());
  db_->setRange(area.top(), area.bottom());
  const double step = tickStep(area.width(), 9), decibel = tickStep(area.height(), std::max(3, height() / 55));
  bits_->setTickInterval(step);
  db_->setTickInterval(decibel);
  bits_->setTickAnchor(0);
  db_->setTickAnchor(0);
  bits_->setLabelFormat(QStringLiteral("%.%1f").arg(step < 1 ? (step < 0.1 ? 2 : 1) : 0));
  db_->setLabelFormat(QStringLiteral("%.%1f").arg(decibel < 1 ? 1 : 0));
  drawLines();
  arrange();
}

void CompareView::drawLines() {
  for (qsizetype i = 0; i < lines_.size(); ++i) {
    const bool there = std::size_t(i) < picture_.lines.size();
    lines_[i]->setVisible(there);
    lines_[i]->replace(
        there ? clipped(quant::theory_points(*picture_.lines[std::size_t(i)].line, visible_.left(), visible_.right()),
                        visible_.top(), visible_.bottom())
              : QList<QPointF>());
  }
}

QPointF CompareView::position(double bits, double db) const {
  const QRectF plot = chart_->plotArea();
  return {plot.left() + plot.width() * (bits - visible_.left()) / visible_.width(),
          plot.bottom() - plot.height() * (db - visible_.top()) / visible_.height()};
}

/// Marks without any error have no height: they wait at the upper edge, and at the right one where they are larger than
/// all that the chart shows.
CompareMarks::Frame::Dot CompareView::dotOf(const CompareMark& mark, const QRectF& plot) const {
  CompareMarks::Frame::Dot dot;
  dot.dominated = mark.dominated, dot.current = mark.current;
  dot.look = mark.look;
  dot.label = mark.label;
  if (mark.exact || std::isinf(mark.db)) {
    dot.at = QPointF(position(mark.bits, 0).x(), plot.top() + 9);
    dot.label = tr("%1: exact").arg(mark.label);
    if (dot.at.x() > plot.right() - 8 && !zoomed_) {
      dot.at.setX(plot.right() - 8);
      dot.label = tr("%1: exact, %2 →").arg(mark.label, format::bpw(mark.bits));
    }
  } else {
    dot.at = position(mark.bits, mark.db);
  }
  const auto height = [&](double db) {
    return std::clamp(position(0, std::min(db, 1e6)).y(), plot.top(), plot.bottom());
  };
  dot.box = mark.spread && mark.spread->least < mark.spread->most && plot.left() <= dot.at.x() &&
            dot.at.x() <= plot.right() && !std::isinf(mark.spread->median);
  if (dot.box) {
    dot.least = height(mark.spread->least), dot.lower = height(mark.spread->lower);
    dot.upper = height(mark.spread->upper), dot.most = height(mark.spread->most);
  }
  return dot;
}

void CompareView::arrange() {
  const QRectF plot = chart_->plotArea();
  if (plot.width() < 1 || visible_.isEmpty()) return;
  marks_->setPlotArea(plot);
  CompareMarks::Frame frame;
  frame.note = picture_.note;
  for (std::size_t i = 0; i < picture_.lines.size(); ++i)
    frame.legend.push_back({picture_.lines[i].title, lines_[qsizetype(i)]->pen()});
  QList<LabelWish> wishes;
  QList<QRectF> taken{marks_->legendArea(frame.legend)};
  for (const CompareMark& mark : picture_.marks) {
    const auto dot = dotOf(mark, plot);
    if (dot.box) taken << QRectF(QPointF(dot.at.x() - 6, dot.upper), QPointF(dot.at.x() + 6, dot.lower));
    const QFontMetricsF metrics(marks_->labelFont(mark.current));
    wishes << LabelWish{dot.at, QSizeF(metrics.horizontalAdvance(dot.label) + 2, metrics.height() - 2),
                        mark.current ? 10.5 : 6.5, mark.current && plot.contains(dot.at)};
    frame.dots.push_back(dot);
  }
  const auto places = placeLabels(plot, wishes, taken);
  for (std::size_t i = 0; i < frame.dots.size(); ++i)
    if (plot.contains(frame.dots[i].at)) frame.dots[i].label_at = places[qsizetype(i)];
  frame.pointed = pointed_;
  marks_->show(std::move(frame));
}

// ── zoom ──

void CompareView::resetZoom() {
  zoomed_ = false;
  setArea(whole_);
}

int CompareView::nearest(const QPointF& scene) const {
  int best = -1;
  double least = reach;
  const auto& dots = marks_->frame().dots;
  for (std::size_t i = 0; i < dots.size(); ++i) {
    const double away = std::hypot(dots[i].at.x() - scene.x(), dots[i].at.y() - scene.y());
    if (away < least) least = away, best = int(i);
    // The name belongs to the mark.
    if (dots[i].label_at && dots[i].label_at->contains(scene) && best < 0) best = int(i);
  }
  return best;
}

QString CompareView::nameOfPointed() const {
  return pointed_ < 0 ? QString() : picture_.marks[std::size_t(pointed_)].scheme;
}

std::optional<QPoint> CompareView::markAt(const QString& scheme) const {
  for (std::size_t i = 0; i < picture_.marks.size(); ++i)
    if (picture_.marks[i].scheme == scheme && chart_->plotArea().contains(marks_->frame().dots[i].at))
      return view_->mapTo(this, view_->mapFromScene(marks_->frame().dots[i].at));
  return {};
}

void CompareView::point(int mark) {
  if (pointed_ == mark) return;
  pointed_ = mark;
  arrange();
  view_->viewport()->setCursor(mark >= 0 ? Qt::PointingHandCursor : Qt::ArrowCursor);
}

void CompareView::readOut(const QPointF& scene) {
  point(nearest(scene));
  if (pointed_ >= 0) return Q_EMIT readOutChanged(picture_.marks[std::size_t(pointed_)].read_out);
  const QRectF plot = chart_->plotArea();
  if (!plot.contains(scene)) return Q_EMIT readOutChanged({});
  const double bits = visible_.left() + visible_.width() * (scene.x() - plot.left()) / plot.width();
  QStringList said{format::bpw(bits)};
  for (const auto& line : picture_.lines)
    if (const auto db = quant::theory_db(*line.line, bits)) said << tr("%1: %2").arg(line.title, format::decibel(*db));
  Q_EMIT readOutChanged(said.size() > 1 ? said.join(QStringLiteral("  ·  ")) : QString());
}

bool CompareView::mouse(QEvent* event) {
  if (event->type() == QEvent::Leave) {
    point(-1);
    Q_EMIT readOutChanged({});
    return false;
  }
  if (event->type() == QEvent::Wheel) {
    const auto* wheel = static_cast<QWheelEvent*>(event);
    const QPointF scene = view_->mapToScene(wheel->position().toPoint());
    const QRectF plot = chart_->plotArea();
    if (!plot.contains(scene) || wheel->angleDelta().y() == 0) return true;
    const double by = std::pow(0.8, wheel->angleDelta().y() / 120.0);
    const double x = visible_.left() + visible_.width() * (scene.x() - plot.left()) / plot.width();
    const double y = visible_.top() + visible_.height() * (plot.bottom() - scene.y()) / plot.height();
    const double width = visible_.width() * by, height = visible_.height() * by;
    if (width < 0.05 || height < 0.2) return true;
    if (width >= whole_.width()) return resetZoom(), true;
    zoomed_ = true;
    setArea({x - (x - visible_.left()) * by, y - (y - visible_.top()) * by, width, height});
    return true;
  }
  if (event->type() == QEvent::MouseButtonDblClick) return resetZoom(), true;
  const auto* button = static_cast<QMouseEvent*>(event);
  const QPointF scene = view_->mapToScene(button->pos());
  if (event->type() == QEvent::MouseButtonPress && button->button() == Qt::LeftButton) {
    setFocus(Qt::MouseFocusReason);
    pressed_ = scene, dragged_ = false;
  } else if (event->type() == QEvent::MouseMove && pressed_ && button->buttons() & Qt::LeftButton) {
    const QPointF moved = scene - *pressed_;
    if (!dragged_ && std::hypot(moved.x(), moved.y()) < 5) return true;
    dragged_ = zoomed_ = true;
    const QRectF plot = chart_->plotArea();
    setArea(visible_.translated(-moved.x() * visible_.width() / plot.width(),
                                moved.y() * visible_.height() / plot.height()));
    pressed_ = scene;
  } else if (event->type() == QEvent::MouseMove) {
    readOut(scene);
  } else if (event->type() == QEvent::MouseButtonRelease && button->button() == Qt::LeftButton) {
    const int mark = nearest(scene);
    if (pressed_ && !dragged_ && mark >= 0) Q_EMIT schemeClicked(picture_.marks[std::size_t(mark)].scheme);
    pressed_.reset();
  }
  return true;
}

bool CompareView::eventFilter(QObject* watched, QEvent* event) {
  switch (event->type()) {
    case QEvent::Leave:
    case QEvent::Wheel:
    case QEvent::MouseMove:
    case QEvent::MouseButtonPress:
    case QEvent::MouseButtonRelease:
    case QEvent::MouseButtonDblClick: return mouse(event);
    default: return QWidget::eventFilter(watched, event);
  }
}

void CompareView::keyPressEvent(QKeyEvent* event) {
  const auto& marks = picture_.marks;
  if (event->key() == Qt::Key_0) return resetZoom();
  if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && pointed_ >= 0)
    return Q_EMIT schemeClicked(marks[std::size_t(pointed_)].scheme);
  const int by = event->key() == Qt::Key_Right || event->key() == Qt::Key_Up    ? 1
                 : event->key() == Qt::Key_Left || event->key() == Qt::Key_Down ? -1
                                                                                : 0;
  if (by == 0 || marks.empty()) return QWidget::keyPressEvent(event);
  std::vector<int> order(marks.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](int a, int b) { return marks[std::size_t(a)].bits < marks[std::size_t(b)].bits; });
  const auto now = std::find(order.begin(), order.end(), pointed_);
  const int place = now == order.end() ? (by > 0 ? 0 : int(order.size()) - 1)
                                       : std::clamp(int(now - order.begin()) + by, 0, int(order.size()) - 1);
  point(order[std::size_t(place)]);
  Q_EMIT readOutChanged(marks[std::size_t(pointed_)].read_out);
}

void CompareView::focusInEvent(QFocusEvent* event) { QWidget::focusInEvent(event), update(); }
void CompareView::focusOutEvent(QFocusEvent* event) { QWidget::focusOutEvent(event), update(); }

void CompareView::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.fillRect(rect(), Theme::of(this).base);
  if (hasFocus()) paintFocusRing(painter, rect(), Theme::of(this));
}

void CompareView::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  if (!visible_.isEmpty()) setArea(visible_);
}

void CompareView::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange ||
      event->type() == QEvent::LanguageChange) {
    restyle();
    arrange();
  }
  QWidget::changeEvent(event);
}

}  // namespace app
