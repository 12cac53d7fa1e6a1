// The cpu backend: SIMD kernels where there are any, statistics in vectors for all, on the caller's threads.

#include <algorithm>
#include <array>
#include <iterator>
#include <vector>

#include "core/backend/backend.h"
#include "core/backend/device_speeds.h"
#include "core/backend/simd/native_kernel.h"
#include "core/base/threads.h"

namespace quant {

namespace {

constexpr std::uint64_t native_tile = 1 << 17;  // 512 KiB of float32: half of a 1 MiB L2, counters and codes beside

std::span<const NativeKernel* const> kernels() {
  static const std::array all = {&uniform_kernel(), &cast_kernel(), &nf4_kernel(), &gguf_kernel(), &decoded_kernel()};
  return all;
}

/// The first that runs it; the last one runs everything.
const NativeKernel& kernel_for(const RowQuantizer& quantizer) {
  const auto all = kernels();
  return **std::find_if(all.begin(), all.end() - 1, [&](const NativeKernel* k) { return k->runs(quantizer); });
}

class NativeBackend final : public Backend {
 public:
  const std::string& id() const override { return id_; }
  const std::string& name() const override { return name_; }
  std::string kind() const override { return "cpu"; }
  bool runs(const RowQuantizer&) const override { return true; }
  bool offers(const Method&) const override { return true; }
  std::uint64_t tile_weights() const override { return native_tile; }
  bool has_windows() const override { return true; }
  bool is_slow(const RowQuantizer& quantizer) const override { return &kernel_for(quantizer) != &uniform_kernel(); }
  int concurrency(int threads) const override { return threads > 0 ? threads : hardware_threads(); }

  Result<void> analyze(const RowTile& tile, std::span<const TileTask> tasks) const override {
    for (const NativeKernel* kernel : kernels()) {
      std::vector<TileTask> mine;
      std::copy_if(tasks.begin(), tasks.end(), std::back_inserter(mine),
                   [&](const TileTask& task) { return &kernel_for(*task.quantizer) == kernel; });
      if (!mine.empty()) kernel->analyze_all(tile, mine);
    }
    return {};
  }

  Result<QuantizedTile> quantize(const RowQuantizer& quantizer, const RowTile& tile) const override {
    return kernel_for(quantizer).quantize(quantizer, tile);
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
