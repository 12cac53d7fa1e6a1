#pragma once
// Signal to noise against real bits per weight: one mark a scheme with its name beside it, and the lines of theory.

#include <QList>
#include <QWidget>
#include <memory>
#include <optional>
#include <vector>

#include "app/views/compare_marks.h"
#include "core/stats/theory.h"

class QChart;
class QChartView;
class QLineSeries;
class QValueAxis;

namespace app {

/// What stands on the chart.
struct ComparePicture {
  struct Line {
    const quant::TheoryLine* line = nullptr;
    QString title;
  };
  std::vector<CompareMark> marks;
  std::vector<Line> lines;
  QString note;  ///< in the middle: why there is no mark
};

/// Wheel zooms at the pointer, drag pans, a double click or 0 shows all again. Arrow keys walk the marks from small to
/// large, Enter takes one.
class CompareView final : public QWidget {
  Q_OBJECT
 public:
  explicit CompareView(QWidget* parent = nullptr);
  ~CompareView() override;
  /// `keep_zoom`: the same comparison with more marks; the visible part stays where it was zoomed.
  void show(ComparePicture picture, bool keep_zoom);
  const ComparePicture& picture() const { return picture_; }
  bool zoomed() const { return zoomed_; }
  void resetZoom();
  /// Where a mark stands, in widget coordinates; nothing where it lies outside of the visible part.
  std::optional<QPoint> markAt(const QString& scheme) const;
  QString nameOfPointed() const;
  QSize sizeHint() const override { return {640, 360}; }
  QSize minimumSizeHint() const override { return {280, 170}; }

 Q_SIGNALS:
  void schemeClicked(const QString& scheme);
  void readOutChanged(const QString& text);

 protected:
  void changeEvent(QEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void focusInEvent(QFocusEvent* event) override;
  void focusOutEvent(QFocusEvent* event) override;
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;

 private:
  void restyle();
  void fit();
  void setArea(const QRectF& area);
  void drawLines();
  void arrange();
  CompareMarks::Frame::Dot dotOf(const CompareMark& mark, const QRectF& plot) const;
  void point(int mark);
  void readOut(const QPointF& scene);
  int nearest(const QPointF& scene) const;
  QPointF position(double bits, double db) const;
  bool mouse(QEvent* event);

  ComparePicture picture_;
  QRectF whole_, visible_;  ///< x: bits, y: dB, bottom = the highest dB
  bool zoomed_ = false;
  int pointed_ = -1;
  std::optional<QPointF> pressed_;
  bool dragged_ = false;
  QChart* chart_;
  QChartView* view_;
  QValueAxis *bits_, *db_;
  QList<QLineSeries*> lines_;
  CompareMarks* marks_;
};

}  // namespace app
