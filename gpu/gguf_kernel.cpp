// q4_0 and q8_0 on a device.

#include "gpu/kernel_sources.h"
#include "gpu/scheme_kernel.h"

namespace quant {
namespace {

class GgufKernel final : public SchemeKernel {
 public:
  bool offers(const Method& method, const DeviceForm& device) const override {
    return device.exact_division && (method.id == "q4_0" || method.id == "q8_0");
  }
  bool runs(const RowQuantizer& quantizer, const DeviceForm& device) const override {
    const Scheme& scheme = quantizer.scheme();
    return offers(scheme.method(), device) && scheme.text() == scheme.method().id;  // without importance
  }
  bool has_zeros(const RowQuantizer&) const override { return false; }
  Result<void> encode(Device& device, const RowQuantizer& quantizer, const RowTile& tile,
                      const TileBuffers& on) const override {
    QUANT_TRY(kernel, device.kernel(kernels::gguf, std::string(quantizer.scheme().method().id)));
    const auto walk = region_walk(quantizer.region(), quantizer.group(), tile, device.form());
    return device.launch(kernel, walk.groups, on.weights, on.scales, on.codes, on.values, on.clipped, on.steps,
                         walk.cols, walk.group, walk.regions, walk.team,
                         cl::Local(sizeof(cl_float2) * device.form().lanes));
  }
};

}  // namespace

std::unique_ptr<SchemeKernel> make_gguf_kernel() { return std::make_unique<GgufKernel>(); }

}  // namespace quant
