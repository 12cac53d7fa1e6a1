#include "app/window/shot.h"

#include <QApplication>
#include <QSaveFile>
#include <QTimer>

#include <cstdio>

#include "app/window/main_window.h"

namespace app {
namespace {

// Rest is looked at every 20 ms; three quiet looks in a row let queued signals and layouts settle.
constexpr int look_ms = 20, calm_looks = 3, most_looks = 60'000 / look_ms;

}  // namespace

Shot::Shot(MainWindow& window, const QString& file, QSize size)
    : QObject(&window), window_(window), file_(file), size_(size) {}

void Shot::start() { QTimer::singleShot(0, this, &Shot::look); }

void Shot::look() {
  calm_ = window_.atRest() ? calm_ + 1 : 0;
  if (calm_ >= calm_looks || ++looks_ >= most_looks) return take();
  QTimer::singleShot(look_ms, this, &Shot::look);
}

void Shot::take() {
  const QImage picture = window_.grab().toImage().copy(QRect(QPoint(0, 0), size_ * window_.devicePixelRatioF()));
  QSaveFile file(file_);
  if (!file.open(QIODevice::WriteOnly) || !picture.save(&file, "PNG") || !file.commit()) {
    std::fprintf(stderr, "error: cannot save the picture: %s: %s; choose a folder that can be written\n",
                 file_.toLocal8Bit().constData(), file.errorString().toLocal8Bit().constData());
    code_ = 1;
  }
  QApplication::exit(code_);
}

}  // namespace app
