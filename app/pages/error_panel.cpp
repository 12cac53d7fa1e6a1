#include "app/pages/error_panel.h"

#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QMenu>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "app/jobs/job_list.h"
#include "app/models/caption.h"
#include "app/models/format.h"
#include "app/models/workspace.h"
#include "app/pages/value_panel.h"
#include "app/views/chart_frame.h"
#include "app/views/chart_text.h"
#include "app/views/figure_row.h"
#include "app/views/histogram_view.h"
#include "app/views/read_out_line.h"

namespace app {
namespace {

constexpr std::size_t base_bins = 255;  // odd: the bin of zero has zero in its middle
constexpr std::size_t fine_bins = 255;
constexpr int most_layers = 4;
enum Unit { Value, Steps };

}  // namespace

ErrorPanel::ErrorPanel(Workspace& workspace, QWidget* parent)
    : QWidget(parent),
      workspace_(workspace),
      view_(new HistogramView),
      frame_(new ChartFrame(QStringLiteral("histograms.errors"), view_, this)),
      figures_(new FigureRow(this)),
      unit_(new QComboBox(this)),
      counts_(new QComboBox(this)),
      overlay_(new QToolButton(this)) {
  view_->setObjectName(QStringLiteral("histograms.errorChart"));
  unit_->setObjectName(QStringLiteral("histograms.errorUnit"));
  counts_->setObjectName(QStringLiteral("histograms.errorCounts"));
  overlay_->setObjectName(QStringLiteral("histograms.overlay"));
  figures_->setObjectName(QStringLiteral("histograms.figures"));
  unit_->addItems({{}, {}});
  counts_->addItems({{}, {}, {}});
  overlay_->setPopupMode(QToolButton::InstantPopup);
  overlay_->setToolButtonStyle(Qt::ToolButtonTextOnly);
  overlay_->setMenu(new QMenu(overlay_));
  frame_->tools().addWidget(unit_);
  frame_->tools().addWidget(counts_);
  frame_->tools().addWidget(overlay_);
  frame_->tools().addStretch(1);
  frame_->setFooter(figures_);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(frame_);

  connect(view_, &HistogramView::readOutChanged, &frame_->readOut(), &ReadOutLine::setText);
  connect(view_, &HistogramView::rangeSettled, this, &ErrorPanel::refine);
  connect(unit_, &QComboBox::currentIndexChanged, this, [this] { draw(false); });
  connect(counts_, &QComboBox::currentIndexChanged, this, [this](int i) { view_->setCounts(CountKind(i)); });
  connect(overlay_->menu(), &QMenu::aboutToShow, this, &ErrorPanel::fillOverlayMenu);
  frame_->setCaption([this] { return captionOf(workspace_, CaptionOf::scheme); });
  frame_->setTable([this] {
    ChartFrame::Table rows{{tr("scheme"), tr("from"), tr("to"), tr("elements"), tr("of them clipped")}};
    const auto& layers = view_->picture().layers;
    for (std::size_t l = 0; l < layers.size(); ++l)
      for (std::size_t i = 0; i < layers[l].bins(); ++i)
        rows.push_back({shown_.value(int(l)), exactText(layers[l].edges[i]), exactText(layers[l].edges[i + 1]),
                        exactText(layers[l].counts[i]),
                        layers[l].clipping.empty() ? QString() : exactText(layers[l].clipping[i])});
    return rows;
  });
  retranslate();
}

QStringList ErrorPanel::schemes() const {
  QStringList list{workspace_.selection().scheme};
  for (const QString& s : overlays_)
    if (!list.contains(s) && workspace_.comparable().contains(s) && list.size() < most_layers) list << s;
  return list;
}

void ErrorPanel::setOverlays(const QStringList& schemes) {
  overlays_ = schemes;
  refresh();
}

void ErrorPanel::setStep(double step) {
  step_ = step;
  draw(true);
}

void ErrorPanel::fillOverlayMenu() {
  overlay_->menu()->clear();
  for (const QString& scheme : workspace_.comparable()) {
    if (scheme == workspace_.selection().scheme) continue;
    auto* action = overlay_->menu()->addAction(format::scheme(scheme));
    action->setCheckable(true);
    action->setChecked(overlays_.contains(scheme));
    action->setEnabled(action->isChecked() || schemes().size() < most_layers);
    connect(action, &QAction::toggled, this, [this, scheme](bool on) {
      QStringList next = overlays_;
      next.removeAll(scheme);
      if (on) next << scheme;
      setOverlays(next);
    });
  }
}

/// Merged counters of the selected tensors, scheme by scheme.
void ErrorPanel::gather() {
  const Selection& s = workspace_.selection();
  tensors_ = s.tensors;
  if (tensors_.empty() && s.tensor >= 0) tensors_ = {s.tensor};
  shown_.clear();
  counters_.clear();
  reach_ = start_ = 0;
  for (const QString& scheme : schemes()) {
    quant::ErrorCounters sum;
    bool complete = !tensors_.empty();
    double reach = 0, start = 0;
    for (const int tensor : tensors_) {
      const QString name = format::utf8(workspace_.tensors()[std::size_t(tensor)].name);
      const auto* analysis = workspace_.analysis(name, scheme);
      const auto counters = analysis && analysis->refused.empty() ? workspace_.counters(name, scheme) : nullptr;
      if (!counters) {
        complete = false;
        break;
      }
      sum.merge(*counters);
      reach = std::max(reach, analysis->figures.max_abs.value_or(0));
      start = std::max(start, 1.5 * analysis->figures.p99_abs.value_or(0));
    }
    if (!complete) continue;
    shown_ << scheme;
    counters_.push_back(std::move(sum));
    reach_ = std::max(reach_, reach);
    start_ = std::max(start_, start);
  }
}

void ErrorPanel::refresh() {
  const bool rested = atRest();
  overlay_->setEnabled(workspace_.comparable().size() > 1);
  gather();
  waiting_ = shown_.isEmpty() && !tensors_.empty() && workspace_.measuring();
  QString key = shown_.join(u';');
  for (const int t : tensors_) key += QStringLiteral("/%1").arg(t);
  const bool same = key == key_;
  if (!same) {
    key_ = key;
    base_.clear(), refined_.clear(), job_.reset();
    counting_ = false;
    if (reach_ > 0 && workspace_.source()) start(-reach_, reach_, true);
  }
  draw(same);
  if (rested != atRest()) Q_EMIT restChanged();
}

void ErrorPanel::start(double lo, double hi, bool base) {
  std::vector<Sight> sights;
  for (const QString& choice : shown_)
    if (auto sight = workspace_.sight(choice); sight.restores()) sights.push_back(std::move(sight));
  const double end = !base && hi < reach_ ? std::nextafter(hi, lo) : hi;  // the last bin of a count is closed
  counting_ = true;
  job_ = std::make_unique<RunningJob<Counted>>(
      workspace_.jobs().pool(),
      [tensors = tensors_, sights = std::move(sights), lo, end,
       bins = base ? base_bins : fine_bins](quant::JobContext& job) -> quant::Result<Counted> {
        auto all = std::make_shared<std::vector<quant::Recount>>();
        for (const auto& sight : sights) {
          QUANT_TRY(count, recountAll(sight, tensors, lo, end, bins, job));
          all->push_back(*count);
        }
        return all;
      });
  job_->then(this, [this, base, hi](quant::Result<Counted> counted) {
    counting_ = false;
    if (counted) {
      std::vector<HistogramLayer> layers;
      for (std::size_t i = 0; i < (*counted)->size(); ++i) {
        quant::Recount part = (**counted)[i];
        part.hi = hi;
        layers.push_back(base ? exactLayer(part, true) : refinedLayer(base_[i], part));
      }
      (base ? base_ : refined_) = std::move(layers);
    }
    draw(true);
    if (base && counted && view_->zoomed()) return refine(view_->visibleLow(), view_->visibleHigh());
    Q_EMIT restChanged();
  });
}

void ErrorPanel::refine(double lo, double hi) {
  if (unit_->currentIndex() != Value || base_.empty() || !workspace_.source()) return;
  if (!view_->zoomed()) {
    refined_.clear();
    return draw(true);
  }
  const auto [from, to] = enclosingEdges(base_[0], lo, hi);
  HistogramPicture picture = view_->picture();
  for (auto& layer : picture.layers) layer.exact = false;
  view_->show(std::move(picture), true);
  start(from, to, false);
}

HistogramPicture ErrorPanel::valuePicture() const {
  HistogramPicture picture;
  picture.x_title = tr("error ŵ − w, in weight units");
  if (reach_ > 1.8 * start_) picture.start_lo = -start_, picture.start_hi = start_;
  if (step_ > 0 && reach_ > 0 && tensors_.size() == 1)
    picture.marks = {{-step_ / 2, tr("−½ Δ here"), HistogramMark::half_step, true},
                     {step_ / 2, tr("½ Δ here"), HistogramMark::half_step, false}};
  const auto& exact = refined_.empty() ? base_ : refined_;
  for (std::size_t i = 0; i < counters_.size() && reach_ > 0; ++i) {
    picture.layers.push_back(i < exact.size()
                                 ? exact[i]
                                 : coarseLayer(counters_[i].error, &counters_[i].clipped, -reach_, reach_, base_bins));
    if (!workspace_.source()) picture.layers.back().exact = true;
  }
  return picture;
}

HistogramPicture ErrorPanel::stepPicture() const {
  HistogramPicture picture;
  picture.x_title = tr("error ŵ − w, in local steps Δ; beyond ±1 in the end bins");
  for (const auto& counters : counters_) picture.layers.push_back(stepLayer(counters));
  picture.marks = {{-0.5, tr("−½ Δ"), HistogramMark::half_step, true},
                   {0.5, tr("½ Δ"), HistogramMark::half_step, false},
                   {0.28867513459481287, tr("1/√12 Δ: RMSE of even rounding"), HistogramMark::guide, false}};
  return picture;
}

QString ErrorPanel::emptyNote() const {
  if (tensors_.empty()) return tr("select a tensor");
  const Selection& s = workspace_.selection();
  if (!counters_.empty()) return tr("all 0: %1 restores every element exactly").arg(format::scheme(s.scheme));
  const auto* analysis = workspace_.analysis(format::utf8(workspace_.tensors()[std::size_t(s.tensor)].name), s.scheme);
  if (analysis && !analysis->refused.empty())
    return tr("%1 cannot take this tensor:\n%2").arg(format::scheme(s.scheme), format::utf8(analysis->refused));
  if (waiting_) return tr("measuring every element …");
  return tensors_.size() > 1
             ? tr("not all selected tensors are measured with %1;\npress Analyze").arg(format::scheme(s.scheme))
             : tr("not measured with %1 yet;\npress Analyze").arg(format::scheme(s.scheme));
}

void ErrorPanel::draw(bool keep_zoom) {
  const bool steps = unit_->currentIndex() == Steps && reach_ > 0;
  HistogramPicture picture = steps ? stepPicture() : valuePicture();
  picture.symmetric = true;
  picture.total = counters_.empty() ? 0 : double(counters_[0].error.total());
  for (std::size_t i = 0; i < picture.layers.size(); ++i)
    picture.layers[i].label = format::scheme(shown_.value(int(i)));
  if (picture.layers.empty()) picture.note = emptyNote();
  if (steps && isStored(shown_.value(0)))
    picture.layers.clear(), picture.note = tr("of what is stored no step Δ is known;\nsee the error in weight units");
  const double total = picture.total;
  view_->show(std::move(picture), keep_zoom);
  frame_->setTitle(tr("Error of quantization"));
  QString note = shown_.isEmpty() ? QString() : format::scheme(shown_[0]);
  if (total > 0) note += tr(" · all %1 elements").arg(format::count(std::uint64_t(total)));
  frame_->setNote(note);
  figures_->show(figures());
}

std::vector<Figure> ErrorPanel::figures() const {
  const Selection& s = workspace_.selection();
  if (counters_.empty() || s.tensor < 0) return {};
  const auto sides = counters_[0].clipped.total();
  if (tensors_.size() > 1) return {{tr("clipped elements"), format::count(sides), {}}};
  const auto* analysis = workspace_.analysis(format::utf8(workspace_.tensors()[std::size_t(s.tensor)].name), shown_[0]);
  if (!analysis) return {};
  const auto& f = analysis->figures;
  const auto share = [&](const std::optional<double>& part) {
    return format::percent(part && f.mse && *f.mse > 0 ? std::optional(*part / *f.mse) : std::nullopt, 1);
  };
  return {
      {tr("median |e|"), format::number(f.p50_abs, 3), tr("Half of all elements err by less.")},
      {tr("95 % of |e|"), format::number(f.p95_abs, 3), {}},
      {tr("99 % of |e|"), format::number(f.p99_abs, 3), {}},
      {tr("largest |e|"), format::number(f.max_abs, 3), {}},
      {tr("RMSE"), format::number(f.rmse, 3), tr("Root of the mean squared error, √(Σe²/n).")},
      {tr("SQNR"), format::decibel(f.sqnr_db), tr("10 log₁₀(Σw² / Σe²)")},
      {tr("MSE by rounding"), share(f.rounding_mse), tr("Share of Σe² of the elements whose code was not clipped.")},
      {tr("MSE by clipping"), share(f.clipping_mse), tr("Share of Σe² of the elements whose code was clipped.")}};
}

void ErrorPanel::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  if (event->type() == QEvent::LanguageChange) retranslate();
}

void ErrorPanel::retranslate() {
  const QStringList units{tr("weight units"), tr("steps Δ")}, counts{tr("counts"), tr("log counts"), tr("density")};
  for (int i = 0; i < 2; ++i) unit_->setItemText(i, units[i]);
  for (int i = 0; i < 3; ++i) counts_->setItemText(i, counts[i]);
  unit_->setAccessibleName(tr("Unit of the error"));
  counts_->setAccessibleName(tr("What the height of the error means"));
  overlay_->setText(tr("Overlay schemes"));
  overlay_->setAccessibleName(tr("Schemes laid over the current one"));
  frame_->readOut().setHint(tr("plain: rounding; hatched: clipping; each element once"));
}

}  // namespace app
