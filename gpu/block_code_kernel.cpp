// nf4 and fp4-bnb on a device.

#include <algorithm>

#include "gpu/kernel_sources.h"
#include "gpu/scheme_kernel.h"

namespace quant {
namespace {

class BlockCodeKernel final : public SchemeKernel {
 public:
  bool offers(const Method& method, const DeviceForm& device) const override {
    return device.exact_division && (method.id == "nf4" || method.id == "fp4-bnb");
  }
  bool runs(const RowQuantizer& quantizer, const DeviceForm& device) const override {
    return offers(quantizer.scheme().method(), device);
  }
  bool has_zeros(const RowQuantizer&) const override { return false; }
  Result<void> encode(Device& device, const RowQuantizer& quantizer, const RowTile& tile,
                      const TileBuffers& on) const override {
    QUANT_TRY(kernel, device.kernel(kernels::block_code, "block_code"));
    const auto walk = region_walk(quantizer.region(), quantizer.group(), tile, device.form());
    // With double quantization the scales of all blocks come from `fit`; the tile begins on a block.
    std::span<const float> restored = quantizer.shared().scales;
    const std::size_t first = std::min<std::size_t>(tile.first_row * tile.cols / quantizer.group(), restored.size());
    restored = restored.subspan(first, std::min<std::size_t>(walk.regions, restored.size() - first));
    QUANT_CHECK(device.upload(on.scales, restored));
    return device.launch(kernel, walk.groups, on.weights, on.scales, on.codes, on.values, on.clipped, on.steps,
                         walk.cols, walk.group, walk.regions, walk.team, static_cast<cl_uint>(quantizer.group()),
                         static_cast<cl_uint>(restored.empty() ? 0 : 1),
                         static_cast<cl_uint>(quantizer.scheme().method().id == "nf4" ? 1 : 0),
                         cl::Local(sizeof(cl_float2) * device.form().lanes));
  }
};

}  // namespace

std::unique_ptr<SchemeKernel> make_block_code_kernel() { return std::make_unique<BlockCodeKernel>(); }

}  // namespace quant
