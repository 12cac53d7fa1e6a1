#include "gpu/device.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "gpu/kernel_sources.h"

namespace quant {
namespace {

constexpr std::uint64_t counter_bytes = 36 << 10;  // error_stats: 8192 + 386 counters and a lane's double each
constexpr std::uint32_t most_lanes = 256;          // fits every device since OpenCL 1.0 GPUs; more gains nothing here

DeviceForm form_of(const cl::Device& device) {
  const auto fp32 = device.getInfo<CL_DEVICE_SINGLE_FP_CONFIG>();
  const bool cpu = (device.getInfo<CL_DEVICE_TYPE>() & CL_DEVICE_TYPE_CPU) != 0;
  constexpr cl_device_fp_config exact = CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT | CL_FP_DENORM | CL_FP_ROUND_TO_NEAREST;
  const auto group = static_cast<std::uint32_t>(device.getInfo<CL_DEVICE_MAX_WORK_GROUP_SIZE>());
  return DeviceForm{.lanes = cpu ? 1 : std::min(most_lanes, std::bit_floor(std::max(group, 1u))),
                    .fp64 = device.getInfo<CL_DEVICE_DOUBLE_FP_CONFIG>() != 0,
                    .exact_division = (fp32 & exact) == exact,
                    .local_counters = device.getInfo<CL_DEVICE_LOCAL_MEM_SIZE>() >= counter_bytes};
}

// The first lines of a compiler's complaint; whole logs run to pages.
std::string shortened(std::string log) {
  std::ranges::replace(log, '\n', ' ');
  std::erase(log, '\0');
  return log.size() > 400 ? log.substr(0, 400) + " …" : log;
}

}  // namespace

Result<cl::Buffer> GrowingBuffer::at_least(const cl::Context& context, std::size_t bytes, std::string_view device) {
  bytes = std::max<std::size_t>(bytes, 16);  // empty buffers are errors
  if (bytes <= bytes_) return buffer_;
  cl_int status = CL_SUCCESS;
  buffer_ = cl::Buffer();  // frees the old one before the new one needs the room
  bytes_ = 0;
  buffer_ = cl::Buffer(context, CL_MEM_READ_WRITE, bytes, nullptr, &status);
  QUANT_CHECK(opencl_check(status, fmt::format("reserve {} bytes", bytes), device));
  bytes_ = bytes;
  return buffer_;
}

Result<std::unique_ptr<Device>> Device::open(cl::Device device, std::string id, ProgramCache cache,
                                             std::optional<DeviceForm> form) {
  std::unique_ptr<Device> opened(new Device(device, std::move(id), std::move(cache)));
  cl_int status = CL_SUCCESS;
  opened->context_ = cl::Context(device, nullptr, nullptr, nullptr, &status);
  QUANT_CHECK(opencl_check(status, "open the device", opened->id_));
  opened->queue_ = cl::CommandQueue(opened->context_, device, cl::QueueProperties::None, &status);
  QUANT_CHECK(opencl_check(status, "open a queue", opened->id_));
  opened->form_ = form.value_or(form_of(device));
  opened->compute_units_ = std::max(1u, device.getInfo<CL_DEVICE_MAX_COMPUTE_UNITS>());
  opened->largest_buffer_ = device.getInfo<CL_DEVICE_MAX_MEM_ALLOC_SIZE>();
  return opened;
}

std::string Device::build_options() const {
  const bool gpu = (device_.getInfo<CL_DEVICE_TYPE>() & CL_DEVICE_TYPE_GPU) != 0;
  return fmt::format("-cl-std=CL1.2 -DLANES={}{}{}{}{}", form_.lanes, gpu ? " -DGPU" : "", form_.fp64 ? " -DFP64" : "",
                     form_.local_counters ? " -DLOCAL_COUNTERS" : "",
                     form_.exact_division ? " -cl-fp32-correctly-rounded-divide-sqrt" : "");
}

Result<cl::Kernel> Device::kernel(std::string_view source, const std::string& name) {
  const auto key = std::pair(static_cast<const void*>(source.data()), name);
  if (const auto known = kernels_.find(key); known != kernels_.end()) return known->second;
  QUANT_TRY(built, program(source));
  cl_int status = CL_SUCCESS;
  cl::Kernel kernel(built, name.c_str(), &status);
  QUANT_CHECK(opencl_check(status, fmt::format("make the kernel {}", name), id_));
  kernels_.emplace(key, kernel);
  return kernel;
}

Result<cl::Program> Device::program(std::string_view source) {
  if (const auto known = programs_.find(source.data()); known != programs_.end()) return known->second;
  const std::string text = std::string(kernels::common) + std::string(source);
  const auto key =
      ProgramCache::key({text, build_options(), opencl_text<CL_DEVICE_NAME>(device_),
                         opencl_text<CL_DEVICE_VERSION>(device_), opencl_text<CL_DRIVER_VERSION>(device_)});
  auto cached = cached_program(key);
  if (!cached) {
    QUANT_TRY(built, build(text, key));
    cached = std::move(built);
  }
  programs_.emplace(source.data(), *cached);
  return *cached;
}

std::optional<cl::Program> Device::cached_program(const std::string& key) const {
  const auto binary = cache_.load(key);
  if (!binary) return {};
  cl_int status = CL_SUCCESS;
  cl::Program program(context_, {device_}, cl::Program::Binaries{*binary}, nullptr, &status);
  if (status != CL_SUCCESS || program.build(device_, build_options().c_str()) != CL_SUCCESS) return {};
  return program;
}

Result<cl::Program> Device::build(const std::string& text, const std::string& key) const {
  cl_int status = CL_SUCCESS;
  cl::Program program(context_, text, false, &status);
  if (status == CL_SUCCESS) status = program.build(device_, build_options().c_str());
  if (status == CL_BUILD_PROGRAM_FAILURE)
    return failure(ErrorCode::device, "build OpenCL kernels", id_,
                   "CL_BUILD_PROGRAM_FAILURE: " + shortened(program.getBuildInfo<CL_PROGRAM_BUILD_LOG>(device_)),
                   "use --device cpu, or update the OpenCL driver");
  QUANT_CHECK(opencl_check(status, "build OpenCL kernels", id_));
  const auto binaries = program.getInfo<CL_PROGRAM_BINARIES>(&status);
  if (status == CL_SUCCESS && binaries.size() == 1) cache_.store(key, binaries.front());
  return program;
}

}  // namespace quant
