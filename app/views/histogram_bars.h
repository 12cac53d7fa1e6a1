#pragma once
// The bars and marks of a histogram as one graphics item over the plot area of a chart: one filled rectangle per pixel
// column. Qt's own bar and area series take seconds for jagged data.

#include <QFont>
#include <QGraphicsItem>
#include <vector>

#include "app/views/histogram_picture.h"

namespace app {

struct Theme;

class HistogramBars final : public QGraphicsItem {
 public:
  explicit HistogramBars(QGraphicsItem* parent) : QGraphicsItem(parent) {}

  /// A frame is what a view shows now: everything in positions, ready to draw.
  struct Frame {
    std::vector<double> edges;            ///< positions along x
    std::vector<double> total, clipping;  ///< positions along y; clipping may be empty
    double x_lo = 0, x_hi = 1, y_lo = 0, y_hi = 1;
    struct Mark {
      double at = 0;
      HistogramMark mark;
    };
    std::vector<Mark> marks;
    struct Label {
      QString text;
      int pen = 0;
      bool filled = false;
    };
    std::vector<Label> labels;  ///< of the layers, drawn at the top right when there are several
    QString corner;             ///< top left: what is still under way
    QString below, above;       ///< how many elements lie outside, at the ends
    QString note;               ///< in the middle: why there are no bars
    int cursor = -1;            ///< bin under the read-out
  };

  void show(Frame frame);
  void setLook(const Theme& theme, const QFont& font);
  void setPlotArea(const QRectF& area);

  QRectF boundingRect() const override { return area_; }
  void paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget* widget) override;

 private:
  double x(double position) const;
  double y(double position) const;
  void paintBars(QPainter& painter) const;
  void paintCursor(QPainter& painter) const;
  void paintMarks(QPainter& painter) const;
  void paintLevels(QPainter& painter) const;
  void paintFlag(QPainter& painter, const Frame::Mark& mark, double top) const;
  void paintLabels(QPainter& painter) const;
  QRectF legend() const;

  Frame frame_;
  QRectF area_;
  QFont font_;
  const Theme* theme_ = nullptr;
};

}  // namespace app
