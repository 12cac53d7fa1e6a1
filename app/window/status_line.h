#pragma once
// The line below: what runs and how long yet, what is selected, what the plan says.

#include <QWidget>

class QLabel;
class QProgressBar;
class QPushButton;
class QTimer;

namespace app {

class Workspace;

class StatusLine final : public QWidget {
  Q_OBJECT
 public:
  explicit StatusLine(Workspace& workspace, QWidget* parent = nullptr);
  void say(const QString& text);  ///< for ten seconds

 protected:
  void changeEvent(QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;

 private:
  void refreshJobs();
  void refreshCounts();
  Workspace& workspace_;
  QLabel* job_;
  QProgressBar* progress_;
  QPushButton* cancel_;
  QLabel* selection_;
  QLabel* plan_;
  QTimer* said_;
  QString text_;
};

}  // namespace app
