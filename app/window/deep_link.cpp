#include "app/window/deep_link.h"

#include <QUrl>

#include "app/models/format.h"
#include "app/models/workspace.h"
#include "app/pages/page.h"
#include "core/methods/scheme.h"
#include "core/sensitivity/metric.h"

namespace app {
namespace {

/// Readable where it can be: only what would break the link is escaped.
QString escaped(const QString& text) { return QString::fromLatin1(QUrl::toPercentEncoding(text, ":,=/[]()")); }

}  // namespace

QString linkTo(const Workspace& workspace, const QString& page) {
  const Selection& s = workspace.selection();
  QStringList parts;
  if (s.tensor >= 0) {
    parts << QStringLiteral("t=") + escaped(format::utf8(workspace.tensors()[std::size_t(s.tensor)].name));
    parts << QStringLiteral("s=") + escaped(s.scheme);
    parts << QStringLiteral("r=%1").arg(s.row) << QStringLiteral("c=%1").arg(s.col);
  } else if (!s.scheme.isEmpty()) {
    parts << QStringLiteral("s=") + escaped(s.scheme);
  }
  parts << QStringLiteral("m=") + escaped(s.metric);
  return linkScheme() + page + u'?' + parts.join(u'&');
}

FollowedLink followLink(Workspace& workspace, const QString& link) {
  FollowedLink followed;
  const QString body = link.trimmed().mid(linkScheme().size());
  const QString page = body.section(u'?', 0, 0);
  if (findPage(page))
    followed.page = page;
  else if (!page.isEmpty())
    followed.ignored << page;
  Selection next = workspace.selection();
  const auto ignore = [&](const QString& part) { followed.ignored << part; };
  for (const QString& part : body.section(u'?', 1).split(u'&', Qt::SkipEmptyParts)) {
    const QString key = part.section(u'=', 0, 0);
    const QString value = QUrl::fromPercentEncoding(part.section(u'=', 1).toUtf8());
    bool number = false;
    const quint64 n = value.toULongLong(&number);
    if (key == QLatin1String("t")) {
      const int tensor = workspace.indexOf(value);
      if (tensor < 0) {
        ignore(part);
        continue;
      }
      next.tensor = tensor, next.tensors = {tensor}, next.row = next.col = 0;
    } else if (key == QLatin1String("s")) {
      if (workspace.choices().contains(value)) {
        next.scheme = value;
        continue;
      }
      const auto scheme = quant::Scheme::parse(value.toStdString());
      if (!scheme) {
        ignore(part);
        continue;
      }
      next.scheme = format::utf8(scheme->text());
      if (!workspace.schemes().contains(next.scheme))
        workspace.setSchemes(workspace.schemes() + QStringList{next.scheme});
    } else if (key == QLatin1String("m") && quant::find_metric(value.toStdString())) {
      next.metric = value;
    } else if (key == QLatin1String("r") && number) {
      next.row = n;
    } else if (key == QLatin1String("c") && number) {
      next.col = n;
    } else {
      ignore(part);
    }
  }
  if (next.tensor >= 0) {
    const auto shape = workspace.tensors()[std::size_t(next.tensor)].matrix();
    if (next.row >= shape.all_rows() || next.col >= shape.cols) {
      ignore(QStringLiteral("r=%1&c=%2").arg(next.row).arg(next.col));
      next.row = next.col = 0;
    }
  }
  workspace.select(next);
  return followed;
}

}  // namespace app
