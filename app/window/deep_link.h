#pragma once
// A state of the window as text: qscope:maps?t=layers.3.mlp.down_proj&s=rtn:bits=4,group=128&r=17&c=402&m=mse

#include <QString>
#include <QStringList>

namespace app {

class Workspace;

inline const QString& linkScheme() {
  static const QString scheme = QStringLiteral("qscope:");
  return scheme;
}

QString linkTo(const Workspace& workspace, const QString& page);

/// What a link led to. Parts that are unknown here are left out and named.
struct FollowedLink {
  QString page;         ///< empty: stay
  QStringList ignored;  ///< "t=absent.weight"
};
/// Selects tensor, scheme, metric and element of the link; the caller shows the page. A scheme that is not compared yet
/// joins the candidates.
FollowedLink followLink(Workspace& workspace, const QString& link);

}  // namespace app
