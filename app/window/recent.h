#pragma once
// Files that were opened lately, newest first.

#include <QDateTime>
#include <QList>
#include <QString>

namespace app {

struct RecentFile {
  QString path;
  QDateTime when;
  QString note;  ///< "102 tensors, 42.3 MiB"
};

/// From the user's settings; at most 12.
QList<RecentFile> recentFiles();
void rememberFile(const QString& path, const QString& note);
void forgetFile(const QString& path);

}  // namespace app
