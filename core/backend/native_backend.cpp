// The cpu backend: SIMD kernels where there are any, on the caller's threads.

#include <algorithm>
#include <array>
#include <iterator>
#include <vector>

#include "core/backend/backend.h"
#include "core/backend/device_speeds.h"
#include "core/backend/element_errors.h"
#include "core/backend/native_kernel.h"
#include "core/base/threads.h"

namespace quant {

namespace {

constexpr std::uint64_t native_tile = 1 << 17;  // 512 KiB of float32: half of a 1 MiB L2, counters and codes beside

std::span<const NativeKernel* const> kernels() {
  static const std::array all = {&uniform_kernel(), &cast_kernel(), &nf4_kernel(), &gguf_kernel()};
  return all;
}

const NativeKernel* kernel_for(const RowQuantizer& quantizer) {
  const auto all = kernels();
  const auto found = std::find_if(all.begin(), all.end(), [&](const NativeKernel* k) { return k->runs(quantizer); });
  return found == all.end() ? nullptr : *found;
}

class NativeBackend final : public Backend {
 public:
  const std::string& id() const override { return id_; }
  const std::string& name() const override { return name_; }
  std::string kind() const override { return "cpu"; }
  bool runs(const RowQuantizer& quantizer) const override { return kernel_for(quantizer) != nullptr; }
  bool offers(const Method& method) const override {
    const auto all = kernels();
    return std::any_of(all.begin(), all.end(), [&](const NativeKernel* k) { return k->offers(method); });
  }
  std::uint64_t tile_weights() const override { return native_tile; }
  int concurrency(int threads) const override { return threads > 0 ? threads : hardware_threads(); }

  Result<void> analyze(const RowTile& tile, std::span<const TileTask> tasks) const override {
    for (const NativeKernel* kernel : kernels()) {
      std::vector<TileTask> mine;
      std::copy_if(tasks.begin(), tasks.end(), std::back_inserter(mine),
                   [&](const TileTask& task) { return kernel_for(*task.quantizer) == kernel; });
      if (!mine.empty()) kernel->analyze_all(tile, mine);
    }
    for (const TileTask& task : tasks) {
      if (!kernel_for(*task.quantizer)) add_reference_errors(tile, task);
    }
    return {};
  }

  Result<QuantizedTile> quantize(const RowQuantizer& quantizer, const RowTile& tile) const override {
    const NativeKernel* kernel = kernel_for(quantizer);
    return kernel ? kernel->quantize(quantizer, tile) : quantizer.quantize(tile);
  }

  Result<void> values(const RowTile& tile, ValueSums& sums, BitHistogram& histogram) const override {
    native_values(tile.w, sums, histogram);
    return {};
  }

 private:
  std::string id_ = "cpu";
  std::string name_ = cpu_model() + " (" + native_target() + ")";
};

}  // namespace

std::unique_ptr<Backend> make_native_backend() { return std::make_unique<NativeBackend>(); }

}  // namespace quant
