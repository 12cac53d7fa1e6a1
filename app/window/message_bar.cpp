#include "app/window/message_bar.h"

#include <QClipboard>
#include <QEvent>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QVBoxLayout>

#include "app/models/format.h"
#include "app/window/icons.h"
#include "app/window/theme.h"

namespace app {

MessageBar::MessageBar(QWidget* parent) : QWidget(parent) {
  setObjectName(QStringLiteral("window.message"));
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(2 * grid_px, grid_px, grid_px, grid_px);
  row->setSpacing(grid_px + 4);
  icon_ = new QLabel(this);
  row->addWidget(icon_, 0, Qt::AlignTop);
  auto* column = new QVBoxLayout;
  column->setSpacing(2);
  title_ = new QLabel(this);
  body_ = new QLabel(this);
  for (QLabel* label : {title_, body_}) {
    label->setWordWrap(true);
    label->setTextFormat(Qt::PlainText);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    column->addWidget(label);
  }
  title_->setObjectName(QStringLiteral("message.title"));
  body_->setObjectName(QStringLiteral("message.body"));
  row->addLayout(column, 1);
  act_ = new QPushButton(this);
  act_->setObjectName(QStringLiteral("message.act"));
  act_->setAccessibleName(tr("What to do"));
  connect(act_, &QPushButton::clicked, this, [this] {
    if (run_) run_();
  });
  copy_ = new QPushButton(tr("Copy"), this);
  copy_->setAccessibleName(tr("Copy the message"));
  copy_->setObjectName(QStringLiteral("message.copy"));
  connect(copy_, &QPushButton::clicked, this, [this] { QGuiApplication::clipboard()->setText(text()); });
  close_ = new QPushButton(tr("Dismiss"), this);
  close_->setAccessibleName(tr("Dismiss the message"));
  close_->setObjectName(QStringLiteral("message.close"));
  connect(close_, &QPushButton::clicked, this, &QWidget::hide);
  for (QPushButton* button : {act_, copy_, close_}) {
    button->setProperty("quiet", button != act_);
    row->addWidget(button, 0, Qt::AlignTop);
  }
  hide();
}

void MessageBar::showError(const quant::Error& e) {
  QString body = format::utf8(e.where);
  if (!e.why.empty()) body += QStringLiteral(": ") + format::utf8(e.why);
  if (!e.hint.empty()) body += u'\n' + tr("What to do: %1").arg(format::utf8(e.hint));
  show(true, format::utf8(e.what), body, {}, {});
}

void MessageBar::showNotice(const QString& title, const QString& body, const QString& act, std::function<void()> run) {
  show(false, title, body, act, std::move(run));
}

QString MessageBar::text() const { return isHidden() ? QString() : title_->text() + u'\n' + body_->text(); }

void MessageBar::show(bool bad, const QString& title, const QString& body, const QString& act,
                      std::function<void()> run) {
  bad_ = bad;
  title_->setText(title);
  title_->setFont(scaled(font(), 1.0, QFont::DemiBold));
  body_->setText(body);
  body_->setVisible(!body.isEmpty());
  act_->setVisible(!act.isEmpty());
  act_->setText(act);
  act_->setAccessibleName(act);
  run_ = std::move(run);
  setAccessibleName(title);
  recolour();
  QWidget::show();
}

void MessageBar::recolour() {
  const Theme& t = Theme::of(this);
  icon_->setPixmap(iconPixmap(bad_ ? QStringLiteral("warning") : QStringLiteral("info"), bad_ ? t.bad : t.link, 20,
                              devicePixelRatioF()));
  update();
}

void MessageBar::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange) recolour();
  QWidget::changeEvent(event);
}

void MessageBar::paintEvent(QPaintEvent*) {
  const Theme& t = Theme::of(this);
  QPainter painter(this);
  painter.fillRect(rect(), t.raised);
  painter.fillRect(QRect(0, 0, 3, height()), bad_ ? t.bad : t.link);
  painter.fillRect(QRect(0, height() - 1, width(), 1), t.line);
}

}  // namespace app
