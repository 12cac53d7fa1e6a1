#pragma once
// How a Qt chart looks in this program: thin axes, a few grid lines, no box, no gradient, no animation.

#include <QFont>
#include <QPen>

class QAbstractAxis;
class QChart;
class QPainter;
class QRectF;

namespace app {

struct Theme;

/// Background, margins, title and legend from the theme; repeat it when the palette changes.
void styleChart(QChart& chart, const Theme& theme, const QFont& font);
void styleAxis(QAbstractAxis& axis, const Theme& theme, const QFont& font, bool grid);

/// The dash of overlay `index`, 0 to 3: solid, dashed, dotted, dash-dotted. They differ without colour.
QPen layerPen(const Theme& theme, int index);
QColor layerColour(const Theme& theme, int index);

/// Two pixels in the highlight colour around what has the keyboard.
void paintFocusRing(QPainter& painter, const QRectF& around, const Theme& theme);

}  // namespace app
