// rtn on a device.

#include "core/methods/uniform/rtn.h"
#include "gpu/uniform_kernel.h"

namespace quant {
namespace {

class RtnKernel final : public SchemeKernel {
 public:
  bool offers(const Method& method, const DeviceForm& device) const override {
    return method.id == "rtn" && device.exact_division;
  }
  bool runs(const RowQuantizer& quantizer, const DeviceForm& device) const override {
    const Scheme& scheme = quantizer.scheme();
    return offers(scheme.method(), device) && scheme.word("range") == "minmax" &&
           runs_uniform(rtn_form(scheme), device);
  }
  bool has_zeros(const RowQuantizer& quantizer) const override { return rtn_form(quantizer.scheme()).zero_point; }
  Result<void> encode(Device& device, const RowQuantizer& quantizer, const RowTile& tile,
                      const TileBuffers& on) const override {
    return encode_uniform(device, rtn_form(quantizer.scheme()), quantizer, tile, on);
  }
};

}  // namespace

std::unique_ptr<SchemeKernel> make_rtn_kernel() { return std::make_unique<RtnKernel>(); }

}  // namespace quant
