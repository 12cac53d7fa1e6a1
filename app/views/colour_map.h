#pragma once
// Colour maps as 256-entry tables, computed from published formulas; and the patterns that stand outside every map.

#include <QBrush>
#include <QColor>
#include <array>
#include <span>

namespace app {

using ColourTable = std::array<QRgb, 256>;

/// Sequential, for magnitudes: cividis by the degree-5 polynomials of d3-scale-chromatic (Nuñez, Anderton, Renslow
/// 2018). Lightness rises monotonically, also for red-, green- and blue-blind eyes.
const ColourTable& cividis();

/// Diverging, for signed values: blue below zero, orange above, from OKLCh (Ottosson 2020). Entry 128 is exactly zero;
/// zero is near the window's own lightness in either theme, so that what is far from zero stands out.
const ColourTable& diverging(bool dark);

enum class ColourKind { sequential, diverging };

/// Values → colours between fixed limits. Diverging: the limits are ±hi and zero is always the middle.
class ColourScale {
 public:
  ColourScale() = default;
  ColourScale(ColourKind kind, double lo, double hi, bool dark);

  ColourKind kind() const { return kind_; }
  double lo() const { return lo_; }
  double hi() const { return hi_; }
  /// Beyond the limits: the end colours. Must not be asked for NaN.
  QRgb colour(double value) const { return (*table_)[index(value)]; }
  /// Colours of a row of cells; NaN and Inf become `special`, transparent by default.
  void colour(std::span<const float> cells, QRgb* out, QRgb special = 0) const;

 private:
  std::size_t index(double value) const;

  ColourKind kind_ = ColourKind::sequential;
  double lo_ = 0, hi_ = 1;
  double offset_ = 0, factor_ = 255;  // index = value * factor + offset
  const ColourTable* table_ = &cividis();
};

inline constexpr QRgb nan_colour = 0xffd0409f;  ///< magenta: in no map
QBrush nanBrush();                              ///< magenta hatch: NaN and ±Inf
QBrush pendingBrush(bool dark);                 ///< grey checker: not read yet
QBrush unmeasuredBrush(const QColor& ink);      ///< thin hatch: not measured

/// Black or white, whichever reads better on `background`.
QColor inkOn(QRgb background);
/// Contrast ratio of WCAG 2, 1 to 21.
double contrast(const QColor& a, const QColor& b);

}  // namespace app
