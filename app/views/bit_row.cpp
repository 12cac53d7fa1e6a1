#include "app/views/bit_row.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>

#include "app/models/format.h"
#include "app/window/theme.h"

namespace app {
namespace {

constexpr int row_height = 50, name_width = 96, value_width = 192;
constexpr int cell_top = 18, cell_height = 24, field_gap = 8, narrowest_cell = 7, widest_cell = 20;
constexpr int integer_field = 2;

}  // namespace

BitRow::BitRow(const quant::BitFormat& format, QWidget* parent) : QWidget(parent), format_(format) {
  setFocusPolicy(Qt::StrongFocus);
  setObjectName(QStringLiteral("bits.row.") + format::utf8(format.id));
  setCursor(Qt::PointingHandCursor);
}

QSize BitRow::sizeHint() const {
  return {name_width + value_width + 64 * narrowest_cell + 2 * field_gap + 2 * grid_px, row_height};
}

void BitRow::show(const quant::BitLayout& layout) {
  layout_ = layout;
  cursor_ = std::min(cursor_, int(layout.bits.size()) - 1);
  describe();
  update();
}

void BitRow::setSource(bool source) {
  source_ = source;
  update();
}

int BitRow::fieldOf(int bit) const {
  if (format_.integer) return bit == 0 ? 0 : integer_field;
  return bit == 0 ? 0 : bit <= format_.exponent_bits ? 1 : 2;
}

QRect BitRow::cell(int bit) const {
  const int n = std::max(1, format_.bits);
  const int room = width() - name_width - value_width - 2 * field_gap - 2 * grid_px;
  const int w = std::clamp(room / std::max(n, 32), narrowest_cell, widest_cell);
  return {name_width + bit * w + fieldOf(bit) * field_gap, cell_top, w, cell_height};
}

int BitRow::bitAt(const QPoint& at) const {
  for (int bit = 0; bit < int(layout_.bits.size()); ++bit)
    if (cell(bit).contains(at)) return bit;
  return -1;
}

void BitRow::paintBits(QPainter* painter) const {
  const Theme& t = Theme::of(this);
  const QColor inks[] = {t.sign, t.exponent, t.mantissa};
  const QString letters[] = {tr("S", "sign bit"), tr("E", "exponent"),
                             format_.integer ? tr("I", "integer") : tr("M", "mantissa")};
  const QFont digits = monoFont(scaled(font(), cell(0).width() < 9    ? 0.84
                                               : cell(0).width() < 11 ? 0.92
                                                                      : 1.05)),
              small = scaled(font(), 0.78);
  int before = -1;
  for (int bit = 0; bit < int(layout_.bits.size()); ++bit) {
    const QRect at = cell(bit);
    const int field = fieldOf(bit);
    const bool one = layout_.bits[std::size_t(bit)] == '1';
    QColor wash = inks[field];
    wash.setAlphaF(one ? 0.24F : 0.08F);
    painter->fillRect(at.adjusted(0, 0, at.width() > 10 ? -1 : 0, 0), wash);
    painter->setFont(digits);
    painter->setPen(one ? inks[field] : t.muted);
    painter->drawText(at, Qt::AlignCenter, QString(QChar(one ? u'1' : u'0')));
    if (field != before) {
      before = field;
      painter->setFont(small);
      painter->setPen(inks[field]);
      painter->drawText(QRect(at.left(), 2, 24, cell_top - 3), Qt::AlignLeft | Qt::AlignBottom, letters[field]);
    }
    if (hasFocus() && bit == cursor_) {
      painter->setPen(QPen(t.link, 2));
      painter->drawRect(at.adjusted(0, 0, -1, -1));
    }
  }
}

void BitRow::paintEvent(QPaintEvent*) {
  const Theme& t = Theme::of(this);
  QPainter painter(this);
  if (source_) painter.fillRect(QRect(0, 4, 3, height() - 8), t.link);
  painter.setPen(t.text);
  painter.setFont(scaled(font(), 1.0, QFont::DemiBold));
  painter.drawText(QRect(12, 6, name_width - 12, 18), Qt::AlignLeft | Qt::AlignVCenter,
                   format::utf8(format_.id).toUpper());
  painter.setFont(scaled(font(), 0.85));
  painter.setPen(t.muted);
  const QString split = format_.integer
                            ? tr("%1 bits").arg(format_.bits)
                            : QStringLiteral("1 + %1 + %2").arg(format_.exponent_bits).arg(format_.mantissa_bits);
  painter.drawText(QRect(12, 24, name_width - 12, 18), Qt::AlignLeft | Qt::AlignVCenter, split);
  paintBits(&painter);

  const QRect right(width() - value_width, 6, value_width - grid_px, 18);
  painter.setFont(monoFont(scaled(font(), 0.95)));
  painter.setPen(t.text);
  const QString value = QString::fromStdString(layout_.decimal20).replace(u'-', QChar(0x2212));
  painter.drawText(right, Qt::AlignRight | Qt::AlignVCenter,
                   painter.fontMetrics().elidedText(value, Qt::ElideRight, right.width()));
  painter.setFont(scaled(font(), 0.85));
  painter.setPen(layout_.clipped ? t.clipping : t.muted);
  QString note = layout_.error == 0 ? tr("exact") : tr("error %1").arg(format::number(layout_.error, 3));
  if (layout_.cls == quant::NumberClass::inf || layout_.cls == quant::NumberClass::nan) note.clear();
  if (layout_.cls == quant::NumberClass::subnormal) note += QStringLiteral(" · ") + tr("subnormal");
  if (layout_.clipped) note += QStringLiteral(" · ") + tr("clipped");
  painter.drawText(right.translated(0, 19), Qt::AlignRight | Qt::AlignVCenter, note);
  painter.fillRect(QRect(0, height() - 1, width(), 1), t.line);
}

void BitRow::set(int bit, char value) {
  if (bit < 0 || layout_.bits[std::size_t(bit)] == value) return;
  std::string bits = layout_.bits;
  bits[std::size_t(bit)] = value;
  Q_EMIT edited(QString::fromStdString(bits));
}

void BitRow::mousePressEvent(QMouseEvent* event) {
  const int bit = bitAt(event->pos());
  if (bit < 0) return;
  cursor_ = bit;
  brush_ = layout_.bits[std::size_t(bit)] == '1' ? '0' : '1';
  set(bit, brush_);
}

void BitRow::mouseMoveEvent(QMouseEvent* event) {
  // Dragging paints the value that the press set.
  const int bit = event->buttons() & Qt::LeftButton ? bitAt(event->pos()) : -1;
  if (bit < 0) return;
  cursor_ = bit;
  set(bit, brush_);
}

void BitRow::keyPressEvent(QKeyEvent* event) {
  const int last = int(layout_.bits.size()) - 1;
  switch (event->key()) {
    case Qt::Key_Left: cursor_ = std::max(0, cursor_ - 1); break;
    case Qt::Key_Right: cursor_ = std::min(last, cursor_ + 1); break;
    case Qt::Key_Home: cursor_ = 0; break;
    case Qt::Key_End: cursor_ = last; break;
    case Qt::Key_Space: return set(cursor_, layout_.bits[std::size_t(cursor_)] == '1' ? '0' : '1');
    default: return QWidget::keyPressEvent(event);
  }
  describe();
  update();
}

void BitRow::focusInEvent(QFocusEvent* event) {
  Q_EMIT focused();
  QWidget::focusInEvent(event);
}

void BitRow::describe() {
  setAccessibleName(tr("%1: %2").arg(format::utf8(format_.title), QString::fromStdString(layout_.bits)));
  setAccessibleDescription(tr("value %1").arg(QString::fromStdString(layout_.decimal20)));
}

bool BitRow::event(QEvent* event) {
  if (event->type() == QEvent::ToolTip) {
    const auto* help = static_cast<QHelpEvent*>(event);
    const int bit = bitAt(help->pos());
    const QString fields[] = {tr("sign"), tr("exponent"), format_.integer ? tr("integer") : tr("mantissa")};
    QToolTip::showText(help->globalPos(),
                       bit < 0 ? format::utf8(format_.title)
                               : tr("bit %1, %2: click flips it").arg(format_.bits - 1 - bit).arg(fields[fieldOf(bit)]),
                       this);
    return true;
  }
  return QWidget::event(event);
}

}  // namespace app
