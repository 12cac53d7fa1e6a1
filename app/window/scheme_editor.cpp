#include "app/window/scheme_editor.h"

#include <QApplication>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPainter>
#include <QPushButton>
#include <QScreen>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QVBoxLayout>
#include <algorithm>

#include "app/models/device_support.h"
#include "app/models/format.h"
#include "app/models/workspace.h"
#include "app/window/icons.h"
#include "app/window/method_page.h"
#include "app/window/scheme_form.h"
#include "app/window/theme.h"
#include "core/methods/scheme.h"

namespace app {
namespace {

constexpr int list_width = 34 * grid_px, page_width = 62 * grid_px, height_px = 74 * grid_px;
constexpr int compared_rows = 5;

QLabel* heading(const QString& text, QWidget* parent) {
  auto* label = new QLabel(text, parent);
  label->setFont(scaled(parent->font(), 1.0, QFont::DemiBold));
  return label;
}

}  // namespace

SchemeEditor::SchemeEditor(Workspace& workspace, QWidget* parent)
    : QFrame(parent, Qt::Popup | Qt::FramelessWindowHint), workspace_(workspace) {
  setObjectName(QStringLiteral("schemes.editor"));
  setAttribute(Qt::WA_DeleteOnClose);
  setAccessibleName(tr("Schemes to compare"));
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(2 * grid_px, 2 * grid_px, 2 * grid_px, 2 * grid_px);
  row->setSpacing(3 * grid_px);
  row->addWidget(buildMethods());
  row->addWidget(buildMethod(), 1);
  listSchemes();
  listMethods();
  // Another version of what is looked at now is the likeliest wish.
  const auto current = quant::Scheme::parse(workspace.selection().scheme.toStdString());
  showMethod(current ? current->method() : *quant::methods().front());
  DeviceSupport& support = DeviceSupport::of(workspace);
  connect(&support, &DeviceSupport::changed, this, &SchemeEditor::showPage);
  support.ask();
}

QWidget* SchemeEditor::buildMethods() {
  auto* side = new QWidget(this);
  side->setFixedWidth(list_width);
  auto* column = new QVBoxLayout(side);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(grid_px);
  column->addWidget(heading(tr("Schemes to compare"), side));
  auto* rows = new QWidget(side);
  compared_ = new QVBoxLayout(rows);
  compared_->setContentsMargins(0, 0, 0, 0);
  compared_->setSpacing(0);
  compared_area_ = new QScrollArea(side);
  compared_area_->setWidget(rows);
  compared_area_->setWidgetResizable(true);
  compared_area_->setFrameShape(QFrame::NoFrame);
  compared_area_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  compared_area_->setFocusPolicy(Qt::NoFocus);
  column->addWidget(compared_area_);
  column->addSpacing(grid_px);
  column->addWidget(heading(tr("Add another"), side));
  search_ = new QLineEdit(side);
  search_->setObjectName(QStringLiteral("schemes.search"));
  search_->setAccessibleName(tr("Search the methods"));
  search_->setPlaceholderText(tr("Search, or type a scheme"));
  search_->setClearButtonEnabled(true);
  search_->addAction(icon(QStringLiteral("search"), Theme::of(this).muted), QLineEdit::LeadingPosition);
  search_->installEventFilter(this);
  column->addWidget(search_);
  list_ = new QListWidget(side);
  list_->setObjectName(QStringLiteral("schemes.method"));
  list_->setAccessibleName(tr("Methods"));
  list_->setFrameShape(QFrame::NoFrame);
  list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  list_->setTextElideMode(Qt::ElideRight);
  column->addWidget(list_, 1);
  connect(search_, &QLineEdit::textChanged, this, &SchemeEditor::search);
  connect(search_, &QLineEdit::returnPressed, this, &SchemeEditor::add);
  connect(list_, &QListWidget::currentItemChanged, this, &SchemeEditor::choose);
  connect(list_, &QListWidget::itemActivated, this, &SchemeEditor::add);
  return side;
}

QWidget* SchemeEditor::buildMethod() {
  auto* side = new QWidget(this);
  auto* column = new QVBoxLayout(side);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(grid_px);
  title_ = new QLabel(side);
  title_->setObjectName(QStringLiteral("schemes.title"));
  title_->setFont(scaled(font(), 1.2, QFont::DemiBold));
  summary_ = new QLabel(side);
  summary_->setWordWrap(true);
  column->addWidget(title_);
  column->addWidget(summary_);
  auto* body = new QWidget(side);
  auto* inner = new QVBoxLayout(body);
  inner->setContentsMargins(0, grid_px, 2 * grid_px, 0);
  form_ = new SchemeForm(body);
  page_ = new QLabel(body);
  page_->setObjectName(QStringLiteral("schemes.page"));
  page_->setTextFormat(Qt::RichText);
  page_->setWordWrap(true);
  page_->setTextInteractionFlags(Qt::TextBrowserInteraction);
  page_->setOpenExternalLinks(true);
  inner->addWidget(form_);
  inner->addWidget(page_);
  inner->addStretch(1);
  page_area_ = new QScrollArea(side);
  page_area_->setWidget(body);
  page_area_->setWidgetResizable(true);
  page_area_->setFrameShape(QFrame::NoFrame);
  page_area_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  page_area_->setFocusPolicy(Qt::NoFocus);
  column->addWidget(page_area_, 1);
  text_ = new QLineEdit(side);
  text_->setObjectName(QStringLiteral("schemes.text"));
  text_->setAccessibleName(tr("Scheme as text"));
  text_->setFont(monoFont(font()));
  add_ = new QPushButton(tr("Add"), side);
  add_->setObjectName(QStringLiteral("schemes.add"));
  add_->setAccessibleName(tr("Add the scheme"));
  add_->setProperty("accent", true);
  verdict_ = new QLabel(side);
  verdict_->setObjectName(QStringLiteral("schemes.verdict"));
  verdict_->setWordWrap(true);
  verdict_->setMinimumHeight(2 * fontMetrics().lineSpacing());
  verdict_->setAlignment(Qt::AlignTop | Qt::AlignLeft);
  auto* line = new QHBoxLayout;
  line->addWidget(text_, 1);
  line->addWidget(add_);
  column->addLayout(line);
  column->addWidget(verdict_);
  connect(form_, &SchemeForm::changed, this, &SchemeEditor::compose);
  connect(text_, &QLineEdit::textChanged, this, &SchemeEditor::check);
  connect(text_, &QLineEdit::returnPressed, this, &SchemeEditor::add);
  connect(add_, &QPushButton::clicked, this, &SchemeEditor::add);
  return side;
}

void SchemeEditor::popup(const QPoint& global) {
  const QRect screen_room = screen() ? screen()->availableGeometry() : QRect(global, QSize(1024, 700));
  resize(std::min(list_width + page_width + 7 * grid_px, screen_room.width() - 2 * grid_px),
         std::min(height_px, screen_room.height() - 2 * grid_px));
  const auto inside = [](int wanted, int least, int most) { return std::max(least, std::min(wanted, most)); };
  move(inside(global.x(), screen_room.left(), screen_room.right() - width() - grid_px),
       inside(global.y(), screen_room.top(), screen_room.bottom() - height() - grid_px));
  show();
  search_->setFocus();
}

// ── what is compared now ──

void SchemeEditor::listSchemes() {
  while (QLayoutItem* item = compared_->takeAt(0)) {
    item->widget()->deleteLater();
    delete item;
  }
  const QStringList& schemes = workspace_.schemes();
  for (const QString& scheme : schemes) {
    auto* row = new QWidget(compared_area_->widget());
    row->setFixedHeight(3 * grid_px + 2);
    auto* line = new QHBoxLayout(row);
    line->setContentsMargins(0, 0, 0, 0);
    auto* name = new QLabel(row);
    name->setFont(scaled(monoFont(font()), 0.95));
    name->setText(name->fontMetrics().elidedText(scheme, Qt::ElideRight, list_width - 6 * grid_px));
    name->setToolTip(scheme);
    auto* gone = new QPushButton(icon(QStringLiteral("close"), Theme::of(this).muted), QString(), row);
    gone->setObjectName(QStringLiteral("schemes.remove.") + scheme);
    gone->setAccessibleName(tr("Remove %1").arg(scheme));
    gone->setToolTip(gone->accessibleName());
    gone->setProperty("quiet", true);
    gone->setFixedSize(28, 24);
    gone->setEnabled(schemes.size() > 1);
    connect(gone, &QPushButton::clicked, this, [this, scheme] { remove(scheme); });
    line->addWidget(name, 1);
    line->addWidget(gone);
    compared_->addWidget(row);
  }
  compared_area_->setFixedHeight(std::min(int(schemes.size()), compared_rows) * (3 * grid_px + 2));
}

void SchemeEditor::remove(const QString& scheme) {
  QStringList left = workspace_.schemes();
  left.removeAll(scheme);
  workspace_.setSchemes(left);
  listSchemes();
  check();
}

// ── all methods ──

void SchemeEditor::listMethods() {
  const QSignalBlocker quiet(list_);
  list_->clear();
  std::string_view family;
  for (const quant::Method* method : quant::methods()) {
    if (method->family != family || list_->count() == 0) {
      family = method->family;
      auto* title = new QListWidgetItem(familyTitle(family), list_);
      title->setFlags(Qt::NoItemFlags);
      title->setFont(scaled(font(), 0.88, QFont::DemiBold));
    }
    auto* item = new QListWidgetItem(
        QStringLiteral("%1   %2").arg(format::utf8(method->id), format::utf8(method->title)), list_);
    item->setData(Qt::UserRole, format::utf8(method->id));
    item->setToolTip(format::utf8(method->summary));
  }
}

/// Hides what does not match. A whole scheme may be typed here too: it goes to the line of text.
void SchemeEditor::search() {
  const QString typed = search_->text().trimmed();
  const QString words = typed.section(u':', 0, 0);
  QListWidgetItem* title = nullptr;
  QListWidgetItem* best = nullptr;
  bool exact = false;
  for (int i = 0; i < list_->count(); ++i) {
    QListWidgetItem* item = list_->item(i);
    const QString id = item->data(Qt::UserRole).toString();
    if (id.isEmpty()) {
      title = item;
      title->setHidden(true);
      continue;
    }
    const bool shows = methodMatches(*quant::find_method(id.toStdString()), words);
    item->setHidden(!shows);
    if (!shows) continue;
    if (title) title->setHidden(false);
    if (!best || (id == words && !exact) ||
        (!exact && id.startsWith(words) && !best->data(Qt::UserRole).toString().startsWith(words)))
      best = item;
    exact = exact || id == words;
  }
  if (best && !typed.isEmpty()) list_->setCurrentItem(best);
  if (typed.contains(u':')) text_->setText(typed);
}

void SchemeEditor::choose() {
  const QListWidgetItem* item = list_->currentItem();
  const quant::Method* method = item ? quant::find_method(item->data(Qt::UserRole).toString().toStdString()) : nullptr;
  if (method && method != method_) showMethod(*method);
}

void SchemeEditor::showMethod(const quant::Method& method) {
  method_ = &method;
  for (int i = 0; i < list_->count(); ++i)
    if (list_->item(i)->data(Qt::UserRole).toString() == format::utf8(method.id)) {
      const QSignalBlocker quiet(list_);
      list_->setCurrentRow(i);
      list_->scrollToItem(list_->item(i));
    }
  title_->setText(QStringLiteral("%1  ·  %2").arg(format::utf8(method.title), format::utf8(method.id)));
  summary_->setText(format::utf8(method.summary));
  form_->show(method);
  showPage();
  page_area_->ensureVisible(0, 0);
  compose();
}

void SchemeEditor::showPage() {
  page_->setText(
      methodPage(*method_, DeviceSupport::of(workspace_).devicesOf(format::utf8(method_->id)), Theme::of(this)));
}

// ── one scheme ──

void SchemeEditor::compose() {
  const QSignalBlocker quiet(text_);
  text_->setText(form_->text());
  check();
}

/// Controls follow a scheme that was typed.
void SchemeEditor::follow(const quant::Scheme& scheme) {
  if (&scheme.method() != method_) {
    const QString typed = text_->text();
    const int at = text_->cursorPosition();
    showMethod(scheme.method());
    const QSignalBlocker quiet(text_);
    text_->setText(typed);
    text_->setCursorPosition(at);
  }
  form_->fill(scheme);
}

void SchemeEditor::check() {
  const auto scheme = quant::Scheme::parse(text_->text().trimmed().toStdString());
  canonical_ = scheme ? format::utf8(scheme->text()) : QString();
  const bool known = workspace_.schemes().contains(canonical_);
  if (scheme && text_->text() != form_->text()) follow(*scheme);
  add_->setEnabled(scheme && !known);
  const Theme& t = Theme::of(this);
  QPalette colours = palette();
  colours.setColor(QPalette::WindowText, scheme ? t.muted : t.bad);
  verdict_->setPalette(colours);
  if (!scheme) {
    QString why = format::utf8(scheme.error().why);
    if (!scheme.error().hint.empty()) why += QStringLiteral("; ") + format::utf8(scheme.error().hint);
    verdict_->setText(why);
  } else {
    verdict_->setText(known ? tr("%1 is compared already").arg(canonical_) : tr("Adds %1").arg(canonical_));
  }
}

void SchemeEditor::add() {
  if (!add_->isEnabled()) return;
  const QString canonical = canonical_;
  workspace_.setSchemes(workspace_.schemes() + QStringList{canonical});
  workspace_.selectScheme(canonical);
  close();
}

/// Arrows in the search line walk the list.
bool SchemeEditor::eventFilter(QObject* watched, QEvent* event) {
  if (watched == search_ && event->type() == QEvent::KeyPress) {
    const auto key = static_cast<QKeyEvent*>(event)->key();
    if (key == Qt::Key_Down || key == Qt::Key_Up || key == Qt::Key_PageDown || key == Qt::Key_PageUp) {
      QApplication::sendEvent(list_, event);
      return true;
    }
  }
  return QFrame::eventFilter(watched, event);
}

void SchemeEditor::paintEvent(QPaintEvent*) {
  const Theme& t = Theme::of(this);
  QPainter painter(this);
  painter.fillRect(rect(), t.base);
  painter.setPen(t.outline);
  painter.drawRect(rect().adjusted(0, 0, -1, -1));
}

}  // namespace app
