#include "app/pages/bits_page.h"

#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>
#include <cmath>

#include "app/jobs/job_list.h"
#include "app/models/format.h"
#include "app/models/workspace.h"
#include "app/views/bit_row.h"
#include "app/window/theme.h"

namespace app {
namespace {

/// A double as text that reads back to the same double.
QString exactly(double value) {
  if (std::isnan(value)) return QStringLiteral("nan");
  if (std::isinf(value)) return value < 0 ? QStringLiteral("-inf") : QStringLiteral("inf");
  const QString shortest = QString::number(value, 'g', QLocale::FloatingPointShortest);
  return value == 0 && std::signbit(value) ? QStringLiteral("-0") : shortest;
}

}  // namespace

BitsPage::BitsPage(Workspace& workspace, QWidget* parent) : Page(workspace, parent) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(3 * grid_px, 2 * grid_px, 0, 0);
  column->setSpacing(grid_px);
  column->addWidget(buildHead());
  column->addWidget(buildRows(), 1);
  connect(&workspace, &Workspace::sourceChanged, this,
          [this] { element_->setEnabled(this->workspace().source() != nullptr); });
  type(QStringLiteral("pi"));
}

QWidget* BitsPage::buildHead() {
  auto* head = new QWidget(this);
  auto* column = new QVBoxLayout(head);
  column->setContentsMargins(0, 0, 3 * grid_px, 0);
  column->setSpacing(grid_px);
  auto* row = new QHBoxLayout;
  value_ = new QLineEdit(head);
  value_->setObjectName(QStringLiteral("bits.value"));
  value_->setAccessibleName(tr("Number"));
  value_->setPlaceholderText(tr("a number: 30.2, 1e-45, 0x40490fdb, inf, pi"));
  value_->setFont(monoFont(scaled(font(), 1.25)));
  value_->setMinimumHeight(36);
  connect(value_, &QLineEdit::textEdited, this, &BitsPage::type);
  row->addWidget(value_, 1);
  const auto example = [&](const QString& text, const QString& number, const QString& about) {
    auto* button = new QPushButton(text, head);
    button->setObjectName(QStringLiteral("bits.example.") + number);
    button->setAccessibleName(about);
    button->setToolTip(about);
    button->setMinimumHeight(36);
    connect(button, &QPushButton::clicked, this, [this, number] { type(number); });
    row->addWidget(button);
  };
  example(QStringLiteral("π"), QStringLiteral("pi"), tr("π: the same number in ever fewer bits"));
  example(QStringLiteral("30.2"), QStringLiteral("30.2"), tr("30.2 becomes 30 in INT8 and is clipped to 7 in INT4"));
  example(QStringLiteral("0.1"), QStringLiteral("0.1"), tr("0.1: no binary format holds it exactly"));
  example(QStringLiteral("65504"), QStringLiteral("65504"), tr("65504: the largest number of FP16"));
  element_ = new QPushButton(tr("Element of the model"), head);
  element_->setObjectName(QStringLiteral("bits.element"));
  element_->setAccessibleName(tr("Show the current element of the open model"));
  element_->setMinimumHeight(36);
  element_->setEnabled(workspace().source() != nullptr);
  connect(element_, &QPushButton::clicked, this, &BitsPage::showElement);
  row->addWidget(element_);
  column->addLayout(row);
  problem_ = new QLabel(head);
  problem_->setObjectName(QStringLiteral("bits.problem"));
  problem_->hide();
  origin_ = new QLabel(head);
  origin_->setObjectName(QStringLiteral("bits.origin"));
  origin_->setForegroundRole(QPalette::PlaceholderText);
  formula_ = new QLabel(head);
  formula_->setObjectName(QStringLiteral("bits.formula"));
  formula_->setTextFormat(Qt::RichText);
  formula_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  column->addWidget(problem_);
  auto* lines = new QHBoxLayout;
  lines->addWidget(formula_, 1);
  lines->addWidget(origin_);
  column->addLayout(lines);
  return head;
}

QWidget* BitsPage::buildRows() {
  auto* scroll = new QScrollArea(this);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setWidgetResizable(true);
  scroll->setFocusPolicy(Qt::NoFocus);
  auto* body = new QWidget(scroll);
  auto* column = new QVBoxLayout(body);
  column->setContentsMargins(0, 0, 2 * grid_px, 2 * grid_px);
  column->setSpacing(0);
  for (const quant::BitFormat& format : quant::bit_formats()) {
    auto* row = new BitRow(format, body);
    connect(row, &BitRow::edited, this, [this, row](const QString& bits) { flip(row, bits); });
    connect(row, &BitRow::focused, this, [this, row] { lead(row); });
    column->addWidget(row);
    rows_ << row;
    if (format.id == "fp32") leader_ = row;
  }
  if (!leader_ && !rows_.isEmpty()) leader_ = rows_.front();
  column->addStretch(1);
  body->setBackgroundRole(QPalette::Base);
  scroll->setWidget(body);
  return scroll;
}

void BitsPage::given(const QString& argument) {
  if (argument == QLatin1String("element"))
    showElement();
  else
    type(argument);
}

void BitsPage::type(const QString& text) {
  reading_.reset();
  const auto number = quant::parse_number(text.trimmed().toStdString());
  value_->setProperty("wrong", !number);
  if (value_->text() != text) value_->setText(text);
  value_->update();
  problem_->setVisible(!number);
  if (!number) {
    // The last number stays: a half-typed one empties nothing.
    QPalette red = problem_->palette();
    red.setColor(QPalette::WindowText, Theme::of(this).bad);
    problem_->setPalette(red);
    problem_->setText(format::utf8(number.error().why) + QStringLiteral("; ") + format::utf8(number.error().hint));
    return;
  }
  number_ = *number;
  leader_bits_.reset();
  origin_->setText(tr("as typed"));
  refresh();
}

void BitsPage::showElement() {
  const auto source = workspace().sharedSource();
  const Selection s = workspace().selection();
  if (!source || s.tensor < 0) return;
  reading_ = std::make_unique<RunningJob<float>>(workspace().jobs().pool(),
                                                 [source, s](quant::JobContext&) -> quant::Result<float> {
                                                   QUANT_TRY(view, source->view(std::size_t(s.tensor)));
                                                   std::vector<float> row(view->matrix().cols);
                                                   QUANT_CHECK(view->read_rows(s.row, 1, row));
                                                   return row.at(s.col);
                                                 });
  reading_->then(this, [this, s](quant::Result<float> value) {
    reading_.reset();
    if (!value) {
      Q_EMIT failed(value.error());
    } else {
      type(exactly(double(*value)));
      origin_->setText(tr("%1, row %2, column %3")
                           .arg(format::utf8(workspace().tensors()[std::size_t(s.tensor)].name))
                           .arg(s.row)
                           .arg(s.col));
    }
    Q_EMIT restChanged();
  });
}

void BitsPage::flip(BitRow* row, const QString& bits) {
  const auto pattern = bits.toULongLong(nullptr, 2);
  const quant::BitLayout flipped = quant::layout_of_bits(pattern, row->format(), number_.nearest);
  if (const auto number = quant::parse_number(exactly(flipped.value).toStdString())) number_ = *number;
  leader_ = row;
  leader_bits_ = pattern;
  value_->setText(exactly(flipped.value));
  value_->setProperty("wrong", false);
  problem_->hide();
  origin_->setText(tr("from the bits of %1").arg(format::utf8(row->format().id).toUpper()));
  refresh();
}

void BitsPage::lead(BitRow* row) {
  if (leader_ == row) return;
  leader_ = row;
  leader_bits_.reset();
  refresh();
}

void BitsPage::refresh() {
  for (BitRow* row : rows_) {
    row->setSource(row == leader_);
    row->show(row == leader_ && leader_bits_ ? quant::layout_of_bits(*leader_bits_, row->format(), number_.nearest)
                                             : quant::layout(number_, row->format()));
  }
  if (leader_) formula_->setText(formula(leader_->layout()));
}

QString BitsPage::formula(const quant::BitLayout& layout) const {
  const Theme& t = Theme::of(this);
  const auto ink = [](const QColor& c, const QString& text) {
    return QStringLiteral("<span style='color:%1'>%2</span>").arg(c.name(), text);
  };
  const quant::BitFormat& f = *layout.format;
  const QString name = QStringLiteral("<b>%1</b>&nbsp;&nbsp;").arg(format::utf8(f.id).toUpper());
  if (layout.cls == quant::NumberClass::inf || layout.cls == quant::NumberClass::nan)
    return name + format::utf8(layout.decimal20);
  const QString value = QString::fromStdString(layout.decimal20).replace(u'-', QChar(0x2212));
  if (f.integer) return name + tr("two's complement: %1").arg(value);
  const bool subnormal = layout.cls == quant::NumberClass::subnormal || layout.cls == quant::NumberClass::zero;
  const int exponent = QString::fromStdString(layout.exponent).toInt(nullptr, 2);
  const auto mantissa = QString::fromStdString(layout.mantissa).toULongLong(nullptr, 2);
  return name + QStringLiteral("%1 × %2 × (%3 + %4)")
                    .arg(ink(t.sign, QStringLiteral("(−1)<sup>%1</sup>").arg(QString::fromStdString(layout.sign))),
                         ink(t.exponent, QStringLiteral("2<sup>%1−%2</sup>").arg(subnormal ? 1 : exponent).arg(f.bias)),
                         subnormal ? QStringLiteral("0") : QStringLiteral("1"),
                         ink(t.mantissa, QStringLiteral("%1 / 2<sup>%2</sup>").arg(mantissa).arg(f.mantissa_bits)));
}

}  // namespace app
