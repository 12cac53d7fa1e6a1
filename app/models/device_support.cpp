#include "app/models/device_support.h"

#include "app/jobs/job_list.h"
#include "app/models/format.h"
#include "app/models/workspace.h"
#include "core/backend/backend.h"
#include "core/methods/method.h"
#include "gpu/provider.h"

namespace app {
namespace {

using Devices = std::vector<std::unique_ptr<quant::Backend>>;

Devices coreDevices() {
  Devices devices;
  devices.push_back(quant::make_reference_backend());
  devices.push_back(quant::make_native_backend());
  return devices;
}

void addDevices(Devices& devices, const quant::DeviceProvider& provider) {
  for (const auto& entry : provider.list()) {
    if (!entry.available) continue;
    if (auto made = provider.make(entry.id); made && *made) devices.push_back(std::move(*made));
  }
}

std::shared_ptr<const QHash<QString, QStringList>> supported(const Devices& devices) {
  QHash<QString, QStringList> found;
  for (const quant::Method* method : quant::methods())
    for (const auto& device : devices)
      if (device->offers(*method)) found[format::utf8(method->id)] << format::utf8(device->id());
  return std::make_shared<const QHash<QString, QStringList>>(std::move(found));
}

}  // namespace

DeviceSupport& DeviceSupport::of(Workspace& workspace) {
  if (auto* there = workspace.findChild<DeviceSupport*>(QString(), Qt::FindDirectChildrenOnly)) return *there;
  return *new DeviceSupport(workspace);
}

DeviceSupport::DeviceSupport(Workspace& workspace)
    : QObject(&workspace), workspace_(workspace), support_(supported(coreDevices())) {}

void DeviceSupport::ask() {
  if (asked_) return;
  asked_ = true;
  finding_ =
      std::make_unique<RunningJob<Support>>(workspace_.jobs().lane(), [](quant::JobContext&) -> quant::Result<Support> {
        Devices devices = coreDevices();
        addDevices(devices, *quant::make_opencl_provider());
        return supported(devices);
      });
  finding_->then(this, [this](quant::Result<Support> found) {
    finding_.reset();
    if (!found) return;
    support_ = *found;
    Q_EMIT changed();
  });
}

}  // namespace app
