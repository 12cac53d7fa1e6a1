#include "app/window/context_panel.h"

#include <QGridLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>
#include <cmath>

#include "app/jobs/job_list.h"
#include "app/models/format.h"
#include "app/models/workspace.h"
#include "app/views/sparkline.h"
#include "app/window/theme.h"
#include "core/tensor/bit_layout.h"

namespace app {
namespace {

constexpr std::size_t mini_bins = 64;

QString colour(const QColor& c, const std::string& text) {
  return QStringLiteral("<span style='color:%1'>%2</span>").arg(c.name(), format::utf8(text));
}

/// "q: sign exponent mantissa" of a float32, each field in its colour.
QString fields(float value, const Theme& t) {
  const quant::BitFormat* fp32 = quant::find_bit_format("fp32");
  if (!fp32) return {};
  const auto bits = quant::layout_of_bits(std::bit_cast<std::uint32_t>(value), *fp32, double(value));
  return colour(t.sign, bits.sign) + u' ' + colour(t.exponent, bits.exponent) + u' ' +
         colour(t.mantissa, bits.mantissa);
}

/// " − 8", " + 2"; nothing for a zero that is none.
QString minus(const std::optional<float>& x) {
  if (!x || *x == 0) return {};
  return QStringLiteral(" %1 %2").arg(QChar(*x < 0 ? u'+' : u'−')).arg(format::number(std::fabs(double(*x)), 4));
}

}  // namespace

FactList::FactList(QWidget* parent) : QWidget(parent), rows_(new QGridLayout(this)) {
  rows_->setContentsMargins(0, 0, 0, 0);
  rows_->setHorizontalSpacing(grid_px);
  rows_->setVerticalSpacing(4);
  rows_->setColumnStretch(1, 1);
}

void FactList::show(const QList<std::pair<QString, QString>>& facts) {
  while (labels_.size() < facts.size()) {
    auto* name = new QLabel(this);
    name->setForegroundRole(QPalette::PlaceholderText);
    auto* value = new QLabel(this);
    value->setTextInteractionFlags(Qt::TextSelectableByMouse);
    const int row = int(labels_.size());
    rows_->addWidget(name, row, 0);
    rows_->addWidget(value, row, 1, Qt::AlignRight);
    labels_ << std::pair(name, value);
  }
  for (qsizetype i = 0; i < labels_.size(); ++i) {
    const bool there = i < facts.size();
    labels_[i].first->setVisible(there);
    labels_[i].second->setVisible(there);
    if (!there) continue;
    labels_[i].first->setText(facts[i].first);
    labels_[i].second->setText(facts[i].second);
  }
}

QLabel* ContextPanel::caption(const QString& text, QVBoxLayout* column) {
  column->addSpacing(2 * grid_px);
  auto* label = new QLabel(text, body_);
  label->setFont(scaled(font(), 0.88, QFont::DemiBold));
  label->setForegroundRole(QPalette::PlaceholderText);
  column->addWidget(label);
  return label;
}

ContextPanel::ContextPanel(Workspace& workspace, QWidget* parent) : QWidget(parent), workspace_(workspace) {
  setObjectName(QStringLiteral("window.panel"));
  setMinimumWidth(32 * grid_px);
  auto* outer = new QVBoxLayout(this);
  outer->setContentsMargins(1, 0, 0, 0);
  auto* scroll = new QScrollArea(this);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroll->setFocusPolicy(Qt::NoFocus);
  outer->addWidget(scroll);
  auto* page = new QWidget(scroll);
  auto* whole = new QVBoxLayout(page);
  whole->setContentsMargins(2 * grid_px, 2 * grid_px, 2 * grid_px, 2 * grid_px);
  empty_ = new QLabel(tr("Select a tensor: its figures, one element and its bits stand here."), page);
  empty_->setWordWrap(true);
  empty_->setForegroundRole(QPalette::PlaceholderText);
  whole->addWidget(empty_);
  body_ = new QWidget(page);
  auto* column = new QVBoxLayout(body_);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(4);
  whole->addWidget(body_);
  whole->addStretch(1);
  scroll->setWidget(page);

  buildTensor(column);
  buildElement(column);

  connect(&workspace, &Workspace::sourceChanged, this, &ContextPanel::refresh);
  connect(&workspace, &Workspace::selectionChanged, this, &ContextPanel::refresh);
  connect(&workspace, &Workspace::rolesChanged, this, &ContextPanel::refresh);
  connect(&workspace, &Workspace::measurementsChanged, this, &ContextPanel::refreshFigures);
  connect(&workspace, &Workspace::valuesChanged, this, [this](int tensor) {
    if (tensor == workspace_.selection().tensor) refresh();
  });
  for (const auto signal : {&Workspace::planChanged, &Workspace::pinsChanged})
    connect(&workspace, signal, this, &ContextPanel::refreshPlan);
  refresh();
}

void ContextPanel::buildTensor(QVBoxLayout* column) {
  name_ = new QLabel(body_);
  name_->setObjectName(QStringLiteral("panel.name"));
  name_->setWordWrap(true);
  name_->setFont(scaled(font(), 1.1, QFont::DemiBold));
  name_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  place_ = new QLabel(body_);
  place_->setForegroundRole(QPalette::PlaceholderText);
  shape_ = new FactList(body_);
  column->addWidget(name_);
  column->addWidget(place_);
  column->addSpacing(grid_px);
  column->addWidget(shape_);
  caption(tr("Values"), column);
  values_ = new Sparkline(body_);
  values_->setAccessibleName(tr("Distribution of the values"));
  values_->setMinimumHeight(6 * grid_px);
  range_ = new QLabel(body_);
  range_->setFont(scaled(font(), 0.9));
  range_->setForegroundRole(QPalette::PlaceholderText);
  column->addWidget(values_);
  column->addWidget(range_);
  scheme_ = caption({}, column);
  figures_ = new FactList(body_);
  column->addWidget(figures_);
}

void ContextPanel::buildElement(QVBoxLayout* column) {
  element_ = caption({}, column);
  chain_ = new QLabel(body_);
  chain_->setObjectName(QStringLiteral("panel.chain"));
  chain_->setTextFormat(Qt::RichText);
  chain_->setWordWrap(true);
  bits_ = new QLabel(body_);
  bits_->setTextFormat(Qt::RichText);
  bits_->setFont(scaled(monoFont(font()), 0.92));
  show_bits_ = new QPushButton(tr("Show in bits"), body_);
  show_bits_->setObjectName(QStringLiteral("panel.bits"));
  show_bits_->setAccessibleName(tr("Show this element in bits"));
  show_bits_->setToolTip(tr("This element in every format, bit by bit (B)"));
  connect(show_bits_, &QPushButton::clicked, this, &ContextPanel::bitsAsked);
  column->addWidget(chain_);
  column->addWidget(bits_);
  column->addSpacing(4);
  column->addWidget(show_bits_, 0, Qt::AlignLeft);
  caption(tr("Plan"), column);
  plan_ = new QLabel(body_);
  plan_->setWordWrap(true);
  pin_ = new QPushButton(body_);
  pin_->setObjectName(QStringLiteral("panel.pin"));
  connect(pin_, &QPushButton::clicked, this, [this] {
    const QString tensor = name_->property("tensor").toString();
    if (workspace_.pins().contains(tensor))
      workspace_.unpin(tensor);
    else
      workspace_.pin(tensor, workspace_.selection().scheme);
  });
  column->addWidget(plan_);
  column->addWidget(pin_, 0, Qt::AlignLeft);
}

void ContextPanel::refresh() {
  const int index = workspace_.selection().tensor;
  body_->setVisible(index >= 0);
  empty_->setVisible(index < 0);
  if (index < 0) return chain_job_.reset();
  const quant::TensorInfo& tensor = workspace_.tensors()[std::size_t(index)];
  const QString name = format::utf8(tensor.name);
  name_->setProperty("tensor", name);
  // Names break at their dots and slashes: they have no spaces.
  name_->setText(QString(name).replace(u'.', QStringLiteral(".\u200b")).replace(u'/', QStringLiteral("/\u200b")));
  QStringList place{format::utf8(tensor.role)};
  for (const std::string& word : {tensor.also, tensor.side})
    if (!word.empty()) place << format::utf8(word);
  const QString role = place.join(QStringLiteral(", "));
  place_->setText(tensor.layer ? tr("%1, layer %2").arg(role).arg(*tensor.layer) : role);
  shape_->show({{tr("Shape"), format::shape(tensor.shape)},
                {tr("Stored as"), format::utf8(quant::info(tensor.dtype).name)},
                {tr("Weights"), format::count(tensor.elements())},
                {tr("Size"), format::bytes(tensor.bytes)}});
  const auto values = workspace_.values(index);
  if (values && values->absmax && *values->absmax > 0) {
    const double lo = values->sums.min, hi = values->sums.max;
    values_->show(quant::spread(values->histogram, lo, hi > lo ? hi : lo + 1, mini_bins));
    range_->setText(tr("%1 … %2, σ %3, kurtosis %4")
                        .arg(format::number(lo, 3), format::number(hi, 3), format::number(values->std, 3),
                             format::number(values->kurtosis, 3)));
  } else {
    values_->show({});
    range_->setText(values                       ? tr("every value is 0")
                    : workspace_.sourceMissing() ? tr("the checkpoint is not there")
                                                 : tr("counting…"));
  }
  refreshFigures();
  refreshPlan();
  askChain();
}

void ContextPanel::refreshFigures() {
  const Selection& selection = workspace_.selection();
  if (selection.tensor < 0) return;
  const QString tensor = name_->property("tensor").toString();
  const QString choice = format::scheme(selection.scheme);
  scheme_->setText(isStored(selection.scheme) ? tr("Error, %1").arg(choice) : tr("Error under %1").arg(choice));
  const auto* a = workspace_.analysis(tensor, selection.scheme);
  if (!a) return figures_->show({{workspace_.measuring() ? tr("being measured…") : tr("not measured yet"), {}}});
  if (!a->refused.empty()) return figures_->show({{tr("refused: %1").arg(format::utf8(a->refused)), {}}});
  const auto& f = a->figures;
  QList<std::pair<QString, QString>> facts{{tr("Bits per weight"), format::fixed(f.bpw, 3)},
                                           {tr("SQNR"), f.exact ? tr("exact") : format::decibel(f.sqnr_db)},
                                           {tr("RMSE"), format::number(f.rmse)},
                                           {tr("Largest |e|"), format::number(f.max_abs)},
                                           {tr("99 % of |e| below"), format::number(f.p99_abs)},
                                           {tr("Clipped"), format::percent(f.clip_share)}};
  if (f.nan + f.inf > 0)
    facts << std::pair(tr("NaN, Inf"), format::count(f.nan) + QStringLiteral(", ") + format::count(f.inf));
  figures_->show(facts);
}

void ContextPanel::refreshPlan() {
  const QString tensor = name_->property("tensor").toString();
  const QString pinned = workspace_.pins().value(tensor), planned = workspace_.planned(tensor);
  plan_->setText(!pinned.isEmpty()    ? tr("pinned to %1").arg(format::scheme(pinned))
                 : !planned.isEmpty() ? tr("takes %1").arg(format::scheme(planned))
                                      : tr("no plan yet"));
  pin_->setText(pinned.isEmpty() ? tr("Pin to %1").arg(format::scheme(workspace_.selection().scheme)) : tr("Unpin"));
  pin_->setAccessibleName(pin_->text());
  pin_->setVisible(!pinned.isEmpty() || workspace_.schemes().contains(workspace_.selection().scheme));
}

void ContextPanel::askChain() {
  const Selection& s = workspace_.selection();
  element_->setText(tr("Element, row %1, column %2").arg(s.row).arg(s.col));
  const Sight sight = workspace_.sight(s.scheme);
  const auto& tensor = workspace_.tensors()[std::size_t(s.tensor)];
  const auto shape = tensor.matrix();
  const bool readable = sight.source && sight.restores() && quant::info(tensor.dtype).real &&
                        s.row < shape.all_rows() && s.col < shape.cols;
  show_bits_->setEnabled(readable);
  if (!readable) {
    chain_->setText(workspace_.sourceMissing() ? tr("the checkpoint is not there") : format::none());
    bits_->clear();
    return chain_job_.reset();
  }
  chain_job_ = std::make_unique<RunningJob<quant::ElementChain>>(
      workspace_.jobs().pool(), [sight, s](quant::JobContext& job) -> quant::Result<quant::ElementChain> {
        QUANT_TRY(seen, sight.tensor(std::size_t(s.tensor)));
        return quant::element_chain(*seen.w, seen.restored(), s.row, s.col, job, sight.devices.calibration);
      });
  chain_job_->then(this, [this](quant::Result<quant::ElementChain> chain) {
    chain_job_.reset();
    if (chain) return showChain(*chain);
    chain_->setText(format::utf8(chain.error().why));
    bits_->clear();
  });
}

void ContextPanel::showChain(const quant::ElementChain& c) {
  const Theme& t = Theme::of(this);
  QStringList steps{QStringLiteral("<b>%1</b>").arg(format::number(double(c.value), 6))};
  if (c.code)
    steps << tr("code %1").arg(format::number(*c.code)) +
                 (c.clipped ? QStringLiteral(" <span style='color:%1'>%2</span>").arg(t.clipping.name(), tr("clipped"))
                            : QString());
  if (const QString zero = minus(c.zero); c.code && !zero.isEmpty()) steps.last() = u'(' + steps.last() + zero + u')';
  if (c.scale) steps.last() += QStringLiteral(" × %1").arg(format::number(double(*c.scale), 4)) + minus(c.minimum);
  steps << QStringLiteral("<b>%1</b>").arg(format::number(double(c.dequantized), 6));
  QString text =
      steps.join(QStringLiteral(" → ")) + QStringLiteral("<br>") + tr("error %1").arg(format::number(c.error, 3));
  if (c.error_steps) text += QStringLiteral(" = %1 Δ").arg(format::number(*c.error_steps, 3));
  chain_->setText(text);
  bits_->setText(fields(c.value, t));
}

void ContextPanel::paintEvent(QPaintEvent*) { QPainter(this).fillRect(QRect(0, 0, 1, height()), Theme::of(this).line); }

}  // namespace app
