#pragma once
// One line of figures under a chart's title: what the pointer or the arrow keys stand on, else a hint.

#include <QWidget>

namespace app {

/// Never widens its chart: what does not fit is elided and stands in the tooltip. Figures are tabular, the hint is
/// faint.
class ReadOutLine final : public QWidget {
  Q_OBJECT
 public:
  explicit ReadOutLine(QWidget* parent = nullptr);
  void setText(const QString& text);
  void setHint(const QString& hint);
  const QString& text() const { return text_; }

  QSize sizeHint() const override;
  QSize minimumSizeHint() const override { return {60, sizeHint().height()}; }

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  QString text_, hint_;
};

}  // namespace app
