// The scalar backend: RowQuantizer's own definition, then the definition of the statistics.

#include "core/backend/backend.h"
#include "core/backend/element_errors.h"
#include "core/base/threads.h"

namespace quant {

namespace {

constexpr std::uint64_t reference_tile = 1 << 18;  // 1 MiB of float32: a tile and its codes stay in a 2 MiB L2 cache

class ReferenceBackend final : public Backend {
 public:
  const std::string& id() const override { return id_; }
  const std::string& name() const override { return name_; }
  std::string kind() const override { return "cpu"; }
  bool runs(const RowQuantizer&) const override { return true; }
  bool offers(const Method&) const override { return true; }
  std::uint64_t tile_weights() const override { return reference_tile; }
  int concurrency(int threads) const override { return threads > 0 ? threads : hardware_threads(); }

  Result<void> analyze(const RowTile& tile, std::span<const TileTask> tasks) const override {
    for (const TileTask& task : tasks) add_reference_errors(tile, task);
    return {};
  }

  Result<QuantizedTile> quantize(const RowQuantizer& quantizer, const RowTile& tile) const override {
    return quantizer.quantize(tile);
  }

  Result<void> values(const RowTile& tile, ValueSums& sums, BitHistogram& histogram) const override {
    sums.merge(value_sums(tile.w));
    for (const float x : tile.w) histogram.add(x);
    return {};
  }

 private:
  std::string id_ = "reference";
  std::string name_ = "Scalar reference";
};

}  // namespace

std::unique_ptr<Backend> make_reference_backend() { return std::make_unique<ReferenceBackend>(); }

}  // namespace quant
