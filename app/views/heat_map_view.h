#pragma once
// A matrix as colours: the whole of it reduced to cells, its elements when zoomed in, numbers when there is room.
// Wheel zooms at the pointer, drag pans, a click chooses an element, arrows move it, 0 shows the whole.

#include <QImage>
#include <QWidget>
#include <cstdint>
#include <memory>
#include <optional>

#include "app/views/colour_map.h"
#include "core/backend/analysis.h"

namespace app {

struct Theme;

/// What a map shows. Grids may be null: then the area is a checker and `note` says why.
struct HeatMapPicture {
  std::uint64_t rows = 0, cols = 0;                ///< elements
  std::shared_ptr<const quant::MapGrid> overview;  ///< at least one pixel a cell when all is visible
  std::shared_ptr<const quant::MapGrid> elements;  ///< blocks of 1 × 1
  ColourScale colours;
  bool magnitudes = false;  ///< colours go by |value|, as the reduction does
  QString reduction;        ///< "largest of", "mean of": what an overview cell is
  QString quantity;         ///< "error ŵ − w"
  QString note;
};

class HeatMapView final : public QWidget {
  Q_OBJECT
 public:
  explicit HeatMapView(QWidget* parent = nullptr);

  void show(HeatMapPicture picture, bool keep_view);
  const HeatMapPicture& picture() const { return picture_; }
  void setCurrent(std::uint64_t row, std::uint64_t col);

  /// Cells that an overview may have so that none is smaller than a pixel.
  QSize overviewCells() const;
  /// Zoomed in so far that the overview's cells are larger than the elements they hold.
  bool wantsElements() const;

  double pixelsPerElement() const;  ///< along the less magnified side
  void zoomAt(double factor, QPointF point);
  void fit();
  void zoomTo(double pixels_per_element);  ///< keeps the current element in view
  void reveal(std::uint64_t row, std::uint64_t col);
  bool fitted() const { return zoom_ <= 0; }

  QRectF mapArea() const;
  /// The element under a point of the widget.
  std::optional<std::pair<std::uint64_t, std::uint64_t>> elementAt(QPointF point) const;
  QString readOut(std::uint64_t row, std::uint64_t col) const;

  QSize sizeHint() const override { return {720, 520}; }
  QSize minimumSizeHint() const override { return {320, 240}; }

 Q_SIGNALS:
  void elementClicked(quint64 row, quint64 col);
  void readOutChanged(const QString& text);
  void viewChanged();  ///< zoom, position or size

 protected:
  void paintEvent(QPaintEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  double pixelsX() const;
  double pixelsY() const;
  double fitX() const;
  double fitY() const;
  QRectF frame() const;  ///< where the map may be
  void clampOrigin();
  const quant::MapGrid* level() const;
  float cell(const quant::MapGrid& grid, std::uint64_t row, std::uint64_t col) const;
  QRectF elementRect(std::uint64_t row, std::uint64_t col) const;
  void paintCells(QPainter& painter, const QRectF& area);
  void paintNumbers(QPainter& painter, const QRectF& area) const;
  void paintStrips(QPainter& painter, const QRectF& area) const;
  void paintTicks(QPainter& painter, const QRectF& area) const;
  void paintCurrent(QPainter& painter, const QRectF& area) const;
  void paintMinimap(QPainter& painter, const QRectF& area);
  void prepare(const quant::MapGrid& grid, const QRect& cells);
  void announce(std::optional<std::pair<std::uint64_t, std::uint64_t>> at);

  HeatMapPicture picture_;
  double zoom_ = 0;            // pixels per element; 0 = all visible
  double left_ = 0, top_ = 0;  // first visible element
  std::uint64_t row_ = 0, col_ = 0;
  std::optional<std::pair<std::uint64_t, std::uint64_t>> hover_;
  QImage window_;  // colours of the visible cells
  QRect window_cells_;
  const quant::MapGrid* window_of_ = nullptr;
  QImage whole_;  // the overview, for the minimap
  bool pressed_ = false, dragged_ = false;
  QPointF press_;
  double press_left_ = 0, press_top_ = 0;
};

}  // namespace app
