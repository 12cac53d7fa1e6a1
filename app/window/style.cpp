#include "app/window/style.h"

#include <QAbstractItemView>
#include <QPainter>
#include <QStyleOption>
#include <QWidget>

#include "app/window/icons.h"
#include "app/window/theme.h"

namespace app {
namespace {

constexpr qreal radius = 5;
constexpr int scroll_width = 12;

bool is(const QWidget* widget, const char* property) { return widget && widget->property(property).toBool(); }
bool has(const QStyleOption* option, QStyle::StateFlag flag) { return option->state.testFlag(flag); }

/// A rounded box whose edge lies on whole pixels.
void box(QPainter* painter, const QRect& rect, const QColor& fill, const QColor& edge, qreal r = radius) {
  painter->save();
  painter->setRenderHint(QPainter::Antialiasing);
  painter->setPen(edge.isValid() ? QPen(edge, 1) : QPen(Qt::NoPen));
  painter->setBrush(fill.isValid() ? QBrush(fill) : QBrush(Qt::NoBrush));
  painter->drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), r, r);
  painter->restore();
}

void focusRing(QPainter* painter, const QRect& rect, const Theme& theme) {
  painter->save();
  painter->setRenderHint(QPainter::Antialiasing);
  painter->setPen(QPen(theme.link, 2));
  painter->setBrush(Qt::NoBrush);
  painter->drawRoundedRect(QRectF(rect).adjusted(1, 1, -1, -1), radius, radius);
  painter->restore();
}

void button(QPainter* painter, const QStyleOption* option, const QWidget* widget) {
  const Theme& t = Theme::of(option->palette);
  const bool enabled = has(option, QStyle::State_Enabled), over = has(option, QStyle::State_MouseOver) && enabled;
  const bool down = has(option, QStyle::State_Sunken), on = has(option, QStyle::State_On);
  QColor fill = over || down ? t.hover : t.raised, edge = t.outline;
  if (is(widget, "accent") && enabled) {
    fill = down ? t.accent.darker(115) : over ? t.accent.lighter(108) : t.accent;
    edge = fill;
  } else if (on) {
    fill = t.accentSoft, edge = t.link;
  } else if (is(widget, "quiet")) {
    edge = QColor();
    if (!over && !down) fill = QColor();
  }
  if (!enabled) fill = QColor(), edge = is(widget, "quiet") ? QColor() : t.line;
  box(painter, option->rect, fill, edge);
}

void lineEdit(QPainter* painter, const QStyleOption* option, const QWidget* widget) {
  const Theme& t = Theme::of(option->palette);
  const bool enabled = has(option, QStyle::State_Enabled);
  const bool wrong = is(widget, "wrong");
  box(painter, option->rect, enabled ? t.base : t.window, wrong ? t.bad : enabled ? t.outline : t.line);
  if (has(option, QStyle::State_HasFocus)) focusRing(painter, option->rect, t);
}

void checkBox(QPainter* painter, const QStyleOption* option) {
  const Theme& t = Theme::of(option->palette);
  const bool enabled = has(option, QStyle::State_Enabled), on = has(option, QStyle::State_On);
  box(painter, option->rect,
      on && enabled ? t.accent
      : enabled     ? t.base
                    : t.window,
      on && enabled ? t.accent : t.outline, 3.5);
  if (on) {
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(QPen(enabled ? QColor(Qt::white) : t.disabled, 1.8, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    const QRectF r(option->rect);
    painter->drawPolyline(QPolygonF({r.topLeft() + QPointF(r.width() * 0.24, r.height() * 0.52),
                                     r.topLeft() + QPointF(r.width() * 0.43, r.height() * 0.70),
                                     r.topLeft() + QPointF(r.width() * 0.77, r.height() * 0.31)}));
    painter->restore();
  }
}

void headerSection(QPainter* painter, const QStyleOption* option) {
  const Theme& t = Theme::of(option->palette);
  painter->fillRect(option->rect, has(option, QStyle::State_MouseOver) ? t.hover : t.base);
  painter->fillRect(QRect(option->rect.left(), option->rect.bottom(), option->rect.width(), 1), t.outline);
}

void arrow(QPainter* painter, const QRect& rect, const char* name, const QColor& color) {
  const int size = 14;
  const QRect at(rect.center().x() - size / 2 + 1, rect.center().y() - size / 2 + 1, size, size);
  painter->drawPixmap(at, iconPixmap(QString::fromLatin1(name), color, size, painter->device()->devicePixelRatioF()));
}

void slider(QPainter* painter, const QStyleOptionSlider* option, const Style& style, const QWidget* widget) {
  const Theme& t = Theme::of(option->palette);
  const QRect handle = style.subControlRect(QStyle::CC_Slider, option, QStyle::SC_SliderHandle, widget);
  const bool flat = option->orientation == Qt::Horizontal;
  const QRect groove = flat
                           ? QRect(option->rect.left() + 2, option->rect.center().y() - 1, option->rect.width() - 4, 4)
                           : QRect(option->rect.center().x() - 1, option->rect.top() + 2, 4, option->rect.height() - 4);
  const bool enabled = has(option, QStyle::State_Enabled);
  box(painter, groove, t.outline, QColor(), 2);
  if (enabled && flat) {
    QRect done = groove;
    done.setRight(handle.center().x());
    box(painter, done, t.accent, QColor(), 2);
  }
  const bool focus = has(option, QStyle::State_HasFocus);
  QRect knob(0, 0, 16, 16);
  knob.moveCenter(handle.center());
  box(painter, knob, enabled ? t.accent : t.outline, t.base, 8);
  if (focus) {
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(QPen(t.link, 2));
    painter->drawEllipse(QRectF(knob).adjusted(-2, -2, 2, 2));
    painter->restore();
  }
}

void scrollBar(QPainter* painter, const QStyleOptionSlider* option, const Style& style, const QWidget* widget) {
  const Theme& t = Theme::of(option->palette);
  if (option->minimum == option->maximum) return;
  const QRect handle = style.subControlRect(QStyle::CC_ScrollBar, option, QStyle::SC_ScrollBarSlider, widget);
  const bool over = has(option, QStyle::State_MouseOver) || has(option, QStyle::State_Sunken);
  const bool flat = option->orientation == Qt::Horizontal;
  const QRect thumb = flat ? handle.adjusted(2, 4, -2, -3) : handle.adjusted(4, 2, -3, -2);
  box(painter, thumb, over ? t.muted : t.outline, QColor(), 2.5);
}

void progressBar(QPainter* painter, const QStyleOptionProgressBar* option) {
  const Theme& t = Theme::of(option->palette);
  const QRect track(option->rect.left(), option->rect.center().y() - 2, option->rect.width(), 5);
  box(painter, track, t.line, QColor(), 2.5);
  const int range = option->maximum - option->minimum;
  if (range <= 0) return;
  QRect done = track;
  done.setWidth(track.width() * (option->progress - option->minimum) / range);
  if (done.width() > 2) box(painter, done, t.accent, QColor(), 2.5);
}

}  // namespace

Style::Style() : QProxyStyle(QStringLiteral("Fusion")) { setObjectName(QStringLiteral("quantoscope")); }

void Style::drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                          const QWidget* widget) const {
  const Theme& t = Theme::of(option->palette);
  switch (element) {
    case PE_PanelButtonCommand: return button(painter, option, widget);
    case PE_PanelButtonTool:
      if (has(option, State_On) || has(option, State_Sunken) || has(option, State_MouseOver))
        button(painter, option, widget);
      return;
    case PE_FrameDefaultButton: return;
    case PE_PanelLineEdit: {
      const auto* frame = qstyleoption_cast<const QStyleOptionFrame*>(option);
      if (frame && frame->lineWidth > 0) lineEdit(painter, option, widget);
      return;
    }
    case PE_FrameLineEdit: return;
    case PE_IndicatorCheckBox:
    case PE_IndicatorItemViewItemCheck: return checkBox(painter, option);
    case PE_FrameFocusRect:
      // Cells of tables show their focus by the selected row; a ring in each would be noise.
      if (!qobject_cast<const QAbstractItemView*>(widget)) focusRing(painter, option->rect, t);
      return;
    case PE_Frame: return;
    case PE_FrameStatusBarItem: return;
    case PE_PanelScrollAreaCorner: painter->fillRect(option->rect, t.base); return;
    case PE_PanelMenuBar: return;
    case PE_FrameMenu:
    case PE_PanelTipLabel: break;
    case PE_IndicatorHeaderArrow: {
      const auto* header = qstyleoption_cast<const QStyleOptionHeader*>(option);
      if (!header || header->sortIndicator == QStyleOptionHeader::None) return;
      const bool up = header->sortIndicator == QStyleOptionHeader::SortUp;
      painter->save();
      if (up) painter->translate(option->rect.center() * 2 + QPoint(1, 1)), painter->rotate(180);
      arrow(painter, option->rect, "chevron-down", t.muted);
      painter->restore();
      return;
    }
    default: break;
  }
  QProxyStyle::drawPrimitive(element, option, painter, widget);
}

void Style::drawControl(ControlElement element, const QStyleOption* option, QPainter* painter,
                        const QWidget* widget) const {
  const Theme& t = Theme::of(option->palette);
  switch (element) {
    case CE_HeaderSection:
    case CE_HeaderEmptyArea: return headerSection(painter, option);
    case CE_ProgressBarContents: return;
    case CE_ProgressBarLabel: return;
    case CE_ProgressBarGroove:
      if (const auto* bar = qstyleoption_cast<const QStyleOptionProgressBar*>(option)) progressBar(painter, bar);
      return;
    case CE_Splitter: return;
    case CE_MenuBarItem:
      if (const auto* item = qstyleoption_cast<const QStyleOptionMenuItem*>(option)) {
        painter->fillRect(item->rect, t.window);
        if (has(item, State_Selected)) box(painter, item->rect.adjusted(2, 2, -2, -2), t.hover, QColor());
        const int mnemonic =
            styleHint(SH_UnderlineShortcut, item, widget, nullptr) ? Qt::TextShowMnemonic : Qt::TextHideMnemonic;
        return drawItemText(painter, item->rect, Qt::AlignCenter | mnemonic, item->palette, true, item->text,
                            QPalette::WindowText);
      }
      break;
    case CE_ItemViewItem:
      // A wash and the text's own colour instead of a block of accent: a selected row stays as legible as the others.
      if (const auto* item = qstyleoption_cast<const QStyleOptionViewItem*>(option)) {
        QStyleOptionViewItem soft(*item);
        soft.palette.setColor(QPalette::Highlight, t.accentSoft);
        soft.palette.setColor(QPalette::HighlightedText, t.text);
        return QProxyStyle::drawControl(element, &soft, painter, widget);
      }
      break;
    case CE_MenuBarEmptyArea: painter->fillRect(option->rect, t.window); return;
    case CE_PushButtonLabel:
      if (is(widget, "accent")) {
        QStyleOptionButton white(*qstyleoption_cast<const QStyleOptionButton*>(option));
        white.palette.setColor(QPalette::Active, QPalette::ButtonText, Qt::white);
        white.palette.setColor(QPalette::Inactive, QPalette::ButtonText, Qt::white);
        return QProxyStyle::drawControl(element, &white, painter, widget);
      }
      break;
    case CE_HeaderLabel:
      if (const auto* header = qstyleoption_cast<const QStyleOptionHeader*>(option)) {
        QStyleOptionHeader quiet(*header);
        quiet.palette.setColor(QPalette::ButtonText, t.muted);
        quiet.state &= ~(State_On | State_Sunken);
        return QProxyStyle::drawControl(element, &quiet, painter, widget);
      }
      break;
    default: break;
  }
  QProxyStyle::drawControl(element, option, painter, widget);
}

void Style::drawComplexControl(ComplexControl control, const QStyleOptionComplex* option, QPainter* painter,
                               const QWidget* widget) const {
  const Theme& t = Theme::of(option->palette);
  if (const auto* bar = qstyleoption_cast<const QStyleOptionSlider*>(option)) {
    if (control == CC_Slider) return slider(painter, bar, *this, widget);
    if (control == CC_ScrollBar) return scrollBar(painter, bar, *this, widget);
  }
  if (const auto* combo = qstyleoption_cast<const QStyleOptionComboBox*>(option); combo && control == CC_ComboBox) {
    if (combo->editable)
      lineEdit(painter, option, widget);
    else
      button(painter, option, widget);
    if (has(option, State_HasFocus) && !combo->editable) focusRing(painter, option->rect, t);
    const QRect at = subControlRect(CC_ComboBox, option, SC_ComboBoxArrow, widget);
    return arrow(painter, at, "chevron-down", has(option, State_Enabled) ? t.muted : t.disabled);
  }
  QProxyStyle::drawComplexControl(control, option, painter, widget);
}

QRect Style::subControlRect(ComplexControl control, const QStyleOptionComplex* option, SubControl sub,
                            const QWidget* widget) const {
  // A scroll bar is its groove: no arrow buttons.
  if (control == CC_ScrollBar) {
    if (sub == SC_ScrollBarAddLine || sub == SC_ScrollBarSubLine) return {};
    const auto* bar = qstyleoption_cast<const QStyleOptionSlider*>(option);
    const bool flat = bar->orientation == Qt::Horizontal;
    const int length = flat ? bar->rect.width() : bar->rect.height();
    const qint64 range = qint64(bar->maximum) - bar->minimum, whole = range + bar->pageStep;
    const int thumb =
        range > 0 ? std::max<int>(32, int(qint64(length) * bar->pageStep / std::max<qint64>(whole, 1))) : length;
    const int at =
        sliderPositionFromValue(bar->minimum, bar->maximum, bar->sliderPosition, length - thumb, bar->upsideDown);
    const auto along = [&](int from, int size) {
      return flat ? QRect(from, 0, size, bar->rect.height()) : QRect(0, from, bar->rect.width(), size);
    };
    if (sub == SC_ScrollBarGroove) return along(0, length);
    if (sub == SC_ScrollBarSlider) return along(at, thumb);
    if (sub == SC_ScrollBarSubPage) return along(0, at);
    if (sub == SC_ScrollBarAddPage) return along(at + thumb, length - at - thumb);
  }
  return QProxyStyle::subControlRect(control, option, sub, widget);
}

QSize Style::sizeFromContents(ContentsType type, const QStyleOption* option, const QSize& size,
                              const QWidget* widget) const {
  QSize s = QProxyStyle::sizeFromContents(type, option, size, widget);
  switch (type) {
    case CT_PushButton: return {std::max(s.width() + 8, 72), std::max(s.height(), 30)};
    case CT_LineEdit:
    case CT_ComboBox: return {s.width(), std::max(s.height(), 30)};
    case CT_ToolButton: return {std::max(s.width(), 28), std::max(s.height(), 28)};
    case CT_HeaderSection: return {s.width() + 8, std::max(s.height(), 32)};
    case CT_MenuBarItem: return {s.width() + 4, std::max(s.height(), 28)};
    case CT_MenuItem: return {s.width() + 16, s.height() < 12 ? s.height() : std::max(s.height(), 28)};
    default: return s;
  }
}

int Style::pixelMetric(PixelMetric metric, const QStyleOption* option, const QWidget* widget) const {
  switch (metric) {
    case PM_ScrollBarExtent: return scroll_width;
    case PM_ScrollBarSliderMin: return 32;
    case PM_ButtonShiftHorizontal:
    case PM_ButtonShiftVertical: return 0;
    case PM_IndicatorWidth:
    case PM_IndicatorHeight: return 16;
    case PM_LayoutLeftMargin:
    case PM_LayoutTopMargin:
    case PM_LayoutRightMargin:
    case PM_LayoutBottomMargin: return 2 * grid_px;
    case PM_LayoutHorizontalSpacing:
    case PM_LayoutVerticalSpacing: return grid_px;
    case PM_SliderLength: return 16;
    case PM_SliderThickness: return 24;
    case PM_SplitterWidth: return grid_px;
    case PM_HeaderMargin: return grid_px;
    case PM_FocusFrameHMargin:
      // Text of cells stands under the text of their header.
      if (qobject_cast<const QAbstractItemView*>(widget)) return grid_px - 1;
      return QProxyStyle::pixelMetric(metric, option, widget);
    case PM_MenuBarPanelWidth:
    case PM_MenuBarVMargin: return 0;
    case PM_ButtonIconSize:
    case PM_SmallIconSize: return 16;
    default: return QProxyStyle::pixelMetric(metric, option, widget);
  }
}

int Style::styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget,
                     QStyleHintReturn* result) const {
  switch (hint) {
    case SH_Slider_AbsoluteSetButtons: return Qt::LeftButton;  // a click goes to the place
    case SH_ScrollBar_LeftClickAbsolutePosition: return 1;
    case SH_EtchDisabledText: return 0;
    case SH_ItemView_ShowDecorationSelected: return 1;
    case SH_ToolTip_WakeUpDelay: return 400;
    case SH_ScrollView_FrameOnlyAroundContents: return 0;
    case SH_ComboBox_Popup: return 0;
    default: return QProxyStyle::styleHint(hint, option, widget, result);
  }
}

}  // namespace app
