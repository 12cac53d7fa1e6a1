#include "app/views/mark_shape.h"

#include <QPainter>
#include <QPixmap>
#include <QPolygonF>
#include <cmath>
#include <numbers>

#include "app/window/theme.h"

namespace app {
namespace {

constexpr int shapes = 8, colours = 4;

/// A polygon of n corners, the first one up; with `inner` below 1 a star.
QPolygonF polygon(int n, double radius, double turn, double inner = 1) {
  QPolygonF p;
  const int corners = inner < 1 ? 2 * n : n;
  for (int i = 0; i < corners; ++i) {
    const double a = turn + 2 * std::numbers::pi * i / corners, r = inner < 1 && i % 2 == 1 ? radius * inner : radius;
    p << QPointF(r * std::sin(a), -r * std::cos(a));
  }
  p << p.front();
  return p;
}

QPolygonF plus(double radius) {
  const double a = radius * 0.42, b = radius;
  return {{{-a, -b},
           {a, -b},
           {a, -a},
           {b, -a},
           {b, a},
           {a, a},
           {a, b},
           {-a, b},
           {-a, a},
           {-b, a},
           {-b, -a},
           {-a, -a},
           {-a, -b}}};
}

}  // namespace

MarkLook markLook(int n) { return {n % shapes, (n + n / shapes) % colours}; }

QPainterPath markPath(int shape, double r) {
  constexpr double pi = std::numbers::pi;
  QPainterPath path;
  switch (shape % shapes) {
    case 0: path.addEllipse(QPointF(), r, r); break;
    case 1: path.addPolygon(polygon(4, r * 1.28, 0)); break;       // diamond
    case 2: path.addPolygon(polygon(3, r * 1.45, 0)); break;       // triangle
    case 3: path.addPolygon(polygon(4, r * 1.28, pi / 4)); break;  // square
    case 4: path.addPolygon(polygon(3, r * 1.45, pi)); break;      // triangle, downwards
    case 5: path.addPolygon(polygon(5, r * 1.5, 0, 0.5)); break;   // star
    case 6: path.addPolygon(plus(r * 1.15)); break;
    default: path.addPolygon(polygon(6, r * 1.12, pi / 6)); break;  // hexagon
  }
  return path;
}

QColor markColour(const MarkLook& look, const Theme& theme) { return theme.series[std::size_t(look.colour)]; }

QIcon markIcon(const MarkLook& look, const Theme& theme, bool hollow, qreal ratio) {
  constexpr int side = 16;
  QPixmap map(QSize(side, side) * ratio);
  map.setDevicePixelRatio(ratio);
  map.fill(Qt::transparent);
  QPainter painter(&map);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.translate(side / 2.0, side / 2.0);
  const QColor colour = markColour(look, theme);
  painter.setPen(QPen(colour, 1.3));
  painter.setBrush(hollow ? QBrush(Qt::NoBrush) : QBrush(colour));
  painter.drawPath(markPath(look.shape, 4.6));
  return QIcon(map);
}

}  // namespace app
