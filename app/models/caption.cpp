#include "app/models/caption.h"

#include "app/models/format.h"
#include "app/models/workspace.h"

namespace app {

QString captionOf(const Workspace& workspace, CaptionOf depth) {
  const Selection& s = workspace.selection();
  QStringList parts;
  if (workspace.hasTensors()) parts << workspace.sourceName();
  if (depth != CaptionOf::model && s.tensor >= 0)
    parts << (s.tensors.size() > 1 ? QObject::tr("%n tensors", nullptr, int(s.tensors.size()))
                                   : format::utf8(workspace.tensors()[std::size_t(s.tensor)].name));
  if (depth == CaptionOf::scheme) parts << (isStored(s.scheme) ? format::scheme(s.scheme) : s.scheme);
  return parts.join(QStringLiteral("  ·  "));
}

}  // namespace app
