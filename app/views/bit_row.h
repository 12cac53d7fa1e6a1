#pragma once
// One number in one format: its bits as cells that a click flips, in the colours and letters of sign, exponent,
// mantissa.

#include <QWidget>

#include "core/tensor/bit_layout.h"

namespace app {

class BitRow final : public QWidget {
  Q_OBJECT
 public:
  explicit BitRow(const quant::BitFormat& format, QWidget* parent = nullptr);

  void show(const quant::BitLayout& layout);
  const quant::BitFormat& format() const { return format_; }
  const quant::BitLayout& layout() const { return layout_; }
  /// The row that the others follow.
  void setSource(bool source);
  /// "Wide" formats decide the width of a cell: all rows of one lab use the same numbers.
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override { return sizeHint(); }
  QRect cell(int bit) const;  ///< from the left, in widget coordinates

 Q_SIGNALS:
  void edited(const QString& bits);
  void focused();

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void focusInEvent(QFocusEvent* event) override;
  bool event(QEvent* event) override;

 private:
  int bitAt(const QPoint& at) const;
  int fieldOf(int bit) const;  ///< 0 sign, 1 exponent, 2 mantissa or the integer's digits
  void set(int bit, char value);
  void describe();
  void paintBits(QPainter* painter) const;

  const quant::BitFormat& format_;
  quant::BitLayout layout_;
  bool source_ = false;
  int cursor_ = 0;
  char brush_ = '0';
};

}  // namespace app
