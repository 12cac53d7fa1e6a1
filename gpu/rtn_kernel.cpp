// rtn on a device.

#include "core/methods/uniform/rtn.h"

#include <algorithm>

#include "gpu/uniform_kernel.h"

namespace quant {
namespace {

constexpr std::uint32_t cuts = 100;  // that range=mse tries, one a lane

/// Whether every region's range is its own: those of tensors and columns are known when codes are made.
bool local_ranges(const RowQuantizer& quantizer) {
  return quantizer.region() == Region::row || quantizer.region() == Region::group;
}

Result<void> search_ranges(Device& device, const RowQuantizer& quantizer, const RowTile& tile, const TileBuffers& on) {
  QUANT_TRY(kernel, uniform_kernel(device, "range_mse"));
  const auto walk =
      with_team(region_walk(quantizer.region(), quantizer.group(), tile, device.form()), cuts, device.form());
  return device.launch(kernel, walk.groups, on.weights, on.scales, on.zeros, walk.cols, walk.group, walk.regions,
                       walk.team, uniform_args(rtn_form(quantizer.scheme())),
                       cl::Local(sizeof(cl_float2) * device.form().lanes));
}

class RtnKernel final : public SchemeKernel {
 public:
  bool offers(const Method& method, const DeviceForm& device) const override {
    return method.id == "rtn" && device.exact_division;
  }
  bool runs(const RowQuantizer& quantizer, const DeviceForm& device) const override {
    const Scheme& scheme = quantizer.scheme();
    if (!offers(scheme.method(), device) || !runs_uniform(rtn_form(scheme), device)) return false;
    const std::string& range = scheme.word("range");
    return range == "minmax" || !local_ranges(quantizer) || (range == "mse" && device.fp64);
  }
  bool has_zeros(const RowQuantizer& quantizer) const override { return rtn_form(quantizer.scheme()).zero_point; }
  Result<void> encode(Device& device, const RowQuantizer& quantizer, const RowTile& tile,
                      const TileBuffers& on) const override {
    const bool search = quantizer.scheme().word("range") != "minmax" && local_ranges(quantizer);
    if (search) QUANT_CHECK(search_ranges(device, quantizer, tile, on));
    return encode_uniform(device, rtn_form(quantizer.scheme()), quantizer, tile, on,
                          search ? Grids::searched : Grids::of_range);
  }
};

}  // namespace

std::unique_ptr<SchemeKernel> make_rtn_kernel() { return std::make_unique<RtnKernel>(); }

}  // namespace quant
