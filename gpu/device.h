#pragma once
// An opened OpenCL device: context, queue, the programs built for it, and what it can do.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/result.h"
#include "gpu/opencl.h"
#include "gpu/program_cache.h"

namespace quant {

/// How kernels are written for a device. Chosen from its properties; tests ask for the forms that their device is not.
struct DeviceForm {
  std::uint32_t lanes = 1;      ///< work-items of a group, 2^n; 1 on CPUs, where lanes would share a core anyway
  bool fp64 = false;            ///< double in kernels: without it sums are made on the host
  bool exact_division = false;  ///< correctly rounded division and denormals: without them no scheme that divides
  bool local_counters = false;  ///< a histogram of 8192 counters fits the local memory, else it counts globally
};

/// A buffer that grows when a larger tile comes and is kept otherwise.
class GrowingBuffer {
 public:
  /// At least `bytes` (at least 16) on the device. Errors: device.
  Result<cl::Buffer> at_least(const cl::Context& context, std::size_t bytes, std::string_view device);

 private:
  cl::Buffer buffer_;
  std::size_t bytes_ = 0;
};

/// Not for several threads at once: the backend holds its lock.
class Device {
 public:
  /// Builds no kernel. `form` overrides what the properties say. Errors: device.
  static Result<std::unique_ptr<Device>> open(cl::Device device, std::string id, ProgramCache cache,
                                              std::optional<DeviceForm> form = {});

  const std::string& id() const { return id_; }
  const DeviceForm& form() const { return form_; }
  const cl::Context& context() const { return context_; }
  std::uint32_t compute_units() const { return compute_units_; }
  /// Bytes of the largest single buffer.
  std::uint64_t largest_buffer() const { return largest_buffer_; }

  /// A kernel of one of kernels::…; its program is read from the cache or built at the first call. Errors: device.
  Result<cl::Kernel> kernel(std::string_view source, const std::string& name);

  /// Runs `kernel` on groups × lanes work-items with these arguments, in order with everything else. Errors: device.
  template <class... Args>
  Result<void> launch(cl::Kernel& kernel, std::size_t groups, const Args&... args) {
    cl_uint index = 0;
    cl_int status = CL_SUCCESS;
    ((status = status == CL_SUCCESS ? kernel.setArg(index++, args) : status), ...);
    if (status == CL_SUCCESS)
      status = queue_.enqueueNDRangeKernel(kernel, cl::NullRange, groups * form_.lanes, form_.lanes);
    return opencl_check(status, "run a kernel", id_);
  }

  /// Copies to the start of a buffer; the host's bytes are free again afterwards.
  template <class T>
  Result<void> upload(const cl::Buffer& to, std::span<const T> from) {
    if (from.empty()) return {};
    return opencl_check(queue_.enqueueWriteBuffer(to, CL_TRUE, 0, from.size_bytes(), from.data()), "upload", id_);
  }
  /// Waits for all work on the buffer and copies its start to the host.
  template <class T>
  Result<void> download(const cl::Buffer& from, std::span<T> to) {
    if (to.empty()) return {};
    return opencl_check(queue_.enqueueReadBuffer(from, CL_TRUE, 0, to.size_bytes(), to.data()), "download", id_);
  }
  /// Numbers that a kernel looks up, in a buffer that the next call overwrites: work that was enqueued before is done
  /// then, the queue being in order. Errors: device.
  template <class T>
  Result<cl::Buffer> table(std::span<const T> numbers) {
    QUANT_TRY(on, table_.at_least(context_, numbers.size_bytes(), id_));
    QUANT_CHECK(upload(on, numbers));
    return on;
  }
  Result<void> zero(const cl::Buffer& buffer, std::size_t bytes) {
    return opencl_check(queue_.enqueueFillBuffer(buffer, cl_uint{0}, 0, bytes), "clear a buffer", id_);
  }

 private:
  Device(cl::Device device, std::string id, ProgramCache cache) : device_(device), id_(std::move(id)), cache_(cache) {}
  std::string build_options() const;
  Result<cl::Program> program(std::string_view source);
  std::optional<cl::Program> cached_program(const std::string& key) const;
  Result<cl::Program> build(const std::string& text, const std::string& key) const;

  cl::Device device_;
  std::string id_;
  ProgramCache cache_;
  DeviceForm form_;
  cl::Context context_;
  cl::CommandQueue queue_;
  std::uint32_t compute_units_ = 1;
  std::uint64_t largest_buffer_ = 0;
  GrowingBuffer table_;
  std::map<const void*, cl::Program> programs_;  // by the address of their source
  std::map<std::pair<const void*, std::string>, cl::Kernel> kernels_;
};

}  // namespace quant
