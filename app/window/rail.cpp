#include "app/window/rail.h"

#include <QCoreApplication>
#include <QEvent>
#include <QLabel>
#include <QPainter>
#include <QVBoxLayout>

#include "app/pages/page.h"
#include "app/window/icons.h"
#include "app/window/theme.h"

namespace app {
namespace {
constexpr int icon_size = 20, icon_left = 18, text_left = 50;
}

RailButton::RailButton(const QString& icon, QWidget* parent) : QAbstractButton(parent), icon_(icon) {
  setCheckable(true);
  setAutoExclusive(true);
  setCursor(Qt::PointingHandCursor);
  setFocusPolicy(Qt::TabFocus);
}

QSize RailButton::sizeHint() const {
  QFont bold(font());
  bold.setBold(true);
  return {text_left + QFontMetrics(bold).horizontalAdvance(text()) + 2 * grid_px,
          std::max(36, fontMetrics().height() + 16)};
}

void RailButton::paintEvent(QPaintEvent*) {
  const Theme& t = Theme::of(this);
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const QRectF body = QRectF(rect()).adjusted(8, 1, -8, -1);
  if (isChecked() || underMouse()) {
    painter.setPen(Qt::NoPen);
    painter.setBrush(isChecked() ? t.accentSoft : t.hover);
    painter.drawRoundedRect(body, 6, 6);
  }
  if (hasFocus()) {
    painter.setPen(QPen(t.link, 2));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(body.adjusted(1, 1, -1, -1), 5, 5);
  }
  const QColor ink = isChecked() ? t.link : t.muted;
  painter.drawPixmap(QPointF(icon_left, (height() - icon_size) / 2.0),
                     iconPixmap(icon_, ink, icon_size, devicePixelRatioF()));
  QFont f(font());
  f.setWeight(isChecked() ? QFont::DemiBold : QFont::Normal);
  painter.setFont(f);
  painter.setPen(isChecked() ? t.text : isEnabled() ? t.text : t.disabled);
  painter.drawText(rect().adjusted(text_left, 0, -grid_px, 0), Qt::AlignVCenter | Qt::AlignLeft, text());
}

void RailButton::enterEvent(QEnterEvent*) { update(); }
void RailButton::leaveEvent(QEvent*) { update(); }

Rail::Rail(QWidget* parent) : QWidget(parent) {
  setObjectName(QStringLiteral("window.rail"));
  setMinimumWidth(18 * grid_px);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, grid_px, 0, grid_px);
  column->setSpacing(2);
  int group = -1;
  for (const PageEntry& page : pages()) {
    if (page.group != group) {
      group = page.group;
      auto* title = new QLabel(this);
      title->setForegroundRole(QPalette::PlaceholderText);
      title->setContentsMargins(icon_left, titles_.isEmpty() ? grid_px : 2 * grid_px, 0, 4);
      title->setProperty("group", group);
      column->addWidget(title);
      titles_ << title;
    }
    auto* button = new RailButton(QString::fromLatin1(page.icon), this);
    const QString id = QString::fromLatin1(page.id);
    button->setObjectName(QStringLiteral("rail.") + id);
    connect(button, &QAbstractButton::clicked, this, [this, id] { Q_EMIT chosen(id); });
    column->addWidget(button);
    buttons_.insert(id, button);
  }
  column->addStretch(1);
  retranslate();
}

void Rail::setCurrent(const QString& page) {
  if (auto* button = buttons_.value(page)) button->setChecked(true);
}

void Rail::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange || event->type() == QEvent::FontChange) retranslate();
  QWidget::changeEvent(event);
}

void Rail::retranslate() {
  const QString groups[] = {tr("Look"), tr("Decide"), tr("Learn"), QString()};
  for (QLabel* title : titles_) {
    title->setText(groups[title->property("group").toInt()]);
    title->setFont(scaled(font(), 0.88, QFont::DemiBold));
  }
  for (const PageEntry& page : pages()) {
    RailButton* button = buttons_[QString::fromLatin1(page.id)];
    const QString title = QCoreApplication::translate("pages", page.title);
    button->setText(title);
    button->setAccessibleName(title);
    const QString key = QString::fromLatin1(page.key);
    button->setToolTip(key.isEmpty() ? QString() : QStringLiteral("%1  (%2)").arg(title, key));
  }
}

}  // namespace app
