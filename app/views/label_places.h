#pragma once
// Names beside the dots of a chart: each to the right of its dot where there is room, else around it, never over
// another.

#include <QList>
#include <QRectF>
#include <optional>

namespace app {

struct LabelWish {
  QPointF dot;
  QSizeF size;        ///< of the text
  double radius = 6;  ///< of the dot, with its margin
  bool must = false;  ///< shown even where it covers something; placed before the others
};

/// Where each label goes; nothing for one that finds no free place inside `plot`. `taken`: what no label may cover; the
/// dots are added by themselves.
QList<std::optional<QRectF>> placeLabels(const QRectF& plot, const QList<LabelWish>& wishes, QList<QRectF> taken = {});

}  // namespace app
