#include "app/pages/sensitivity_page.h"

#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QStackedLayout>
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "app/models/caption.h"
#include "app/models/format.h"
#include "app/models/workspace.h"
#include "app/pages/empty_state.h"
#include "app/views/chart_frame.h"
#include "app/views/chart_text.h"
#include "app/views/colour_legend.h"
#include "app/views/figure_row.h"
#include "app/views/ranked_bars.h"
#include "app/views/read_out_line.h"
#include "app/window/theme.h"
#include "core/sensitivity/metric.h"

namespace app {
namespace {

constexpr std::size_t least_tensors = 5;  // a rank correlation of fewer says nothing

/// Whether a does more damage than b.
bool worse(const SensitivityCell& a, const SensitivityCell& b, bool higher_is_better) {
  if (a.state != b.state) return a.state > b.state;
  return higher_is_better ? a.value < b.value : a.value > b.value;
}

/// Columns stand in the order in which data flows.
std::size_t roleRank(const std::string& role) {
  static constexpr std::string_view order[] = {"embed",  "attn_qkv", "attn_q", "attn_k",  "attn_v",
                                               "attn_o", "mlp_gate", "mlp_up", "mlp_down"};
  return std::size_t(std::find(std::begin(order), std::end(order), role) - std::begin(order));
}

}  // namespace

SensitivityPage::SensitivityPage(Workspace& workspace, QWidget* parent)
    : Page(workspace, parent),
      stack_(new QStackedLayout(this)),
      empty_(new EmptyState(QStringLiteral("sensitivity"), this)),
      grid_(new SensitivityGrid(this)),
      frame_(new ChartFrame(QStringLiteral("sensitivity.map"), grid_, this)),
      legend_(new ColourLegend(this)),
      bars_(new RankedBars(this)),
      correlations_(new FigureRow(this)),
      agreement_(new QLabel(this)),
      metric_(new QComboBox(this)),
      scheme_(new QComboBox(this)),
      scale_(new QComboBox(this)) {
  bars_frame_ = new ChartFrame(QStringLiteral("sensitivity.worst"), bars_, this);
  const std::pair<QWidget*, const char*> names[] = {{grid_, "sensitivity.grid"},
                                                    {metric_, "sensitivity.metric"},
                                                    {scheme_, "sensitivity.scheme"},
                                                    {scale_, "sensitivity.scale"},
                                                    {legend_, "sensitivity.legend"},
                                                    {bars_, "sensitivity.bars"},
                                                    {correlations_, "sensitivity.correlations"}};
  for (const auto& [widget, name] : names) widget->setObjectName(QLatin1String(name));
  scale_->addItems(QStringList(3));
  for (QComboBox* box : {metric_, scheme_, scale_}) frame_->tools().addWidget(box);
  frame_->tools().addStretch(1);
  frame_->setFooter(legend_);
  bars_frame_->setFooter(agreement_);
  bars_frame_->setFooter(correlations_);
  bars_frame_->readOut().hide();
  agreement_->setForegroundRole(QPalette::PlaceholderText);
  agreement_->setWordWrap(true);
  auto* body = new QWidget(this);
  auto* row = new QHBoxLayout(body);
  row->setContentsMargins(3 * grid_px, 2 * grid_px, 3 * grid_px, 2 * grid_px);
  row->setSpacing(4 * grid_px);
  row->addWidget(frame_, 7);
  row->addWidget(bars_frame_, 3);
  stack_->addWidget(body);
  stack_->addWidget(empty_);
  empty_->button()->setObjectName(QStringLiteral("sensitivity.fill"));

  connect(empty_, &EmptyState::acted, this, [this] {
    if (this->workspace().hasTensors()) return this->workspace().analyzeAll();
    Q_EMIT pageAsked(QStringLiteral("start"));
  });
  connect(grid_, &SensitivityGrid::readOutChanged, &frame_->readOut(), &ReadOutLine::setText);
  connect(grid_, &SensitivityGrid::tensorClicked, &workspace, &Workspace::selectTensor);
  connect(bars_, &RankedBars::tensorClicked, &workspace, &Workspace::selectTensor);
  connect(metric_, &QComboBox::activated, this,
          [this] { this->workspace().selectMetric(metric_->currentData().toString()); });
  connect(scheme_, &QComboBox::activated, this,
          [this] { this->workspace().selectScheme(scheme_->currentData().toString()); });
  connect(scale_, &QComboBox::currentIndexChanged, this, &SensitivityPage::refresh);
  const auto renew = [this] {
    if (isVisible()) refresh();
  };
  for (auto signal : {&Workspace::sourceChanged, &Workspace::schemesChanged, &Workspace::measurementsChanged,
                      &Workspace::metricsChanged, &Workspace::rolesChanged})
    connect(&workspace, signal, this, renew);
  connect(&workspace, &Workspace::selectionChanged, this, renew);
  for (ChartFrame* frame : {frame_, bars_frame_})
    frame->setCaption([this] { return captionOf(this->workspace(), CaptionOf::model); });
  frame_->setTable([this] {
    ChartFrame::Table rows{{tr("layer"), tr("role"), tr("tensor"), tr("value")}};
    const auto& p = grid_->picture();
    for (int r = 0; r < p.rows.size(); ++r)
      for (int c = 0; c < p.columns.size(); ++c)
        if (const auto* cell = p.at(r, c); cell->state != SensitivityCell::absent)
          rows.push_back({p.rows[r], p.columns[c], cell->name,
                          cell->state == SensitivityCell::measured ? exactText(cell->value) : QString()});
    return rows;
  });
  bars_frame_->setTable([this] {
    ChartFrame::Table rows{{tr("tensor"), tr("value")}};
    for (const auto& bar : bars_->bars()) {
      const SensitivityCell cell = cellOf(bar.tensor);
      rows.push_back({cell.name, exactText(cell.value)});
    }
    return rows;
  });
  retranslate();
}

void SensitivityPage::activated() { refresh(); }

const ShownMetric& SensitivityPage::metric() const { return workspace().metric(); }

void SensitivityPage::fillChoices() {
  const QSignalBlocker quiet_scheme(scheme_);
  fillMetrics(*metric_, workspace().metrics(), metric().id);
  scheme_->clear();
  for (const QString& s : workspace().choices()) scheme_->addItem(format::scheme(s), s);
  scheme_->setCurrentIndex(scheme_->findData(workspace().selection().scheme));
}

SensitivityCell SensitivityPage::cellOf(int tensor) const {
  const auto& info = workspace().tensors()[std::size_t(tensor)];
  SensitivityCell cell;
  cell.state = SensitivityCell::unmeasured;
  cell.tensor = tensor;
  cell.tensors = 1;
  cell.name = format::utf8(info.name);
  const QString& scheme = workspace().selection().scheme;
  const auto* analysis = workspace().analysis(cell.name, scheme);
  const auto value = metric().value(info, scheme, analysis);
  if (!value && analysis && !analysis->refused.empty()) {
    cell.state = SensitivityCell::refused;
    cell.text = format::utf8(analysis->refused);
  }
  if (!value) return cell;
  cell.state = SensitivityCell::measured;
  cell.value = *value;
  cell.text = tr("%1 = %2").arg(metric().id, format::number(*value));
  return cell;
}

/// Candidates by layer and role; a cell of several tensors (experts) shows the worst.
SensitivityPicture SensitivityPage::picture() const {
  SensitivityPicture p;
  using Place = std::pair<std::string, int>;  // side; layer, −1 = outside the layers
  std::set<std::string> sides;
  for (const int t : workspace().candidates())
    if (const auto& info = workspace().tensors()[std::size_t(t)]; info.layer) sides.insert(info.side);
  // Sides matter where layers of several would look alike.
  const auto place = [apart = sides.size() > 1](const quant::TensorInfo& info) {
    return Place(apart ? info.side : std::string(), info.layer.value_or(-1));
  };
  std::map<Place, int> rows;
  std::vector<std::string> roles;
  for (const int t : workspace().candidates()) {
    const auto& info = workspace().tensors()[std::size_t(t)];
    rows.emplace(place(info), 0);
    if (std::find(roles.begin(), roles.end(), info.role) == roles.end()) roles.push_back(info.role);
  }
  std::stable_sort(roles.begin(), roles.end(), [](const auto& a, const auto& b) { return roleRank(a) < roleRank(b); });
  for (auto& [at, row] : rows) {
    row = int(p.rows.size());
    const QString name = at.second < 0 ? tr("outside") : tr("layer %1").arg(at.second);
    p.rows << (at.first.empty() ? name : format::utf8(at.first) + u' ' + name);
  }
  for (const auto& role : roles) p.columns << format::utf8(role);
  p.cells.resize(std::size_t(p.rows.size()) * roles.size());
  const bool higher = metric().higher_is_better;
  for (const int t : workspace().candidates()) {
    const auto& info = workspace().tensors()[std::size_t(t)];
    const auto column = std::size_t(std::find(roles.begin(), roles.end(), info.role) - roles.begin());
    auto& cell = p.cells[std::size_t(rows[place(info)]) * roles.size() + column];
    SensitivityCell next = cellOf(t);
    next.tensors = cell.tensors + 1;
    if (cell.tensors == 0 || worse(next, cell, higher)) {
      cell = std::move(next);
    } else {
      ++cell.tensors;
    }
  }
  shade(p.cells, ShadeKind(scale_->currentIndex()), higher);
  return p;
}

int SensitivityPage::exponent(const std::vector<SensitivityCell>& cells) const {
  double most = 0, least = 0;
  for (const auto& cell : cells) {
    const double size = std::abs(cell.value);
    if (cell.state != SensitivityCell::measured || size == 0) continue;
    most = std::max(most, size);
    least = least == 0 ? size : std::min(least, size);
  }
  if (most == 0 || (most < 1e4 && least >= 0.1)) return 0;
  const int of_least = int(std::floor(std::log10(least))), of_most = int(std::floor(std::log10(most)));
  return std::max(of_least, of_most - 2);
}

QString SensitivityPage::inUnit(double value) const {
  const double scaled_value = value / std::pow(10, exponent_);
  return format::fixed(scaled_value, std::abs(scaled_value) < 99.95 ? 1 : 0);
}

QString SensitivityPage::unitText() const {
  const QString id = metric().id;
  return exponent_ == 0 ? id : tr("%1 in units of %2").arg(id, powerText(exponent_, false));
}

/// "layer 3, mlp_up" where that says which tensor it is; else its name.
QString SensitivityPage::shortName(int tensor) const {
  const auto& info = workspace().tensors()[std::size_t(tensor)];
  if (!info.layer || info.expert) return format::utf8(info.name);
  return tr("layer %1, %2").arg(*info.layer).arg(format::utf8(info.role));
}

void SensitivityPage::refresh() {
  const auto coverage = workspace().coverage();
  const bool ready = workspace().hasTensors() && !workspace().candidates().empty();
  const bool fillable = ready && coverage.done == 0 && !workspace().measuring();
  stack_->setCurrentIndex(ready && !fillable ? 0 : 1);
  if (!workspace().hasTensors()) {
    empty_->say(tr("The sensitivity map"),
                tr("Open a model: here stand its layers and roles, coloured by what each loses."), tr("Open a model"));
  } else if (!ready) {
    empty_->say(tr("Nothing to map"), tr("No tensor of this file is a weight that a plan may quantize."), {});
  } else if (fillable) {
    empty_->say(tr("The sensitivity map"),
                tr("Analyze to fill it: every element of %n tensors under each scheme.", nullptr,
                   int(workspace().candidates().size())),
                tr("Analyze all"));
  }
  if (!ready || fillable) return;
  fillChoices();
  SensitivityPicture p = picture();
  exponent_ = exponent(p.cells);
  for (auto& cell : p.cells) cell.label = inUnit(cell.value);
  drawLegend(p.cells);
  grid_->setCurrent(workspace().selection().tensor);
  grid_->show(std::move(p));
  frame_->setTitle(tr("Sensitivity by layer and role"));
  frame_->setNote(tr("%1 · %2 · %3 of %4 measurements")
                      .arg(metric().title, format::scheme(workspace().selection().scheme))
                      .arg(coverage.done)
                      .arg(coverage.all));
  drawBars();
  drawCorrelations();
}

void SensitivityPage::drawLegend(const std::vector<SensitivityCell>& cells) {
  std::vector<std::pair<double, double>> measured;  // shade, value
  for (const auto& cell : cells)
    if (cell.state == SensitivityCell::measured) measured.emplace_back(cell.shade, cell.value);
  std::sort(measured.begin(), measured.end());
  ColourLegend::Content content;
  content.title = tr("%1; bright: more damage").arg(unitText());
  content.special = tr("not measured");
  double last = -1;
  for (const auto& [at, value] : measured) {  // the cells' own values label the bar, about four of them
    if (at < last + 0.24 && &at != &measured.back().first) continue;
    content.ticks.append({at, inUnit(value)});
    last = at;
  }
  legend_->show(std::move(content));
}

void SensitivityPage::drawBars() {
  std::vector<SensitivityCell> all;
  for (const int t : workspace().candidates()) all.push_back(cellOf(t));
  shade(all, ShadeKind(scale_->currentIndex()), metric().higher_is_better);
  std::stable_sort(all.begin(), all.end(),
                   [this](const auto& a, const auto& b) { return worse(a, b, metric().higher_is_better); });
  std::vector<RankedBar> bars;
  for (const auto& cell : all)
    if (cell.state == SensitivityCell::measured)
      bars.push_back({shortName(cell.tensor), inUnit(cell.value), 0, cell.shade, cell.tensor});
  double most = 0;
  for (const auto& cell : all)
    if (cell.state == SensitivityCell::measured) most = std::max(most, std::abs(cell.value));
  for (std::size_t i = 0; i < bars.size() && most > 0; ++i) bars[i].length = std::abs(all[i].value) / most;
  bars_frame_->setTitle(tr("Worst first"));
  bars_frame_->setNote(tr("%n tensors by %1", nullptr, int(bars.size())).arg(unitText()));
  bars_->setCurrent(workspace().selection().tensor);
  bars_->show(std::move(bars));
}

void SensitivityPage::drawCorrelations() {
  std::vector<quant::Measurement> rows;
  const QString scheme = workspace().selection().scheme;
  std::size_t tensors = 0;
  for (const int t : workspace().candidates()) {
    const auto& info = workspace().tensors()[std::size_t(t)];
    const auto* analysis = workspace().analysis(format::utf8(info.name), scheme);
    if (!analysis || !analysis->refused.empty()) continue;
    ++tensors;
    for (const auto& m : workspace().metrics())
      rows.push_back({info.name, scheme.toStdString(), m.id.toStdString(), m.value(info, scheme, analysis), {}});
  }
  if (tensors < least_tensors) {
    agreement_->setText(
        tr("Do the metrics agree? That takes %1 tensors; %2 are measured.").arg(least_tensors).arg(tensors));
    return correlations_->show({});
  }
  agreement_->setText(tr("Do the metrics agree? Rank correlation (Spearman), n = %1; size is the floor.").arg(tensors));
  std::vector<Figure> figures;
  const std::string chosen = metric().id.toStdString();
  const bool few = workspace().metrics().size() <= 3;  // else there is room for the pairs of the chosen metric alone
  for (const auto& c : quant::rank_correlations(rows))
    if (few || c.a == chosen || c.b == chosen)
      figures.push_back(
          {tr("%1 ~ %2").arg(format::utf8(c.a), format::utf8(c.b)),
           c.spearman ? format::fixed(*c.spearman, 2) : format::none(),
           tr("Spearman's rank correlation over the tensors; \"size\" is the floor that a metric has to beat.")});
  correlations_->show(std::move(figures));
}

void SensitivityPage::keyPressEvent(QKeyEvent* event) {
  if (event->key() != Qt::Key_N || bars_->bars().empty()) return Page::keyPressEvent(event);
  const auto& bars = bars_->bars();
  const int n = int(bars.size()), by = event->modifiers() & Qt::ShiftModifier ? -1 : 1;
  const auto at =
      std::find_if(bars.begin(), bars.end(), [&](const auto& b) { return b.tensor == workspace().selection().tensor; });
  const int next = at == bars.end() ? 0 : (int(at - bars.begin()) + by + n) % n;
  workspace().selectTensor(bars[std::size_t(next)].tensor);
}

void SensitivityPage::changeEvent(QEvent* event) {
  Page::changeEvent(event);
  if (event->type() != QEvent::LanguageChange) return;
  retranslate();
  if (isVisible()) refresh();
}

void SensitivityPage::retranslate() {
  const QStringList scales{tr("colour by rank"), tr("colour by log"), tr("colour linearly")};
  for (int i = 0; i < 3; ++i) scale_->setItemText(i, scales[i]);
  metric_->setAccessibleName(tr("Metric"));
  scheme_->setAccessibleName(tr("Scheme"));
  scale_->setAccessibleName(tr("How values become colours"));
  frame_->readOut().setHint(tr("point at a cell; click selects its tensor everywhere, N goes to the next worst"));
}

}  // namespace app
