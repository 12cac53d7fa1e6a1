#pragma once
// Marks, boxes and names of the comparison chart as one graphics item over the plot area.

#include <QFont>
#include <QGraphicsItem>
#include <QPen>
#include <QString>
#include <optional>
#include <vector>

#include "app/views/mark_shape.h"
#include "core/sensitivity/comparison.h"

namespace app {

struct Theme;

/// One scheme on the chart.
struct CompareMark {
  QString scheme, label;
  QString read_out;  ///< its figures in a line
  double bits = 0, db = 0;
  bool exact = false;                   ///< no error at all: stands at the upper edge
  std::optional<quant::Spread> spread;  ///< of several tensors: box and whiskers
  bool dominated = false, current = false;
  MarkLook look;
};

class CompareMarks final : public QGraphicsItem {
 public:
  explicit CompareMarks(QGraphicsItem* parent) : QGraphicsItem(parent) {}

  /// Everything in positions, ready to draw.
  struct Frame {
    struct Dot {
      QPointF at;
      double least = 0, lower = 0, upper = 0, most = 0;  ///< along y, where box
      bool box = false, dominated = false, current = false;
      MarkLook look;
      QString label;
      std::optional<QRectF> label_at;
    };
    struct LineName {
      QString text;
      QPen pen;
    };
    std::vector<Dot> dots;
    std::vector<LineName> legend;  ///< of the lines: at the lower right, where more bits never mean more error
    int pointed = -1;
    QString note;
  };

  void show(Frame frame);
  const Frame& frame() const { return frame_; }
  void setLook(const Theme& theme, const QFont& font);
  void setPlotArea(const QRectF& area);
  QFont labelFont(bool current) const;
  QRectF legendArea(const std::vector<Frame::LineName>& legend) const;

  QRectF boundingRect() const override { return area_; }
  void paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget* widget) override;

 private:
  void paintLegend(QPainter& painter) const;
  void label(QPainter& painter, const QRectF& at, const QString& text) const;
  QFont legendFont() const;
  void paintBox(QPainter& painter, const Frame::Dot& dot) const;
  void paintDot(QPainter& painter, const Frame::Dot& dot, bool pointed) const;
  Frame frame_;
  QRectF area_;
  QFont font_;
  const Theme* theme_ = nullptr;
};

}  // namespace app
