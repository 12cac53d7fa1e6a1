#include "app/views/read_out_line.h"

#include <QPainter>

#include "app/window/theme.h"

namespace app {

ReadOutLine::ReadOutLine(QWidget* parent) : QWidget(parent) {
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  setAccessibleName(tr("Read-out"));
}

void ReadOutLine::setText(const QString& text) {
  if (text == text_) return;
  text_ = text;
  setAccessibleDescription(text_);
  setToolTip(fontMetrics().horizontalAdvance(text_) > width() ? text_ : QString());
  update();
}

void ReadOutLine::setHint(const QString& hint) {
  hint_ = hint;
  update();
}

QSize ReadOutLine::sizeHint() const { return {320, fontMetrics().height() + 4}; }

void ReadOutLine::paintEvent(QPaintEvent*) {
  const Theme& theme = Theme::of(this);
  QPainter painter(this);
  painter.setFont(scaled(font(), 0.95));
  painter.setPen(text_.isEmpty() ? theme.muted : theme.text);
  const QString& text = text_.isEmpty() ? hint_ : text_;
  painter.drawText(rect(), Qt::AlignVCenter | Qt::AlignLeft,
                   painter.fontMetrics().elidedText(text, Qt::ElideRight, width()));
}

}  // namespace app
