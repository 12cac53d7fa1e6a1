#pragma once
// Messages inside the window: what, where, why, what to do. Never a box that blocks.

#include <QWidget>
#include <functional>

#include "core/base/result.h"

class QLabel;
class QPushButton;

namespace app {

class MessageBar final : public QWidget {
  Q_OBJECT
 public:
  explicit MessageBar(QWidget* parent = nullptr);

  void showError(const quant::Error& error);
  /// A notice with one act to choose; `act` empty: none.
  void showNotice(const QString& title, const QString& body, const QString& act = {}, std::function<void()> run = {});
  QString text() const;  ///< what is shown; empty when hidden

 protected:
  void paintEvent(QPaintEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  void show(bool bad, const QString& title, const QString& body, const QString& act, std::function<void()> run);
  void recolour();
  bool bad_ = false;
  QLabel* icon_;
  QLabel* title_;
  QLabel* body_;
  QPushButton* act_;
  QPushButton* copy_;
  QPushButton* close_;
  std::function<void()> run_;
};

}  // namespace app
