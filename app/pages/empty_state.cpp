#include "app/pages/empty_state.h"

#include <QEvent>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "app/window/icons.h"
#include "app/window/theme.h"

namespace app {

EmptyState::EmptyState(const QString& icon, QWidget* parent) : QWidget(parent), icon_name_(icon) {
  auto* column = new QVBoxLayout(this);
  column->setSpacing(grid_px);
  column->addStretch(2);
  icon_ = new QLabel(this);
  icon_->setAlignment(Qt::AlignCenter);
  title_ = new QLabel(this);
  title_->setAlignment(Qt::AlignCenter);
  title_->setFont(scaled(font(), 1.3, QFont::DemiBold));
  text_ = new QLabel(this);
  text_->setAlignment(Qt::AlignHCenter | Qt::AlignTop);
  text_->setWordWrap(true);
  text_->setForegroundRole(QPalette::PlaceholderText);
  text_->setFixedWidth(60 * grid_px);
  act_ = new QPushButton(this);
  act_->setProperty("accent", true);
  act_->hide();
  connect(act_, &QPushButton::clicked, this, &EmptyState::acted);
  column->addWidget(icon_);
  column->addSpacing(grid_px);
  column->addWidget(title_);
  // Between stretches, not aligned: an aligned label does not grow with its wrapped lines.
  auto* middle = new QHBoxLayout;
  middle->addStretch(1);
  middle->addWidget(text_);
  middle->addStretch(1);
  column->addLayout(middle);
  column->addSpacing(grid_px);
  column->addWidget(act_, 0, Qt::AlignHCenter);
  column->addStretch(3);
  recolour();
}

void EmptyState::say(const QString& title, const QString& text, const QString& act) {
  title_->setText(title);
  text_->setText(text);
  act_->setText(act);
  act_->setAccessibleName(act);
  act_->setVisible(!act.isEmpty());
}

void EmptyState::recolour() {
  icon_->setPixmap(iconPixmap(icon_name_, Theme::of(this).muted, 48, devicePixelRatioF()));
}

void EmptyState::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange) recolour();
  QWidget::changeEvent(event);
}

}  // namespace app
