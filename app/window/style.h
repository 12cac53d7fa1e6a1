#pragma once
// Fusion with quiet shapes: flat controls on an 8-px grid, one accent, thin scroll bars, no nested frames.

#include <QProxyStyle>

namespace app {

/// Dynamic properties that a widget may carry:
///   "accent" (bool)  a push button that is the main act of its page
///   "quiet"  (bool)  a push or tool button without an edge until the pointer is over it
class Style final : public QProxyStyle {
  Q_OBJECT
 public:
  Style();

  void drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                     const QWidget* widget) const override;
  void drawControl(ControlElement element, const QStyleOption* option, QPainter* painter,
                   const QWidget* widget) const override;
  void drawComplexControl(ComplexControl control, const QStyleOptionComplex* option, QPainter* painter,
                          const QWidget* widget) const override;
  QRect subControlRect(ComplexControl control, const QStyleOptionComplex* option, SubControl sub,
                       const QWidget* widget) const override;
  QSize sizeFromContents(ContentsType type, const QStyleOption* option, const QSize& size,
                         const QWidget* widget) const override;
  int pixelMetric(PixelMetric metric, const QStyleOption* option, const QWidget* widget) const override;
  int styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget,
                QStyleHintReturn* result) const override;
};

}  // namespace app
