#include "app/pages/plan_page.h"

#include <QComboBox>
#include <QFileDialog>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSlider>
#include <QStackedLayout>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "app/jobs/job_list.h"
#include "app/models/caption.h"
#include "app/models/format.h"
#include "app/models/plan_model.h"
#include "app/models/workspace.h"
#include "app/pages/empty_state.h"
#include "app/views/chart_frame.h"
#include "app/views/chart_text.h"
#include "app/views/pareto_view.h"
#include "app/views/read_out_line.h"
#include "app/window/icons.h"
#include "app/window/theme.h"
#include "core/exporters/exporter.h"

namespace app {
namespace {

constexpr int slider_steps = 1000;  // of a thousandth of the feasible range each

QLabel* quiet(const QString& text, QWidget* parent) {
  auto* label = new QLabel(text, parent);
  label->setForegroundRole(QPalette::PlaceholderText);
  return label;
}

/// "to q8_0: +0.90 MiB, damage −0.00021; from 4.83 bpw on"
QString neighbour(const quant::Why& why, const QString& form) {
  if (why.scheme.empty()) return {};
  QString text = form.arg(format::scheme(format::utf8(why.scheme)), format::signedBytes(why.bytes),
                          (why.cost > 0 ? QStringLiteral("+") : QString()) + format::number(why.cost, 3));
  if (why.flips_at_bpw)
    text += u' ' + PlanPage::tr("The plan takes it at %1 bits per weight.").arg(format::fixed(*why.flips_at_bpw, 3));
  return text;
}

}  // namespace

PlanPage::PlanPage(Workspace& workspace, QWidget* parent) : Page(workspace, parent), model_(new PlanModel(this)) {
  layers_ = new QStackedLayout(this);
  content_ = new QWidget(this);
  empty_ = new EmptyState(QStringLiteral("plan"), this);
  empty_->button()->setObjectName(QStringLiteral("plan.analyze"));
  connect(empty_, &EmptyState::acted, this,
          [this] { this->workspace().hasTensors() ? this->workspace().analyzeAll() : Q_EMIT openAsked(false); });
  layers_->addWidget(content_);
  layers_->addWidget(empty_);
  auto* column = new QVBoxLayout(content_);
  column->setContentsMargins(3 * grid_px, 2 * grid_px, 3 * grid_px, 0);
  column->setSpacing(2 * grid_px);
  column->addWidget(buildBudget());
  column->addWidget(buildFigures());
  auto* middle = new QHBoxLayout;
  middle->setSpacing(3 * grid_px);
  pareto_ = new ParetoView(content_);
  pareto_->setMinimumHeight(26 * grid_px);
  connect(pareto_, &ParetoView::budgetPicked, this, &PlanPage::ask);
  frontier_ = new ChartFrame(QStringLiteral("plan.frontier"), pareto_, content_);
  frontier_->setTitle(tr("Damage against size"));
  frontier_->setCaption([this] { return captionOf(this->workspace(), CaptionOf::model); });
  frontier_->setTable([this] { return paretoRows(); });
  frontier_->readOut().hide();
  middle->addWidget(frontier_, 3);
  middle->addWidget(buildWhy(), 2);
  column->addLayout(middle, 5);
  column->addWidget(buildTable(), 6);

  connect(&workspace, &Workspace::planChanged, this, &PlanPage::refreshPlan);
  connect(&workspace, &Workspace::planFailed, this, &PlanPage::refreshState);
  connect(&workspace, &Workspace::sourceChanged, this, [this] { model_->show(nullptr), refreshState(); });
  connect(&workspace, &Workspace::measurementsChanged, this, &PlanPage::refreshState);
  connect(&workspace, &Workspace::restChanged, this, &PlanPage::refreshState);
  connect(&workspace, &Workspace::selectionChanged, this, &PlanPage::refreshSelection);
  connect(&workspace, &Workspace::pinsChanged, this, &PlanPage::refreshWhy);
  refreshState();
  if (workspace.plan()) refreshPlan();
}

/// The frontier, the plan on it and the uniform plans, in full digits.
std::vector<QStringList> PlanPage::paretoRows() const {
  std::vector<QStringList> rows{{"kind", "scheme", "bytes", "bits_per_weight", "damage"}};
  const auto plan = workspace().plan();
  if (!plan) return rows;
  const auto add = [&](const char* kind, const QString& scheme, quint64 bytes, double bpw, double damage) {
    rows.push_back({QLatin1String(kind), scheme, QString::number(bytes), exactText(bpw), exactText(damage)});
  };
  add("plan", {}, plan->bytes, plan->bpw, plan->objective);
  for (const auto& u : plan->uniform) add("uniform", format::utf8(u.scheme), u.bytes, u.bpw, u.objective);
  for (const auto& p : plan->pareto) add("frontier", {}, p.bytes, p.bpw, p.objective);
  return rows;
}

QWidget* PlanPage::buildBudget() {
  auto* box = new QWidget(content_);
  auto* column = new QVBoxLayout(box);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(2);
  auto* row = new QHBoxLayout;
  row->setSpacing(2 * grid_px);
  auto* title = new QLabel(tr("Budget"), box);
  title->setFont(scaled(font(), 1.1, QFont::DemiBold));
  slider_ = new QSlider(Qt::Horizontal, box);
  slider_->setObjectName(QStringLiteral("plan.budgetSlider"));
  slider_->setAccessibleName(tr("Budget in bits per weight"));
  slider_->setRange(0, slider_steps);
  connect(slider_, &QSlider::valueChanged, this, &PlanPage::sliderMoved);
  budget_ = new QLineEdit(box);
  budget_->setObjectName(QStringLiteral("plan.budget"));
  budget_->setAccessibleName(tr("Budget as text"));
  budget_->setToolTip(tr("A size: 4.5bpw, 338MiB, 6GB"));
  budget_->setMaximumWidth(14 * grid_px);
  budget_->setAlignment(Qt::AlignRight);
  connect(budget_, &QLineEdit::returnPressed, this, &PlanPage::typed);
  result_ = new QLabel(box);
  result_->setObjectName(QStringLiteral("plan.result"));
  result_->setFont(scaled(font(), 1.0, QFont::DemiBold));
  auto* save = new QPushButton(icon(QStringLiteral("save"), Qt::white), tr("Save plan…"), box);
  save->setObjectName(QStringLiteral("plan.save"));
  save->setAccessibleName(tr("Save the plan as plan.json"));
  save->setProperty("accent", true);
  connect(save, &QPushButton::clicked, this, &PlanPage::savePlan);
  auto* out = new QPushButton(tr("Export"), box);
  out->setObjectName(QStringLiteral("plan.export"));
  out->setAccessibleName(tr("Export the plan for a toolchain"));
  auto* targets = new QMenu(out);
  for (const quant::Exporter* e : quant::exporters()) {
    const QString id = format::utf8(e->id), main_file = format::utf8(e->writes).section(u',', 0, 0);
    targets->addAction(format::utf8(e->title), this, [this, id, main_file] { chooseExport(id, main_file); });
  }
  out->setMenu(targets);
  row->addWidget(title);
  row->addWidget(slider_, 1);
  row->addWidget(budget_);
  row->addWidget(result_);
  row->addSpacing(grid_px);
  row->addWidget(out);
  row->addWidget(save);
  column->addLayout(row);
  auto* ends = new QHBoxLayout;
  low_ = quiet({}, box);
  high_ = quiet({}, box);
  problem_ = new QLabel(box);
  problem_->setObjectName(QStringLiteral("plan.problem"));
  problem_->setWordWrap(true);
  ends->addWidget(low_);
  ends->addWidget(problem_, 1);
  ends->addWidget(high_);
  column->addLayout(ends);
  return box;
}

QWidget* PlanPage::buildFigures() {
  auto* box = new QWidget(content_);
  auto* row = new QHBoxLayout(box);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(3 * grid_px);
  const auto figure = [&](const QString& name, const char* object) {
    auto* column = new QVBoxLayout;
    column->setSpacing(2);
    column->addWidget(quiet(name, box));
    auto* value = new QLabel(box);
    value->setObjectName(QString::fromLatin1(object));
    value->setFont(scaled(font(), 1.1, QFont::DemiBold));
    column->addWidget(value);
    row->addLayout(column);
    return value;
  };
  auto* by = new QVBoxLayout;
  by->setSpacing(2);
  by->addWidget(quiet(tr("Damage by"), box));
  metric_ = new QComboBox(box);
  metric_->setObjectName(QStringLiteral("plan.metric"));
  metric_->setAccessibleName(tr("Metric that the plan minimises"));
  const auto fill = [this] { fillMetrics(*metric_, workspace().metrics(), workspace().metric().id); };
  fill();
  connect(&workspace(), &Workspace::metricsChanged, metric_, fill);
  connect(metric_, &QComboBox::activated, this,
          [this](int i) { workspace().selectMetric(metric_->itemData(i).toString()); });
  by->addWidget(metric_);
  row->addLayout(by);
  damage_ = figure(tr("Damage"), "plan.damage");
  bound_ = figure(tr("Lower bound"), "plan.bound");
  gap_ = figure(tr("Gap"), "plan.gap");
  time_ = figure(tr("Solved in"), "plan.time");
  uniform_ = figure(tr("Best uniform scheme that fits"), "plan.uniform");
  // The longest figure gives way first: its tooltip has the whole text.
  uniform_->setMinimumWidth(20 * grid_px);
  uniform_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  row->setStretch(row->count() - 1, 1);
  return box;
}

QWidget* PlanPage::buildWhy() {
  auto* box = new QWidget(content_);
  auto* column = new QVBoxLayout(box);
  column->setContentsMargins(0, grid_px, 0, 0);
  column->setSpacing(grid_px);
  why_title_ = new QLabel(box);
  why_title_->setFont(scaled(font(), 1.05, QFont::DemiBold));
  why_title_->setWordWrap(true);
  why_ = new QLabel(box);
  why_->setObjectName(QStringLiteral("plan.why"));
  why_->setWordWrap(true);
  pin_ = new QPushButton(icon(QStringLiteral("pin"), Theme::of(this).muted), {}, box);
  pin_->setObjectName(QStringLiteral("plan.pin"));
  pin_->hide();
  connect(pin_, &QPushButton::clicked, this, &PlanPage::togglePin);
  column->addWidget(why_title_);
  column->addWidget(why_);
  column->addWidget(pin_, 0, Qt::AlignLeft);
  column->addStretch(1);
  return box;
}

QWidget* PlanPage::buildTable() {
  auto* box = new QWidget(content_);
  auto* column = new QVBoxLayout(box);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(4);
  caption_ = quiet({}, box);
  column->addWidget(caption_);
  table_ = new QTableView(box);
  table_->setObjectName(QStringLiteral("plan.table"));
  table_->setAccessibleName(tr("Assignments"));
  table_->setModel(model_);
  table_->setFrameShape(QFrame::NoFrame);
  table_->setShowGrid(false);
  table_->setWordWrap(false);
  table_->setTextElideMode(Qt::ElideLeft);
  table_->setSelectionBehavior(QAbstractItemView::SelectRows);
  table_->setSelectionMode(QAbstractItemView::SingleSelection);
  table_->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
  table_->verticalHeader()->hide();
  table_->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
  table_->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 11);
  QHeaderView* header = table_->horizontalHeader();
  header->setHighlightSections(false);
  header->setSectionResizeMode(PlanModel::Tensor, QHeaderView::Stretch);
  const int digit = fontMetrics().horizontalAdvance(u'0');
  const int widths[] = {0, 20, 9, 9, 13, 10, 14};
  for (int c = 1; c < PlanModel::ColumnCount; ++c) table_->setColumnWidth(c, digit * widths[c]);
  header->setSortIndicator(-1, Qt::AscendingOrder);
  header->setSortIndicatorClearable(true);
  table_->setSortingEnabled(true);
  connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& now) {
    if (now.isValid() && !showing_)
      workspace().selectTensor(workspace().indexOf(format::utf8(model_->assignment(now.row()).tensor)));
  });
  column->addWidget(table_, 1);
  return box;
}

void PlanPage::activated() {
  if (!workspace().plan() && !workspace().solving() && workspace().coverage().done > 0)
    workspace().requestPlan(workspace().budget());
  refreshState();
}

void PlanPage::refreshState() {
  const auto plan = workspace().plan();
  const auto& error = workspace().planError();
  layers_->setCurrentWidget(plan ? content_ : static_cast<QWidget*>(empty_));
  const auto coverage = workspace().coverage();
  if (!plan) {
    if (!workspace().hasTensors())
      empty_->say(tr("The plan of your model stands here"),
                  tr("Open a model, measure it once, and set a budget: the exact best choice of schemes follows."),
                  tr("Open file…"));
    else if (workspace().measuring())
      empty_->say(tr("Measuring"), tr("%1 of %2 pairs of tensor and scheme are done. The plan appears when all are.")
                                       .arg(coverage.done)
                                       .arg(coverage.all));
    else if (error && coverage.done == coverage.all)
      empty_->say(tr("There is no plan for this budget"), format::error(*error),
                  workspace().source() ? tr("Analyze all") : QString());
    else
      empty_->say(
          tr("A plan needs measurements"),
          tr("Every tensor under every scheme, once: %1 pairs. They are kept, and the plan is solved in milliseconds.")
              .arg(coverage.all),
          workspace().source() ? tr("Analyze all") : QString());
    return;
  }
  // An infeasible budget leaves the last plan where it is and says the range.
  QPalette red = palette();
  red.setColor(QPalette::WindowText, Theme::of(this).bad);
  problem_->setPalette(red);
  problem_->setAlignment(Qt::AlignCenter);
  problem_->setText(error ? format::utf8(error->why) + QStringLiteral("; ") + format::utf8(error->hint) : QString());
  budget_->setProperty("wrong", error.has_value());
  budget_->update();
}

void PlanPage::refreshPlan() {
  const auto plan = workspace().plan();
  if (!plan) return refreshState();
  showing_ = true;
  model_->show(plan);
  pareto_->show(plan);
  const double range = plan->max_bpw - plan->min_bpw;
  if (!slider_->isSliderDown())
    slider_->setValue(
        range > 0 ? int(std::lround((std::min(plan->bpw, plan->max_bpw) - plan->min_bpw) / range * slider_steps)) : 0);
  if (!budget_->hasFocus() || budget_->text().isEmpty()) budget_->setText(workspace().budget());
  result_->setText(QStringLiteral("%1 · %2").arg(format::bpw(plan->bpw), format::bytes(plan->bytes)));
  low_->setText(tr("smallest %1").arg(format::bpw(plan->min_bpw)));
  high_->setText(tr("largest useful %1").arg(format::bpw(plan->max_bpw)));
  metric_->setCurrentIndex(metric_->findData(format::utf8(plan->metric)));
  damage_->setText(plan->optimal ? tr("%1 (optimal)").arg(format::number(plan->objective))
                                 : format::number(plan->objective));
  bound_->setText(format::number(plan->bound));
  gap_->setText(format::percent(plan->gap));
  time_->setText(format::milliseconds(plan->seconds));
  const quant::UniformPlan* best = nullptr;
  for (const auto& u : plan->uniform)
    if (u.fits && u.complete && (!best || u.objective < best->objective)) best = &u;
  uniform_->setText(
      best ? tr("%1: %2 (plan %3)")
                 .arg(format::scheme(format::utf8(best->scheme)), format::number(best->objective),
                      format::percent(best->objective > 0 ? plan->objective / best->objective - 1 : 0.0, 0))
           : tr("none fits"));
  if (!plan->guard.empty())
    uniform_->setText(tr("%1 is as good: take it").arg(format::scheme(format::utf8(plan->guard))));
  uniform_->setToolTip(uniform_->text());
  const auto coverage = workspace().coverage();
  QString caption = tr("%n tensors with a choice", nullptr, model_->rowCount()) + QStringLiteral(" · ") +
                    tr("%n stay as stored", nullptr, model_->without());
  if (coverage.done < coverage.all)
    caption += QStringLiteral(" · ") + tr("%1 of %2 pairs are measured").arg(coverage.done).arg(coverage.all);
  caption_->setText(caption);
  showing_ = false;
  refreshState();
  refreshSelection();
}

void PlanPage::refreshSelection() {
  const int tensor = workspace().selection().tensor;
  if (!workspace().plan() || tensor < 0) return refreshWhy();
  showing_ = true;
  const int row = model_->rowOf(format::utf8(workspace().tensors()[std::size_t(tensor)].name));
  if (row >= 0 && table_->currentIndex().row() != row) {
    table_->selectRow(row);
    table_->scrollTo(model_->index(row, 0));
  }
  if (row < 0) table_->clearSelection(), table_->setCurrentIndex({});
  showing_ = false;
  refreshWhy();
}

void PlanPage::refreshWhy() {
  const QModelIndex now = table_->currentIndex();
  pin_->setVisible(now.isValid());
  if (!now.isValid()) {
    why_title_->setText(tr("Why"));
    why_->setText(tr("Select a row: why it got its scheme stands here."));
    return;
  }
  const quant::Assignment& a = model_->assignment(now.row());
  const QString tensor = format::utf8(a.tensor);
  why_title_->setText(
      tr("%1 takes %2")
          .arg(QString(tensor).replace(u'.', QStringLiteral(".\u200b")), format::scheme(format::utf8(a.scheme))));
  QStringList lines;
  if (a.pinned) lines << tr("It is pinned.");
  const QString up = neighbour(a.up, tr("Up to %1: %2, damage %3.")),
                down = neighbour(a.down, tr("Down to %1: %2, damage %3."));
  lines << (up.isEmpty() ? tr("There is no better candidate.") : up)
        << (down.isEmpty() ? tr("There is no smaller candidate.") : down);
  lines << tr("A byte is worth %1 damage at this budget.").arg(format::number(workspace().plan()->price, 3));
  why_->setText(lines.join(QStringLiteral("\n\n")));
  const bool pinned = workspace().pins().contains(tensor);
  pin_->setText(pinned ? tr("Unpin") : tr("Pin to %1").arg(format::scheme(format::utf8(a.scheme))));
  pin_->setAccessibleName(pin_->text());
}

void PlanPage::togglePin() {
  const QModelIndex now = table_->currentIndex();
  if (!now.isValid()) return;
  const quant::Assignment& a = model_->assignment(now.row());
  const QString tensor = format::utf8(a.tensor);
  if (workspace().pins().contains(tensor))
    workspace().unpin(tensor);
  else
    workspace().pin(tensor, format::utf8(a.scheme));
}

void PlanPage::sliderMoved(int position) {
  const auto plan = workspace().plan();
  if (showing_ || !plan) return;
  ask(plan->min_bpw + (plan->max_bpw - plan->min_bpw) * position / slider_steps);
}

void PlanPage::ask(double bpw) {
  const auto plan = workspace().plan();
  if (!plan) return;
  // Rounded up at the lower end, so that the end of the slider is feasible.
  const double wanted = std::clamp(std::ceil(bpw * 1000) / 1000, std::ceil(plan->min_bpw * 1000) / 1000,
                                   std::max(plan->min_bpw, plan->max_bpw) + 0.001);
  const QString text = QString::number(wanted, 'f', 3) + QStringLiteral("bpw");
  budget_->setText(text);
  workspace().requestPlan(text);
}

void PlanPage::typed() {
  workspace().requestPlan(budget_->text().trimmed());
  setFocus();  // a committed field gives the keys back to its page
}

void PlanPage::savePlan() {
  const QString path =
      QFileDialog::getSaveFileName(this, tr("Save the plan"), QStringLiteral("plan.json"), tr("Plans (*.json)"));
  if (!path.isEmpty()) savePlanTo(path);
}

void PlanPage::savePlanTo(const QString& path) {
  if (const auto saved = workspace().savePlan(path); !saved)
    Q_EMIT failed(saved.error());
  else
    Q_EMIT workspace().noticed(tr("Saved %1").arg(path));
}

void PlanPage::chooseExport(const QString& target, const QString& main_file) {
  const QString path = QFileDialog::getSaveFileName(this, tr("Export the plan"), main_file);
  if (!path.isEmpty()) exportTo(target, path);
}

void PlanPage::exportTo(const QString& target, const QString& path) {
  const auto plan = workspace().plan();
  const auto exporter = quant::exporter_named(target.toStdString());
  if (!plan || !exporter) return;
  const auto made = (*exporter)->make(*plan, workspace().source());
  if (!made) return Q_EMIT failed(made.error());
  const auto written = quant::write_export(*made, path.toStdString());
  if (!written) return Q_EMIT failed(written.error());
  QString text = tr("Wrote %n files", nullptr, int(written->size())) + QStringLiteral(": ") + path;
  if (!made->lossy.empty())
    text += QStringLiteral(" · ") + tr("%n tensors take the nearest type", nullptr, int(made->lossy.size()));
  if (!made->refused.empty())
    text += QStringLiteral(" · ") + tr("%n tensors are left out", nullptr, int(made->refused.size()));
  Q_EMIT workspace().noticed(text);
}

}  // namespace app
