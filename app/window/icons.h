#pragma once
// Icons: SVG files in resources/icons, drawn in the colour they are asked for.

#include <QColor>
#include <QIcon>
#include <QString>

namespace app {

/// The icon `name` (without ".svg") in one colour, sharp at every size and scale. Unknown names give an empty icon.
QIcon icon(const QString& name, const QColor& color);
QPixmap iconPixmap(const QString& name, const QColor& color, int size, qreal ratio);

}  // namespace app
