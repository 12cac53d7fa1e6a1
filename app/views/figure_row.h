#pragma once
// Figures in columns: a small caption above each number; as many rows as the width asks for, two at most.

#include <QString>
#include <QWidget>
#include <vector>

namespace app {

struct Figure {
  QString caption, value;
  QString help;  ///< tooltip: what the figure is, with its formula
};

class FigureRow final : public QWidget {
  Q_OBJECT
 public:
  explicit FigureRow(QWidget* parent = nullptr);
  void show(std::vector<Figure> figures);
  const std::vector<Figure>& figures() const { return figures_; }

  QSize sizeHint() const override;
  QSize minimumSizeHint() const override { return {160, sizeHint().height()}; }

 protected:
  void paintEvent(QPaintEvent* event) override;
  bool event(QEvent* event) override;

 private:
  std::size_t columns() const;
  double cell() const;
  double line() const;
  std::vector<Figure> figures_;
};

}  // namespace app
