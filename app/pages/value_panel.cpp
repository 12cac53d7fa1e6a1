#include "app/pages/value_panel.h"

#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "app/jobs/job_list.h"
#include "app/models/caption.h"
#include "app/models/format.h"
#include "app/models/workspace.h"
#include "app/views/chart_frame.h"
#include "app/views/chart_text.h"
#include "app/views/figure_row.h"
#include "app/views/histogram_view.h"
#include "app/views/read_out_line.h"

namespace app {
namespace {

constexpr std::size_t base_bins = 256, fine_bins = 256;
constexpr std::size_t most_levels = 32;
enum Axis { Linear, Log, Symlog };

}  // namespace

quant::Result<std::shared_ptr<const quant::Recount>> recountAll(const Sight& sight, const std::vector<int>& tensors,
                                                                double lo, double hi, std::size_t bins,
                                                                quant::JobContext& job) {
  auto sum = std::make_shared<quant::Recount>();
  for (const int tensor : tensors) {
    QUANT_TRY(seen, sight.tensor(std::size_t(tensor)));
    QUANT_TRY(part, quant::recount(*seen.w, seen.restored(), lo, hi, bins, sight.devices, job));
    if (sum->counts.empty()) {
      *sum = std::move(part);
      continue;
    }
    for (std::size_t i = 0; i < bins; ++i) sum->counts[i] += part.counts[i], sum->clipping[i] += part.clipping[i];
    sum->below += part.below;
    sum->above += part.above;
  }
  return sum;
}

ValuePanel::ValuePanel(Workspace& workspace, QWidget* parent)
    : QWidget(parent),
      workspace_(workspace),
      view_(new HistogramView),
      frame_(new ChartFrame(QStringLiteral("histograms.values"), view_, this)),
      figures_(new FigureRow(this)),
      x_(new QComboBox(this)),
      counts_(new QComboBox(this)) {
  view_->setObjectName(QStringLiteral("histograms.valueChart"));
  x_->setObjectName(QStringLiteral("histograms.valueAxis"));
  counts_->setObjectName(QStringLiteral("histograms.valueCounts"));
  for (auto* box : {x_, counts_}) box->addItems({{}, {}, {}});
  frame_->tools().addWidget(x_);
  frame_->tools().addWidget(counts_);
  frame_->tools().addStretch(1);
  frame_->setFooter(figures_);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(frame_);

  connect(view_, &HistogramView::readOutChanged, &frame_->readOut(), &ReadOutLine::setText);
  connect(view_, &HistogramView::rangeSettled, this, &ValuePanel::startRefining);
  connect(x_, &QComboBox::currentIndexChanged, this, [this] { draw(false); });
  connect(counts_, &QComboBox::currentIndexChanged, this, [this](int i) { view_->setCounts(CountKind(i)); });
  frame_->setCaption([this] { return captionOf(workspace_, CaptionOf::tensor); });
  frame_->setTable([this] {
    ChartFrame::Table rows{{tr("from"), tr("to"), tr("elements")}};
    if (!view_->picture().layers.empty()) {
      const auto& layer = view_->picture().layers[0];
      for (std::size_t i = 0; i < layer.bins(); ++i)
        rows.push_back({exactText(layer.edges[i]), exactText(layer.edges[i + 1]), exactText(layer.counts[i])});
    }
    return rows;
  });
  retranslate();
}

void ValuePanel::refresh() {
  const auto before = tensors_;
  const bool had = base_.has_value();
  const bool complete = gather();
  const bool was_at_rest = atRest();
  waiting_ = !complete && !tensors_.empty() && workspace_.source() && !workspace_.atRest();
  if (before != tensors_ || !had) {
    base_.reset(), refined_.reset(), count_job_.reset();
    counting_ = false;
    if (complete) startBase();
  }
  startGrid();
  draw(before == tensors_);
  if (was_at_rest != atRest()) Q_EMIT restChanged();
}

/// Counters of the selected tensors; false while one of them is missing.
bool ValuePanel::gather() {
  const Selection& s = workspace_.selection();
  tensors_ = s.tensors;
  if (tensors_.empty() && s.tensor >= 0) tensors_ = {s.tensor};
  histogram_ = {};
  lo_ = hi_ = low_ = high_ = 0;
  bool complete = !tensors_.empty(), first = true;
  for (const int tensor : tensors_) {
    const auto figures = workspace_.values(tensor);
    if (!figures) {
      complete = false;
      continue;
    }
    histogram_.merge(figures->histogram);
    if (figures->sums.count == 0) continue;
    lo_ = first ? double(figures->sums.min) : std::min(lo_, double(figures->sums.min));
    hi_ = first ? double(figures->sums.max) : std::max(hi_, double(figures->sums.max));
    const double low = figures->percentiles.front().value_or(lo_), high = figures->percentiles.back().value_or(hi_);
    low_ = first ? low : std::min(low_, low);
    high_ = first ? high : std::max(high_, high);
    first = false;
  }
  return complete;
}

void ValuePanel::startBase() {
  if (!workspace_.source() || !(lo_ < hi_)) return;
  counting_ = true;
  count_job_ = std::make_unique<RunningJob<Counted>>(
      workspace_.jobs().pool(),
      [sight = workspace_.sight({}), tensors = tensors_, lo = lo_, hi = hi_](quant::JobContext& job) {
        return recountAll(sight, tensors, lo, hi, base_bins, job);
      });
  count_job_->then(this, [this](quant::Result<Counted> counted) {
    counting_ = false;
    if (counted) base_ = exactLayer(**counted, false), refined_.reset(), draw(true);
    if (counted && view_->zoomed()) return startRefining(view_->visibleLow(), view_->visibleHigh());
    Q_EMIT restChanged();
  });
}

void ValuePanel::startRefining(double lo, double hi) {
  if (!workspace_.source() || !base_ || x_->currentIndex() != Linear) return;
  if (!view_->zoomed()) {
    refined_.reset();
    return draw(true);
  }
  const auto [from, to] = enclosingEdges(*base_, lo, hi);
  // The last bin of a count is closed; here the next bin of the base begins at its end.
  const double end = to < hi_ ? std::nextafter(to, from) : to;
  counting_ = true;
  HistogramPicture picture = view_->picture();
  if (!picture.layers.empty()) picture.layers[0].exact = false, view_->show(std::move(picture), true);
  count_job_ = std::make_unique<RunningJob<Counted>>(
      workspace_.jobs().pool(),
      [sight = workspace_.sight({}), tensors = tensors_, from = from, end](quant::JobContext& job) {
        return recountAll(sight, tensors, from, end, fine_bins, job);
      });
  count_job_->then(this, [this, to = to](quant::Result<Counted> counted) {
    counting_ = false;
    if (counted) {
      quant::Recount inside = **counted;
      inside.hi = to;
      refined_ = refinedLayer(*base_, inside);
    }
    draw(true);
    Q_EMIT restChanged();
  });
}

void ValuePanel::startGrid() {
  const Selection& s = workspace_.selection();
  const auto source = workspace_.sharedSource();
  const QString key = QStringLiteral("%1/%2/%3/%4").arg(s.tensor).arg(s.scheme).arg(s.row).arg(s.col);
  if (key == grid_key_) return;
  grid_key_ = key;
  grid_.reset();
  grid_job_.reset();
  gridding_ = false;
  auto scheme = quant::Scheme::parse(s.scheme.toStdString());
  if (!source || s.tensor < 0 || !scheme) return Q_EMIT stepChanged(0);
  gridding_ = true;
  grid_job_ = std::make_unique<RunningJob<Gridded>>(
      workspace_.jobs().pool(),
      [source, scheme = *scheme, tensor = s.tensor, row = s.row,
       col = s.col](quant::JobContext& job) -> quant::Result<Gridded> {
        QUANT_TRY(view, source->view(std::size_t(tensor)));
        QUANT_TRY(grid, quant::grid_picture(*view, scheme, row, col, most_levels, job));
        return std::make_shared<const quant::GridPicture>(std::move(grid));
      });
  grid_job_->then(this, [this](quant::Result<Gridded> grid) {
    gridding_ = false;
    if (grid) grid_ = *grid;
    Q_EMIT stepChanged(grid_ ? grid_->step : 0);
    draw(true);
    Q_EMIT restChanged();
  });
}

std::vector<HistogramMark> ValuePanel::marks() const {
  std::vector<HistogramMark> marks;
  if (!grid_ || x_->currentIndex() == Log || tensors_.size() > 1) return marks;
  for (const auto& level : grid_->levels)
    marks.push_back({level.value, QString::number(level.code).replace(u'-', QChar(0x2212)), HistogramMark::level});
  const Selection& s = workspace_.selection();
  const auto counters = workspace_.counters(format::utf8(workspace_.tensors()[std::size_t(s.tensor)].name), s.scheme);
  if (!grid_->has_range || !counters) return marks;
  const auto sides = quant::clip_sides(*counters);
  const auto label = [](std::uint64_t n, const QString& text) {
    return n > 0 ? text.arg(format::count(n)) : QString();
  };
  marks.push_back({grid_->lo, label(sides.below, tr("%1 clipped below")), HistogramMark::clip, true});
  marks.push_back({grid_->hi, label(sides.above, tr("%1 clipped above")), HistogramMark::clip, false});
  return marks;
}

QString ValuePanel::badge() const {
  QStringList parts;
  if (histogram_.nan > 0) parts << tr("%1 NaN").arg(format::count(histogram_.nan));
  if (histogram_.inf > 0) parts << tr("%1 Inf").arg(format::count(histogram_.inf));
  return parts.join(QStringLiteral(", "));
}

QString ValuePanel::title() const {
  if (tensors_.size() > 1) return tr("Values of %n tensors, summed", nullptr, int(tensors_.size()));
  return tr("Values of the weights");
}

void ValuePanel::draw(bool keep_zoom) {
  HistogramPicture picture;
  const std::uint64_t total = histogram_.total();
  picture.total = double(total);
  const int axis = x_->currentIndex();
  picture.x_title = axis == Log ? tr("|weight|") : tr("weight");
  AxisScale scale;
  if (total > 0 && lo_ < hi_) {
    const double reach = std::max(std::abs(lo_), std::abs(hi_));
    if (axis == Log) scale = AxisScale(AxisKind::log);
    if (axis == Symlog) scale = AxisScale(AxisKind::symlog, reach / 1024);
    HistogramLayer layer = axis != Linear ? nativeLayer(histogram_, nullptr, axis == Log)
                           : refined_     ? *refined_
                           : base_        ? *base_
                                          : coarseLayer(histogram_, nullptr, lo_, hi_, base_bins);
    if (!workspace_.source()) layer.exact = true;  // nothing finer can come
    picture.layers.push_back(std::move(layer));
    picture.marks = marks();
    // Where a few values lie far out, the picture starts with the middle 99.8 %; the ends say how many more there are.
    if (hi_ - lo_ > 1.8 * (high_ - low_)) {
      const double margin = 0.12 * (high_ - low_);
      picture.start_lo = std::max(lo_, low_ - margin);
      picture.start_hi = std::min(hi_, high_ + margin);
    }
  } else if (total > 0) {
    picture.note = tr("all %1 elements are %2").arg(format::count(total), format::number(lo_));
  } else {
    picture.note = waiting_ ? tr("reading the values …") : tr("no finite values");
  }
  view_->setAxis(scale);
  view_->show(std::move(picture), keep_zoom);
  frame_->setTitle(title());
  QString note = tr("all %1 elements").arg(format::count(total));
  const Selection& s = workspace_.selection();
  if (grid_ && !view_->picture().marks.empty()) note += tr(" · grid at row %1, column %2").arg(s.row).arg(s.col);
  const auto& marks = view_->picture().marks;
  const auto is_clip = [](const HistogramMark& m) { return m.kind == HistogramMark::clip; };
  const auto clips = [&](const HistogramMark& m) { return is_clip(m) && !m.label.isEmpty(); };
  if (std::any_of(marks.begin(), marks.end(), is_clip) && std::none_of(marks.begin(), marks.end(), clips))
    note += tr(" · nothing clipped");
  frame_->setNote(note);
  frame_->setBadge(badge());
  showFigures();
}

void ValuePanel::showFigures() {
  const auto f = tensors_.size() == 1 ? workspace_.values(tensors_[0]) : nullptr;
  if (!f || f->sums.count == 0) return figures_->show({});
  const auto& s = f->sums;
  figures_->show(
      {{tr("smallest"), format::number(double(s.min), 3), {}},
       {tr("largest"), format::number(double(s.max), 3), {}},
       {tr("mean"), format::number(f->mean, 3), {}},
       {tr("standard deviation"), format::number(f->std, 3), tr("Of all elements: √(Σ(w − mean)²/n).")},
       {tr("kurtosis"), format::number(f->kurtosis, 3), tr("In excess of 3, which a normal distribution has.")},
       {tr("zeros"), format::count(s.zeros), {}},
       {tr("beyond 6 σ"), format::count(f->outliers), tr("Elements farther than 6 standard deviations from the mean.")},
       {tr("middle 99.8 %"), tr("%1 … %2").arg(format::number(low_, 2), format::number(high_, 2)), {}}});
}

void ValuePanel::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  if (event->type() == QEvent::LanguageChange) retranslate();
}

void ValuePanel::retranslate() {
  const QStringList axes{tr("linear axis"), tr("log axis, |w|"), tr("symmetric log axis")};
  const QStringList counts{tr("counts"), tr("log counts"), tr("density")};
  for (int i = 0; i < 3; ++i) x_->setItemText(i, axes[i]), counts_->setItemText(i, counts[i]);
  x_->setAccessibleName(tr("Axis of the values"));
  counts_->setAccessibleName(tr("What the height means"));
  frame_->readOut().setHint(tr("point at a bar, or walk with the arrow keys; wheel zooms, 0 shows all"));
}

}  // namespace app
