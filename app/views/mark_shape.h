#pragma once
// The shapes that tell series apart without colour: chart and table draw the same ones.

#include <QIcon>
#include <QPainterPath>

namespace app {

struct Theme;

/// How a series looks: which shape, which colour of the theme's series.
struct MarkLook {
  int shape = 0, colour = 0;
  friend bool operator==(const MarkLook&, const MarkLook&) = default;
};

/// The look of the n-th series: shapes differ first, then colours.
MarkLook markLook(int n);
/// A shape around the origin whose area is that of a circle of this radius.
QPainterPath markPath(int shape, double radius);
QColor markColour(const MarkLook& look, const Theme& theme);
/// For a list or a table. `hollow`: what is dimmed.
QIcon markIcon(const MarkLook& look, const Theme& theme, bool hollow, qreal ratio);

}  // namespace app
