#pragma once
// Names with bars, the longest first: the tensors that lose most.

#include <QString>
#include <QWidget>
#include <vector>

namespace app {

struct RankedBar {
  QString name, text;
  double length = 0;  ///< 0 … 1
  double shade = 0;   ///< colour, as in the map beside it
  int tensor = -1;
};

class RankedBars final : public QWidget {
  Q_OBJECT
 public:
  explicit RankedBars(QWidget* parent = nullptr);
  void show(std::vector<RankedBar> bars);
  void setCurrent(int tensor);
  const std::vector<RankedBar>& bars() const { return bars_; }
  QSize sizeHint() const override { return {300, 420}; }
  QSize minimumSizeHint() const override { return {180, 120}; }

 Q_SIGNALS:
  void tensorClicked(int tensor);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  double line() const;
  std::vector<RankedBar> bars_;
  int current_ = -1;
};

}  // namespace app
