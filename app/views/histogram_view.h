#pragma once
// A histogram: axes by Qt Charts, bars by HistogramBars, overlays as step lines. Wheel zooms at the pointer, drag pans,
// double click or 0 resets, arrow keys walk the bins. Computes nothing but pixels.

#include <QChartView>
#include <QTimer>
#include <vector>

#include "app/views/histogram_bars.h"
#include "app/views/histogram_picture.h"

class QCategoryAxis;
class QLineSeries;

namespace app {

struct Theme;

class HistogramView final : public QChartView {
  Q_OBJECT
 public:
  explicit HistogramView(QWidget* parent = nullptr);

  /// Shows new data. The zoom stays where `keep_zoom` says that it is the same thing, counted anew.
  void show(HistogramPicture picture, bool keep_zoom = false);
  const HistogramPicture& picture() const { return picture_; }

  void setAxis(const AxisScale& x);
  void setCounts(CountKind kind);
  const AxisScale& axis() const { return x_; }
  CountKind counts() const { return counts_; }

  double visibleLow() const { return x_.value(lo_); }
  double visibleHigh() const { return x_.value(hi_); }
  bool zoomed() const;
  void zoom(double factor, double at_position);  ///< factor < 1: closer
  void resetZoom();

  int cursor() const { return cursor_; }
  void setCursorBin(int bin);  ///< −1: none
  /// Bin edges, count and share under the cursor, or the whole where there is none.
  QString readOut() const;

  QSize sizeHint() const override { return {560, 360}; }
  QSize minimumSizeHint() const override { return {240, 160}; }

 Q_SIGNALS:
  void readOutChanged(const QString& text);
  /// The visible range changed and has been still for a moment: time to count it exactly.
  void rangeSettled(double lo, double hi);

 protected:
  void wheelEvent(QWheelEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void changeEvent(QEvent* event) override;
  void focusInEvent(QFocusEvent* event) override;
  void focusOutEvent(QFocusEvent* event) override;

 private:
  struct Shape {  // a layer in positions
    std::vector<double> edges, total, clipping;
  };
  void restyle();
  void reshape();
  void refresh();
  void placeAxes();
  void placeOutlines();
  HistogramBars::Frame frame() const;
  void beyond(HistogramBars::Frame& frame) const;
  double peak() const;
  double heightPosition(double height) const;
  void setRange(double lo, double hi);
  double positionAt(double view_x) const;
  int binAt(double position) const;
  QString binText(std::size_t bin) const;
  QString countTitle() const;

  HistogramPicture picture_;
  AxisScale x_;
  CountKind counts_ = CountKind::linear;
  std::vector<Shape> shapes_;
  double full_lo_ = 0, full_hi_ = 1, lo_ = 0, hi_ = 1;  // positions
  double y_hi_ = 1;
  int cursor_ = -1;
  bool dragging_ = false;
  double drag_from_ = 0, drag_lo_ = 0, drag_hi_ = 0;
  QTimer settled_;
  const Theme* theme_ = nullptr;

  QCategoryAxis* x_axis_;
  QCategoryAxis* y_axis_;
  QLineSeries* anchor_;  // gives the axes something to hold on to
  std::vector<QLineSeries*> outlines_;
  HistogramBars* bars_;
};

}  // namespace app
