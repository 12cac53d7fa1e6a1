#pragma once
// What stands on a page that has nothing to show yet: what will stand there, and the one button that brings it.

#include <QWidget>

class QLabel;
class QPushButton;

namespace app {

class EmptyState final : public QWidget {
  Q_OBJECT
 public:
  explicit EmptyState(const QString& icon, QWidget* parent = nullptr);
  /// `act` empty: no button.
  void say(const QString& title, const QString& text, const QString& act = {});
  QPushButton* button() const { return act_; }

 Q_SIGNALS:
  void acted();

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void recolour();
  QString icon_name_;
  QLabel* icon_;
  QLabel* title_;
  QLabel* text_;
  QPushButton* act_;
};

}  // namespace app
