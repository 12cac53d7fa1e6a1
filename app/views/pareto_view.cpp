#include "app/views/pareto_view.h"

#include <QCategoryAxis>
#include <QChart>
#include <QChartView>
#include <QEvent>
#include <QGraphicsLayout>
#include <QGraphicsSimpleTextItem>
#include <QLineSeries>
#include <QMouseEvent>
#include <QScatterSeries>
#include <QVBoxLayout>
#include <QValueAxis>
#include <algorithm>
#include <cmath>

#include "app/models/format.h"
#include "app/views/chart_style.h"
#include "app/views/chart_text.h"
#include "app/views/label_places.h"
#include "app/window/theme.h"

namespace app {

ParetoView::ParetoView(QWidget* parent) : QWidget(parent) {
  setObjectName(QStringLiteral("plan.pareto"));
  setAccessibleName(tr("Damage against bits per weight"));
  chart_ = new QChart;
  view_ = new QChartView(chart_, this);
  view_->setFrameShape(QFrame::NoFrame);
  view_->setRenderHint(QPainter::Antialiasing);
  view_->viewport()->installEventFilter(this);
  view_->viewport()->setCursor(Qt::PointingHandCursor);
  view_->setToolTip(tr("Click at a size to plan for it"));
  frontier_ = new QLineSeries(chart_);
  uniform_ = new QScatterSeries(chart_);
  here_ = new QScatterSeries(chart_);
  size_ = new QValueAxis(chart_);
  damage_ = new QCategoryAxis(chart_);  // of the decimal logarithm: its labels are powers
  damage_->setLabelsPosition(QCategoryAxis::AxisLabelsPositionOnValue);
  size_->setTitleText(tr("bits per weight, all tensors"));
  damage_->setTitleText(tr("damage"));
  size_->setLabelFormat(QStringLiteral("%.0f"));
  chart_->layout()->setContentsMargins(0, 0, 0, 0);
  chart_->addAxis(size_, Qt::AlignBottom);
  chart_->addAxis(damage_, Qt::AlignLeft);
  for (QXYSeries* series :
       {static_cast<QXYSeries*>(frontier_), static_cast<QXYSeries*>(uniform_), static_cast<QXYSeries*>(here_)}) {
    chart_->addSeries(series);
    series->attachAxis(size_);
    series->attachAxis(damage_);
  }
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(view_);
  connect(chart_, &QChart::plotAreaChanged, this, &ParetoView::placeLabels);
  restyle();
}

ParetoView::~ParetoView() = default;

void ParetoView::restyle() {
  const Theme& t = Theme::of(this);
  styleChart(*chart_, t, font());
  view_->setBackgroundBrush(t.base);
  chart_->setMargins(QMargins(0, 12, 12, 0));  // half a label beyond the ends of the axes
  styleAxis(*size_, t, font(), false);
  styleAxis(*damage_, t, font(), true);
  frontier_->setPen(QPen(t.series[0], 2));
  uniform_->setMarkerShape(QScatterSeries::MarkerShapeCircle);
  uniform_->setMarkerSize(9);
  uniform_->setColor(t.base);
  uniform_->setBorderColor(t.muted);
  here_->setMarkerShape(QScatterSeries::MarkerShapeCircle);
  here_->setMarkerSize(13);
  here_->setColor(t.series[1]);
  here_->setBorderColor(t.base);
  for (const Label& label : labels_) label.item->setBrush(label.main ? t.text : t.muted);
}

void ParetoView::show(std::shared_ptr<const quant::Plan> plan) {
  plan_ = std::move(plan);
  fill();
}

void ParetoView::fill() {
  for (const Label& label : labels_) delete label.item;
  labels_.clear();
  QList<QPointF> line, dots;
  const auto name = [this](const QString& text, QPointF at, bool main) {
    auto* item = new QGraphicsSimpleTextItem(text, chart_);
    item->setFont(scaled(font(), main ? 0.95 : 0.88, main ? QFont::DemiBold : QFont::Normal));
    item->setZValue(20);
    labels_ << Label{item, at, main};
  };
  // A logarithm takes no zero: what is exact lies below every axis and is left out.
  double lo = HUGE_VAL, hi = 0, left = HUGE_VAL, right = 0;
  const auto see = [&](double x, double y) {
    lo = std::min(lo, y), hi = std::max(hi, y), left = std::min(left, x), right = std::max(right, x);
  };
  if (plan_) {
    for (const auto& p : plan_->pareto)
      if (p.objective > 0) line << QPointF(p.bpw, std::log10(p.objective)), see(p.bpw, p.objective);
    for (const auto& u : plan_->uniform)
      if (u.objective > 0) {
        dots << QPointF(u.bpw, std::log10(u.objective)), see(u.bpw, u.objective);
        name(format::scheme(format::utf8(u.scheme)), dots.last(), false);
      }
    if (plan_->objective > 0) {
      see(plan_->bpw, plan_->objective);
      name(tr("this plan"), {plan_->bpw, std::log10(plan_->objective)}, true);
      here_->replace(QList<QPointF>{{plan_->bpw, std::log10(plan_->objective)}});
    } else {
      here_->replace(QList<QPointF>{});
    }
  }
  std::sort(line.begin(), line.end(), [](const QPointF& a, const QPointF& b) { return a.x() < b.x(); });
  frontier_->replace(line);
  uniform_->replace(dots);
  if (hi > 0) {
    size_->setRange(std::floor(left - 0.25), std::ceil(right + 0.25));
    const double span = size_->max() - size_->min();
    size_->setTickType(QValueAxis::TicksDynamic);
    size_->setTickInterval(span > 10 ? 2 : 1);
    const int bottom = int(std::floor(std::log10(lo))), top = int(std::ceil(std::log10(hi) + 0.05));
    for (const QString& label : damage_->categoriesLabels()) damage_->remove(label);
    damage_->setRange(bottom, top);
    damage_->setStartValue(bottom - 1);
    for (int power = bottom; power <= top; ++power) damage_->append(powerText(power, false), power);
  }
  restyle();
  placeLabels();
  if (plan_)
    setAccessibleDescription(
        tr("The plan has %1 and damage %2").arg(format::bpw(plan_->bpw), format::number(plan_->objective)));
}

void ParetoView::placeLabels() {
  QList<LabelWish> wishes;
  for (const Label& label : labels_)
    wishes << LabelWish{chart_->mapToPosition(label.at, uniform_), label.item->boundingRect().size(),
                        label.main ? 8.0 : 6.0, label.main};
  const auto found = app::placeLabels(chart_->plotArea(), wishes);
  for (qsizetype i = 0; i < labels_.size(); ++i) {
    labels_[i].item->setVisible(found[i].has_value());
    if (found[i]) labels_[i].item->setPos(found[i]->topLeft());
  }
}

bool ParetoView::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::MouseButtonPress && plan_) {
    const auto* mouse = static_cast<QMouseEvent*>(event);
    if (mouse->button() == Qt::LeftButton && chart_->plotArea().contains(view_->mapToScene(mouse->pos())))
      Q_EMIT budgetPicked(chart_->mapToValue(chart_->mapFromScene(view_->mapToScene(mouse->pos())), frontier_).x());
    return true;
  }
  return QWidget::eventFilter(watched, event);
}

void ParetoView::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange) restyle();
  QWidget::changeEvent(event);
}

}  // namespace app
