#include "app/window/scheme_form.h"

#include <QCheckBox>
#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QRegularExpression>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QVBoxLayout>

#include "app/models/format.h"
#include "app/window/theme.h"
#include "core/methods/scheme.h"

namespace app {
namespace {

/// A whole range of integers, "2..8": small enough for a box with arrows.
std::optional<std::pair<int, int>> plainRange(const QString& range) {
  static const QRegularExpression form(QStringLiteral("^(\\d+)\\.\\.(\\d+)$"));
  const auto m = form.match(range);
  if (!m.hasMatch() || m.captured(2).toInt() > 4096) return {};
  return std::pair(m.captured(1).toInt(), m.captured(2).toInt());
}

/// "2 to 8" for "2..8", "0 or 8 and more" for "0 or 8..".
QString rangeText(const quant::Param& param) {
  if (param.type == quant::ParamType::choice || param.type == quant::ParamType::word ||
      param.type == quant::ParamType::flag)
    return {};
  QString range = format::utf8(param.range);
  if (range.endsWith(QLatin1String(".."))) return SchemeForm::tr("%1 and more").arg(range.chopped(2));
  return range.replace(QLatin1String(".."), QStringLiteral(" … "));
}

}  // namespace

SchemeForm::SchemeForm(QWidget* parent) : QWidget(parent), column_(new QVBoxLayout(this)) {
  column_->setContentsMargins(0, 0, 0, 0);
}

void SchemeForm::show(const quant::Method& method) {
  method_ = &method;
  fields_.clear();
  delete body_;
  body_ = new QWidget(this);
  auto* grid = new QGridLayout(body_);
  grid->setContentsMargins(0, 0, 0, 0);
  grid->setHorizontalSpacing(2 * grid_px);
  grid->setVerticalSpacing(2);
  grid->setColumnStretch(1, 1);
  int row = 0;
  for (const quant::Param& param : method.params) {
    auto* name = new QLabel(format::utf8(param.name), body_);
    name->setFont(monoFont(font()));
    QWidget* field = control(param);
    name->setBuddy(field);
    QString said = format::utf8(param.help);
    QStringList facts;
    if (const QString range = rangeText(param); !range.isEmpty()) facts << range;
    if (!param.def.empty()) facts << tr("default %1").arg(format::utf8(param.def));
    if (!facts.isEmpty()) said += QStringLiteral(" (%1)").arg(facts.join(QStringLiteral(", ")));
    auto* help = new QLabel(said, body_);
    help->setWordWrap(true);
    help->setFont(scaled(font(), 0.9));
    help->setForegroundRole(QPalette::PlaceholderText);
    grid->addWidget(name, row, 0);
    grid->addWidget(field, row, 1, Qt::AlignLeft);
    grid->addWidget(help, row + 1, 0, 1, 2);
    grid->setRowMinimumHeight(row + 2, grid_px);
    row += 3;
    fields_.push_back({&param, field});
  }
  if (method.params.empty()) {
    auto* none = new QLabel(tr("This method has no parameters."), body_);
    none->setForegroundRole(QPalette::PlaceholderText);
    grid->addWidget(none, 0, 0, 1, 2);
  }
  column_->addWidget(body_);
}

QWidget* SchemeForm::control(const quant::Param& param) {
  const QString name = format::utf8(param.name), range = format::utf8(param.range), def = format::utf8(param.def);
  QWidget* field = nullptr;
  if (param.type == quant::ParamType::flag) {
    auto* box = new QCheckBox(body_);
    connect(box, &QCheckBox::toggled, this, &SchemeForm::changed);
    field = box;
  } else if (param.type == quant::ParamType::choice || param.type == quant::ParamType::word) {
    auto* box = new QComboBox(body_);
    if (def.isEmpty()) box->addItem(tr("not set"), QString());
    for (const QString& word : range.split(u'|')) box->addItem(word, word);
    box->setCurrentIndex(std::max(0, box->findData(def)));
    connect(box, &QComboBox::currentIndexChanged, this, &SchemeForm::changed);
    field = box;
  } else if (const auto ends = plainRange(range); ends && param.type == quant::ParamType::integer && !def.isEmpty()) {
    auto* box = new QSpinBox(body_);
    box->setRange(ends->first, ends->second);
    box->setValue(def.toInt());
    connect(box, &QSpinBox::valueChanged, this, &SchemeForm::changed);
    field = box;
  } else {
    auto* box = new QLineEdit(body_);
    box->setPlaceholderText(def.isEmpty() ? tr("not set") : def);
    box->setFixedWidth(16 * grid_px);
    connect(box, &QLineEdit::textChanged, this, &SchemeForm::changed);
    field = box;
  }
  field->setObjectName(QStringLiteral("schemes.param.") + name);
  field->setAccessibleName(name);
  field->setAccessibleDescription(format::utf8(param.help));
  field->setToolTip(format::utf8(param.help));
  return field;
}

QString SchemeForm::valueOf(const Field& field) {
  if (const auto* check = qobject_cast<const QCheckBox*>(field.control))
    return check->isChecked() ? QStringLiteral("on") : QString();
  if (const auto* box = qobject_cast<const QComboBox*>(field.control)) return box->currentData().toString();
  if (const auto* spin = qobject_cast<const QSpinBox*>(field.control)) return QString::number(spin->value());
  return static_cast<const QLineEdit*>(field.control)->text().trimmed();
}

void SchemeForm::setValue(const Field& field, const QString& value) {
  const QSignalBlocker quiet(field.control);
  if (auto* check = qobject_cast<QCheckBox*>(field.control)) return check->setChecked(!value.isEmpty());
  if (auto* box = qobject_cast<QComboBox*>(field.control))
    return box->setCurrentIndex(std::max(0, box->findData(value)));
  if (auto* spin = qobject_cast<QSpinBox*>(field.control)) return spin->setValue(value.toInt());
  static_cast<QLineEdit*>(field.control)->setText(value);
}

QString SchemeForm::text() const {
  if (!method_) return {};
  QStringList parts;
  for (const Field& field : fields_) {
    const QString value = valueOf(field), name = format::utf8(field.param->name);
    if (value.isEmpty() || value == format::utf8(field.param->def)) continue;
    const bool bare = field.param->type == quant::ParamType::word || field.param->type == quant::ParamType::flag;
    parts << (field.param->type == quant::ParamType::flag ? name : bare ? value : name + u'=' + value);
  }
  const QString id = format::utf8(method_->id);
  return parts.isEmpty() ? id : id + u':' + parts.join(u',');
}

void SchemeForm::fill(const quant::Scheme& scheme) {
  for (const Field& field : fields_) {
    const quant::Param& p = *field.param;
    QString value;
    if (p.type == quant::ParamType::flag) {
      value = scheme.flag(p.name) ? QStringLiteral("on") : QString();
    } else if (scheme.given(p.name) || qobject_cast<QLineEdit*>(field.control) == nullptr) {
      // A line keeps its default as a placeholder.
      value = format::utf8(scheme.word(p.name));
    }
    setValue(field, value);
  }
}

}  // namespace app
