#include "app/window/scheme_editor.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPainter>
#include <QPushButton>
#include <QScreen>
#include <QVBoxLayout>

#include "app/models/format.h"
#include "app/models/workspace.h"
#include "app/window/icons.h"
#include "app/window/theme.h"
#include "core/methods/scheme.h"

namespace app {

SchemeEditor::SchemeEditor(Workspace& workspace, QWidget* parent)
    : QFrame(parent, Qt::Popup | Qt::FramelessWindowHint), workspace_(workspace) {
  setObjectName(QStringLiteral("schemes.editor"));
  setAttribute(Qt::WA_DeleteOnClose);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(2 * grid_px, 2 * grid_px, 2 * grid_px, 2 * grid_px);
  column->setSpacing(grid_px);
  auto* title = new QLabel(tr("Schemes to compare"), this);
  title->setFont(scaled(font(), 1.0, QFont::DemiBold));
  column->addWidget(title);
  list_ = new QVBoxLayout;
  list_->setSpacing(2);
  column->addLayout(list_);
  column->addSpacing(grid_px);

  auto* another = new QLabel(tr("Add another"), this);
  another->setFont(title->font());
  column->addWidget(another);
  method_ = new QComboBox(this);
  method_->setObjectName(QStringLiteral("schemes.method"));
  method_->setAccessibleName(tr("Method"));
  for (const quant::Method* m : quant::methods())
    method_->addItem(QStringLiteral("%1   %2").arg(format::utf8(m->id), format::utf8(m->title)), format::utf8(m->id));
  column->addWidget(method_);
  about_ = new QLabel(this);
  about_->setWordWrap(true);
  about_->setForegroundRole(QPalette::PlaceholderText);
  column->addWidget(about_);
  form_ = new QFormLayout;
  form_->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
  column->addLayout(form_);
  text_ = new QLineEdit(this);
  text_->setObjectName(QStringLiteral("schemes.text"));
  text_->setAccessibleName(tr("Scheme as text"));
  text_->setPlaceholderText(QStringLiteral("rtn:bits=4,group=128"));
  text_->setFont(monoFont(font()));
  column->addWidget(text_);
  verdict_ = new QLabel(this);
  verdict_->setObjectName(QStringLiteral("schemes.verdict"));
  verdict_->setWordWrap(true);
  column->addWidget(verdict_);
  add_ = new QPushButton(tr("Add"), this);
  add_->setObjectName(QStringLiteral("schemes.add"));
  add_->setAccessibleName(tr("Add the scheme"));
  add_->setProperty("accent", true);
  column->addWidget(add_, 0, Qt::AlignRight);

  connect(method_, &QComboBox::currentIndexChanged, this, &SchemeEditor::showMethod);
  connect(text_, &QLineEdit::textChanged, this, &SchemeEditor::check);
  connect(text_, &QLineEdit::returnPressed, this, &SchemeEditor::add);
  connect(add_, &QPushButton::clicked, this, &SchemeEditor::add);
  setFixedWidth(46 * grid_px);
  listSchemes();
  method_->setCurrentIndex(std::max(0, method_->findData(QStringLiteral("rtn"))));
  showMethod(method_->currentIndex());
}

void SchemeEditor::popup(const QPoint& global) {
  adjustSize();
  const QRect room = screen() ? screen()->availableGeometry() : QRect(global, size());
  move(std::min(global.x(), room.right() - width() - grid_px),
       std::min(global.y(), room.bottom() - height() - grid_px));
  show();
  text_->setFocus();
  text_->selectAll();
}

void SchemeEditor::listSchemes() {
  while (QLayoutItem* item = list_->takeAt(0)) {
    item->widget()->deleteLater();
    delete item;
  }
  for (const QString& scheme : workspace_.schemes()) {
    auto* row = new QWidget(this);
    auto* line = new QHBoxLayout(row);
    line->setContentsMargins(0, 0, 0, 0);
    auto* name = new QLabel(scheme, row);
    name->setFont(monoFont(font()));
    auto* remove = new QPushButton(icon(QStringLiteral("close"), Theme::of(this).muted), QString(), row);
    remove->setObjectName(QStringLiteral("schemes.remove.") + scheme);
    remove->setAccessibleName(tr("Remove %1").arg(scheme));
    remove->setProperty("quiet", true);
    remove->setFixedSize(28, 24);
    remove->setEnabled(workspace_.schemes().size() > 1);
    connect(remove, &QPushButton::clicked, this, [this, scheme] {
      QStringList left = workspace_.schemes();
      left.removeAll(scheme);
      workspace_.setSchemes(left);
      listSchemes();
    });
    line->addWidget(name, 1);
    line->addWidget(remove);
    list_->addWidget(row);
  }
}

void SchemeEditor::showMethod(int index) {
  const quant::Method* method =
      index < 0 ? nullptr : quant::find_method(method_->itemData(index).toString().toStdString());
  while (form_->rowCount() > 0) form_->removeRow(0);
  fields_.clear();
  if (!method) return;
  about_->setText(format::utf8(method->summary));
  for (const quant::Param& param : method->params) addField(param);
  compose();
  adjustSize();
}

void SchemeEditor::addField(const quant::Param& param) {
  const QString name = format::utf8(param.name), range = format::utf8(param.range), def = format::utf8(param.def);
  QWidget* field = nullptr;
  if (param.type == quant::ParamType::flag) {
    auto* box = new QCheckBox(this);
    connect(box, &QCheckBox::toggled, this, &SchemeEditor::compose);
    field = box;
  } else if (param.type == quant::ParamType::choice || param.type == quant::ParamType::word) {
    auto* box = new QComboBox(this);
    box->addItems(range.split(u'|'));
    box->setCurrentText(def);
    connect(box, &QComboBox::currentIndexChanged, this, &SchemeEditor::compose);
    field = box;
  } else {
    auto* box = new QLineEdit(this);
    box->setPlaceholderText(def.isEmpty() ? range : tr("%1   (%2)").arg(def, range));
    connect(box, &QLineEdit::textChanged, this, &SchemeEditor::compose);
    field = box;
  }
  field->setObjectName(QStringLiteral("schemes.param.") + name);
  field->setAccessibleName(name);
  field->setToolTip(format::utf8(param.help));
  field->setProperty("type", int(param.type));
  field->setProperty("param", name);
  field->setProperty("def", def);
  form_->addRow(name, field);
  fields_ << field;
}

void SchemeEditor::compose() {
  QStringList parts;
  for (const QWidget* field : fields_) {
    const QString name = field->property("param").toString();
    if (const auto* check = qobject_cast<const QCheckBox*>(field)) {
      if (check->isChecked()) parts << name;
    } else if (const auto* box = qobject_cast<const QComboBox*>(field)) {
      if (box->currentText() == box->property("def").toString()) continue;
      const bool word = box->property("type").toInt() == int(quant::ParamType::word);
      parts << (word ? box->currentText() : name + u'=' + box->currentText());
    } else if (const auto* edit = qobject_cast<const QLineEdit*>(field); edit && !edit->text().trimmed().isEmpty()) {
      parts << name + u'=' + edit->text().trimmed();
    }
  }
  const QString id = method_->currentData().toString();
  text_->setText(parts.isEmpty() ? id : id + u':' + parts.join(u','));
}

void SchemeEditor::check() {
  const auto scheme = quant::Scheme::parse(text_->text().trimmed().toStdString());
  canonical_ = scheme ? QString::fromStdString(scheme->text()) : QString();
  const bool known = workspace_.schemes().contains(canonical_);
  add_->setEnabled(scheme && !known);
  QPalette colours = palette();
  const Theme& t = Theme::of(this);
  colours.setColor(QPalette::WindowText, scheme ? t.muted : t.bad);
  verdict_->setPalette(colours);
  verdict_->setText(!scheme ? format::utf8(scheme.error().why) + u' ' + format::utf8(scheme.error().hint)
                    : known ? tr("%1 is compared already").arg(canonical_)
                            : tr("Canonical: %1").arg(canonical_));
}

void SchemeEditor::add() {
  if (!add_->isEnabled()) return;
  workspace_.setSchemes(workspace_.schemes() + QStringList{canonical_});
  workspace_.selectScheme(canonical_);
  close();
}

void SchemeEditor::paintEvent(QPaintEvent*) {
  const Theme& t = Theme::of(this);
  QPainter painter(this);
  painter.fillRect(rect(), t.base);
  painter.setPen(t.outline);
  painter.drawRect(rect().adjusted(0, 0, -1, -1));
}

}  // namespace app
