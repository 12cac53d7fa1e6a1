#pragma once
// Which devices of this machine run which method with an implementation of their own.

#include <QHash>
#include <QObject>
#include <QStringList>
#include <memory>

#include "app/jobs/running_job.h"

namespace app {

class Workspace;

/// One per workspace. What core alone can say is there at once; OpenCL's drivers are loaded behind, once, in the lane
/// of long work: nothing else touches a driver at the same time.
class DeviceSupport final : public QObject {
  Q_OBJECT
 public:
  static DeviceSupport& of(Workspace& workspace);
  QStringList devicesOf(const QString& method) const { return support_->value(method); }
  /// Loads the drivers, the first time; changed() follows.
  void ask();

 Q_SIGNALS:
  void changed();

 private:
  explicit DeviceSupport(Workspace& workspace);
  using Support = std::shared_ptr<const QHash<QString, QStringList>>;
  Workspace& workspace_;
  Support support_;
  bool asked_ = false;
  std::unique_ptr<RunningJob<Support>> finding_;
};

}  // namespace app
