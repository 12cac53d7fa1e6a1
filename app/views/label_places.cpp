#include "app/views/label_places.h"

#include <algorithm>
#include <array>

namespace app {
namespace {

/// Offsets from the dot to the label's top left corner, the best place first.
std::array<QPointF, 8> places(const LabelWish& wish) {
  const double r = wish.radius + 3, w = wish.size.width(), h = wish.size.height();
  return {QPointF(r, -h / 2),      QPointF(r, -h - 2), QPointF(r, 2),      QPointF(-r - w, -h / 2),
          QPointF(-w / 2, -h - r), QPointF(-w / 2, r), QPointF(-r - w, 2), QPointF(-r - w, -h - 2)};
}

}  // namespace

QList<std::optional<QRectF>> placeLabels(const QRectF& plot, const QList<LabelWish>& wishes, QList<QRectF> taken) {
  for (const LabelWish& wish : wishes) {
    const QPointF r(wish.radius, wish.radius);
    taken << QRectF(wish.dot - r, wish.dot + r);
  }
  QList<std::optional<QRectF>> found(wishes.size());
  for (const bool must : {true, false})
    for (qsizetype i = 0; i < wishes.size(); ++i) {
      if (wishes[i].must != must) continue;
      for (const QPointF& offset : places(wishes[i])) {
        const QRectF at(wishes[i].dot + offset, wishes[i].size);
        if (!plot.contains(at) ||
            std::any_of(taken.begin(), taken.end(), [&](const QRectF& r) { return r.intersects(at); }))
          continue;
        found[i] = at;
        break;
      }
      if (!found[i] && must) found[i] = QRectF(wishes[i].dot + places(wishes[i]).front(), wishes[i].size);
      if (found[i]) taken << *found[i];
    }
  return found;
}

}  // namespace app
