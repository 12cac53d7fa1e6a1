#include "gpu/provider.h"

#include <fmt/format.h>

#include "core/base/file.h"
#include "core/base/text.h"
#include "gpu/device.h"
#include "gpu/opencl_backend.h"

namespace quant {
namespace {

std::string kind_of(const cl::Device& device) {
  const auto type = device.getInfo<CL_DEVICE_TYPE>();
  if (type & CL_DEVICE_TYPE_GPU) return "gpu";
  return type & CL_DEVICE_TYPE_CPU ? "cpu" : "accelerator";
}

// "NVIDIA H100 (OpenCL 3.0 CUDA, driver 550.54)".
std::string name_of(const cl::Device& device) {
  return printable(fmt::format("{} ({}, driver {})", opencl_text<CL_DEVICE_NAME>(device),
                               opencl_text<CL_DEVICE_VERSION>(device), opencl_text<CL_DRIVER_VERSION>(device)));
}

DeviceEntry entry(const cl::Device& device, std::size_t index) {
  DeviceEntry entry{.id = fmt::format("opencl:{}", index), .name = name_of(device), .kind = kind_of(device), .why = {}};
  if (!device.getInfo<CL_DEVICE_AVAILABLE>())
    entry.why = "the driver says that the device is not available";
  else if (!device.getInfo<CL_DEVICE_COMPILER_AVAILABLE>())
    entry.why = "the driver has no compiler";
  else if (!device.getInfo<CL_DEVICE_ENDIAN_LITTLE>())
    entry.why = "the device is big-endian";
  entry.available = entry.why.empty();
  return entry;
}

tl::unexpected<Error> no_device(const std::string& id, std::string why, std::string hint) {
  return failure(ErrorCode::not_found, "open the OpenCL device", id, std::move(why), std::move(hint));
}

class OpenClProvider final : public DeviceProvider {
 public:
  std::vector<DeviceEntry> list() const override {
    std::vector<DeviceEntry> entries;
    for (const auto& device : opencl_devices()) entries.push_back(entry(device, entries.size()));
    return entries;
  }

  Result<std::unique_ptr<Backend>> make(const std::string& id) const override {
    const auto devices = opencl_devices();
    if (devices.empty())
      return no_device(id, "OpenCL finds no platform: no driver is installed",
                       "install a driver (pocl-opencl-icd runs on any CPU), or use --device cpu");
    const auto index = index_of(id);
    if (!index || *index >= devices.size())
      return no_device(id, fmt::format("this machine has opencl:0 to opencl:{}", devices.size() - 1),
                       "`devices` lists them");
    const auto listed = entry(devices[*index], *index);
    if (!listed.available) return no_device(listed.id, listed.why, "`devices` lists the others");
    QUANT_TRY(device, Device::open(devices[*index], listed.id, ProgramCache(cache_folder() / "opencl")));
    return make_opencl_backend(std::move(device), listed.name, listed.kind);
  }

 private:
  // "opencl" is the first device.
  static std::optional<std::size_t> index_of(std::string_view id) {
    if (id == "opencl") return 0;
    constexpr std::string_view prefix = "opencl:";
    if (!id.starts_with(prefix)) return {};
    const auto number = parse_int(id.substr(prefix.size()));
    return number && *number >= 0 ? std::optional(static_cast<std::size_t>(*number)) : std::nullopt;
  }
};

}  // namespace

std::unique_ptr<DeviceProvider> make_opencl_provider() { return std::make_unique<OpenClProvider>(); }

}  // namespace quant
