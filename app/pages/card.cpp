#include "app/pages/card.h"

#include <QPainter>

#include "app/window/icons.h"
#include "app/window/theme.h"

namespace app {
namespace {
constexpr int margin = 16, icon_size = 24, text_left = margin + icon_size + 16;
constexpr int wrap = Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap;
}  // namespace

Card::Card(const QString& icon, const QString& title, const QString& sentence, QWidget* parent)
    : QAbstractButton(parent), icon_(icon), sentence_(sentence) {
  setText(title);
  setAccessibleName(title);
  setAccessibleDescription(sentence);
  setCursor(Qt::PointingHandCursor);
  QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Preferred);
  policy.setHeightForWidth(true);
  setSizePolicy(policy);
}

QFont Card::titleFont() const { return scaled(font(), 1.08, QFont::DemiBold); }

int Card::heightForWidth(int width) const {
  const int text = fontMetrics().boundingRect(0, 0, width - text_left - margin, 1000, wrap, sentence_).height();
  return 2 * margin + QFontMetrics(titleFont()).height() + 6 + text;
}

QSize Card::sizeHint() const { return {36 * grid_px, heightForWidth(36 * grid_px)}; }
QSize Card::minimumSizeHint() const { return {26 * grid_px, heightForWidth(26 * grid_px)}; }

void Card::paintEvent(QPaintEvent*) {
  const Theme& t = Theme::of(this);
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(hasFocus() ? QPen(t.link, 2) : QPen(underMouse() && isEnabled() ? t.link : t.line, 1));
  painter.setBrush(underMouse() && isEnabled() ? t.accentSoft : t.raised);
  painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), 8, 8);
  painter.drawPixmap(margin, margin,
                     iconPixmap(icon_, isEnabled() ? t.link : t.disabled, icon_size, devicePixelRatioF()));
  painter.setPen(isEnabled() ? t.text : t.disabled);
  painter.setFont(titleFont());
  const int line = painter.fontMetrics().height();
  painter.drawText(QRect(text_left, margin, width() - text_left - margin, line), Qt::AlignVCenter | Qt::AlignLeft,
                   text());
  painter.setFont(font());
  painter.setPen(isEnabled() ? t.muted : t.disabled);
  painter.drawText(QRect(text_left, margin + line + 6, width() - text_left - margin, height()), wrap, sentence_);
}

void Card::enterEvent(QEnterEvent*) { update(); }
void Card::leaveEvent(QEvent*) { update(); }

}  // namespace app
