#pragma once
// Layers × roles, one coloured cell each: the sensitivity map. Hatched: not measured. Dot: there is no such tensor.

#include <QStringList>
#include <QWidget>
#include <optional>
#include <vector>

#include "app/views/colour_map.h"

namespace app {

struct SensitivityCell {
  enum State { absent, unmeasured, refused, measured };
  State state = absent;
  int tensor = -1;     ///< the worst of the cell; what a click selects
  int tensors = 0;     ///< how many it stands for
  double value = 0;    ///< of the worst
  double shade = 0;    ///< 0 … 1, 1 = most damage
  QString name, text;  ///< of the tensor; of the value, with its unit
  QString label;       ///< in the cell, where there is room
};

struct SensitivityPicture {
  QStringList rows, columns;
  std::vector<SensitivityCell> cells;  ///< rows × columns
  const SensitivityCell* at(int row, int column) const;
};

/// How values become shades; higher shade = more damage.
enum class ShadeKind { rank, log, linear };
void shade(std::vector<SensitivityCell>& cells, ShadeKind kind, bool higher_is_better);

class SensitivityGrid final : public QWidget {
  Q_OBJECT
 public:
  explicit SensitivityGrid(QWidget* parent = nullptr);
  void show(SensitivityPicture picture);
  void setCurrent(int tensor);
  const SensitivityPicture& picture() const { return picture_; }
  QRectF cellRect(int row, int column) const;

  QSize sizeHint() const override { return {620, 420}; }
  QSize minimumSizeHint() const override { return {280, 160}; }

 Q_SIGNALS:
  void tensorClicked(int tensor);
  void readOutChanged(const QString& text);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  double rowTitleWidth() const;
  std::optional<QPoint> cellAt(QPointF point) const;
  void setCursorCell(std::optional<QPoint> cell);
  QString readOut(QPoint cell) const;
  void paintCell(QPainter& painter, const QRectF& box, const SensitivityCell& cell) const;
  void paintTitles(QPainter& painter) const;

  SensitivityPicture picture_;
  int current_ = -1;
  std::optional<QPoint> cursor_;  // x = column, y = row
};

}  // namespace app
