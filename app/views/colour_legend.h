#pragma once
// The colours of a map with numbers: a bar, ticks, and a triangle at an end where values lie beyond it.

#include <QList>
#include <QString>
#include <QWidget>

#include "app/views/colour_map.h"

namespace app {

struct LegendTick {
  double at = 0;  ///< share of the bar, 0 to 1
  QString text;
};

class ColourLegend final : public QWidget {
  Q_OBJECT
 public:
  explicit ColourLegend(QWidget* parent = nullptr);

  struct Content {
    ColourKind kind = ColourKind::sequential;
    bool reversed = false;  ///< the table's end stands at the left
    QList<LegendTick> ticks;
    QString title;                      ///< quantity, unit, reduction
    bool below = false, above = false;  ///< values lie beyond the ends
    QString special;                    ///< name of a hatched state, empty = none: "not measured"
  };
  void show(Content content);
  const Content& content() const { return content_; }
  /// Ticks of plain limits, at most `most`.
  static QList<LegendTick> ticksOf(const ColourScale& scale, int most = 6);

  QSize sizeHint() const override;
  QSize minimumSizeHint() const override { return {200, sizeHint().height()}; }

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  Content content_;
};

}  // namespace app
