// hqq on a device: the codes. Its search ends for all groups together and stays with the core.

#include <algorithm>

#include "core/methods/hqq/search.h"
#include "gpu/kernel_sources.h"
#include "gpu/scheme_kernel.h"

namespace quant {
namespace {

/// 1/Δ, zero and Δ of the groups [first, first + count).
std::vector<float> tables_of(const half_quadratic::Rows& rows, std::uint64_t first, std::uint64_t count) {
  std::vector<float> tables;
  tables.reserve(3 * count);
  for (const std::span<const float> all :
       {rows.inverse(), std::span(rows.shared().zeros), std::span(rows.shared().scales)})
    tables.insert(tables.end(), all.begin() + static_cast<std::ptrdiff_t>(first),
                  all.begin() + static_cast<std::ptrdiff_t>(first + count));
  return tables;
}

class HqqKernel final : public SchemeKernel {
 public:
  bool offers(const Method& method, const DeviceForm& device) const override {
    return method.id == "hqq" && device.exact_division;  // values of denormal weights are denormal too
  }
  bool runs(const RowQuantizer& quantizer, const DeviceForm& device) const override {
    return offers(quantizer.scheme().method(), device);
  }
  bool has_zeros(const RowQuantizer&) const override { return false; }
  Result<void> encode(Device& device, const RowQuantizer& quantizer, const RowTile& tile,
                      const TileBuffers& on) const override {
    QUANT_TRY(kernel, device.kernel(kernels::hqq, "hqq"));
    const auto& rows = static_cast<const half_quadratic::Rows&>(quantizer);
    const auto walk = region_walk(quantizer.region(), quantizer.group(), tile, device.form());
    const bool down = rows.settings().down;
    const std::uint64_t element = tile.first_row * tile.cols, all = rows.inverse().size();
    const std::uint64_t count = down ? all : walk.regions;
    const auto tables = tables_of(rows, down ? 0 : element / quantizer.group(), count);
    QUANT_TRY(groups, device.table(std::span<const float>(tables)));
    return device.launch(kernel, walk.groups, on.weights, on.scales, on.codes, on.values, on.clipped, on.steps,
                         walk.cols, walk.group, walk.regions, walk.team, groups, static_cast<cl_uint>(count),
                         static_cast<cl_uint>(down ? all : 0), static_cast<cl_uint>(down ? element % all : 0),
                         rows.settings().top());
  }
};

}  // namespace

std::unique_ptr<SchemeKernel> make_hqq_kernel() { return std::make_unique<HqqKernel>(); }

}  // namespace quant
