#pragma once
// A large button with an icon, a title and a sentence.

#include <QAbstractButton>

namespace app {

class Card final : public QAbstractButton {
  Q_OBJECT
 public:
  Card(const QString& icon, const QString& title, const QString& sentence, QWidget* parent = nullptr);
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;
  bool hasHeightForWidth() const override { return true; }
  int heightForWidth(int width) const override;

 protected:
  void paintEvent(QPaintEvent* event) override;
  void enterEvent(QEnterEvent* event) override;
  void leaveEvent(QEvent* event) override;

 private:
  QFont titleFont() const;
  QString icon_, sentence_;
};

}  // namespace app
