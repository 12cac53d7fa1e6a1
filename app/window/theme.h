#pragma once
// The one home of colours and fonts. Pages and views take every colour from here, never from a literal.

#include <QColor>
#include <QFont>
#include <QPalette>
#include <QString>
#include <array>

class QApplication;
class QWidget;

namespace app {

enum class ThemeKind { light, dark };

/// All colours of the window. Text pairs reach 4.5 : 1, lines and markers 3 : 1 (tests/app/tst_theme.cpp).
struct Theme {
  ThemeKind kind = ThemeKind::light;
  QColor window;                    ///< bars, rail, panels
  QColor base;                      ///< behind a page, a table, a chart
  QColor raised;                    ///< buttons, chips, cards at rest
  QColor hover;                     ///< the same under the pointer
  QColor text;                      ///< what is read
  QColor muted;                     ///< captions, units, axis labels
  QColor disabled;                  ///< what cannot be used now
  QColor line;                      ///< separators, card edges
  QColor outline;                   ///< edges of controls
  QColor grid;                      ///< grid lines of charts
  QColor accent;                    ///< selection, the main button; white text stands on it
  QColor accentSoft;                ///< a wash of it behind a selected row or rail entry
  QColor link;                      ///< accent as text or as a line
  std::array<QColor, 4> series;     ///< Okabe–Ito, those that reach 3 : 1 here
  QColor rounding, clipping;        ///< the two parts of an error
  QColor sign, exponent, mantissa;  ///< the three fields of a float
  QColor good, warning, bad;        ///< states, always beside a word or an icon
  QColor invalid;                   ///< NaN, Inf and refused cells: outside every colour map

  bool isDark() const { return kind == ThemeKind::dark; }

  /// The colours of a theme.
  static const Theme& of(ThemeKind kind);
  /// The theme that made a palette; the lightness of its window tells.
  static const Theme& of(const QPalette& palette);
  static const Theme& of(const QWidget* widget);
};

/// Every role of every group, so that nothing is left to the platform.
QPalette paletteOf(const Theme& theme);

/// Sets style, palette and font of the whole program. `language`: "en", "zh_TW".
void applyTheme(QApplication& application, ThemeKind kind, const QString& language);

/// The wish of the platform's own palette at start.
ThemeKind systemTheme(const QPalette& palette);

QFont textFont(const QString& language);
/// For bits, codes and paths. Sizes follow `text`.
QFont monoFont(const QFont& text);
/// `text` scaled: headings 1.6, captions 0.9.
QFont scaled(const QFont& text, double factor, QFont::Weight weight = QFont::Normal);

/// The 8-px grid.
inline constexpr int grid_px = 8;

}  // namespace app
