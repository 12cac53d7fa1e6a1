#pragma once
// A picture of the window once its page is at rest.

#include <QObject>
#include <QSize>
#include <QString>

namespace app {

class MainWindow;

/// Waits for rest (or a minute), saves a picture of exactly `size`, quits the program with `code()`.
class Shot final : public QObject {
  Q_OBJECT
 public:
  Shot(MainWindow& window, const QString& file, QSize size);
  void start();
  /// The exit code after the picture, where opening failed.
  void setCode(int code) { code_ = code; }

 private:
  void look();
  void take();
  MainWindow& window_;
  QString file_;
  QSize size_;
  int calm_ = 0, looks_ = 0, code_ = 0;
};

}  // namespace app
