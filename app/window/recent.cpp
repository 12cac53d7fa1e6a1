#include "app/window/recent.h"

#include <QFileInfo>
#include <QSettings>

namespace app {
namespace {

constexpr qsizetype most = 12;

void keep(const QList<RecentFile>& files) {
  QSettings settings;
  settings.beginWriteArray(QStringLiteral("recent"), int(files.size()));
  for (int i = 0; i < int(files.size()); ++i) {
    settings.setArrayIndex(i);
    settings.setValue(QStringLiteral("path"), files[i].path);
    settings.setValue(QStringLiteral("when"), files[i].when);
    settings.setValue(QStringLiteral("tensors"), files[i].tensors);
    settings.setValue(QStringLiteral("bytes"), files[i].bytes);
  }
  settings.endArray();
}

}  // namespace

QList<RecentFile> recentFiles() {
  QSettings settings;
  QList<RecentFile> files;
  const int n = settings.beginReadArray(QStringLiteral("recent"));
  for (int i = 0; i < n; ++i) {
    settings.setArrayIndex(i);
    files << RecentFile{
        settings.value(QStringLiteral("path")).toString(), settings.value(QStringLiteral("when")).toDateTime(),
        settings.value(QStringLiteral("tensors")).toInt(), settings.value(QStringLiteral("bytes")).toULongLong()};
  }
  settings.endArray();
  return files;
}

void rememberFile(const QString& path, int tensors, quint64 bytes) {
  const QString whole = QFileInfo(path).absoluteFilePath();
  QList<RecentFile> files = recentFiles();
  files.removeIf([&](const RecentFile& f) { return f.path == whole; });
  files.prepend({whole, QDateTime::currentDateTime(), tensors, bytes});
  keep(files.mid(0, most));
}

void forgetFile(const QString& path) {
  QList<RecentFile> files = recentFiles();
  files.removeIf([&](const RecentFile& f) { return f.path == path; });
  keep(files);
}

}  // namespace app
