#pragma once
// The page rail: one entry a page, in groups, icons with labels.

#include <QAbstractButton>
#include <QHash>
#include <QWidget>

class QLabel;

namespace app {

/// One entry: an icon and a word, a bar of accent at its left edge when it is the current page.
class RailButton final : public QAbstractButton {
  Q_OBJECT
 public:
  RailButton(const QString& icon, QWidget* parent);
  QSize sizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;
  void enterEvent(QEnterEvent* event) override;
  void leaveEvent(QEvent* event) override;

 private:
  QString icon_;
};

class Rail final : public QWidget {
  Q_OBJECT
 public:
  explicit Rail(QWidget* parent = nullptr);
  void setCurrent(const QString& page);

 Q_SIGNALS:
  void chosen(const QString& page);

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void retranslate();
  QHash<QString, RailButton*> buttons_;
  QList<QLabel*> titles_;
};

}  // namespace app
