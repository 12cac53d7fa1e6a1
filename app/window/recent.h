#pragma once
// Files that were opened lately, newest first.

#include <QDateTime>
#include <QList>
#include <QString>

namespace app {

struct RecentFile {
  QString path;
  QDateTime when;
  int tensors = 0;
  quint64 bytes = 0;
};

/// From the user's settings; at most 12.
QList<RecentFile> recentFiles();
void rememberFile(const QString& path, int tensors, quint64 bytes);
void forgetFile(const QString& path);

}  // namespace app
