// Casts to floating formats, and tensors as they are stored, on a device.

#include "core/methods/casts/cast.h"

#include <algorithm>

#include "gpu/format_args.h"
#include "gpu/kernel_sources.h"
#include "gpu/scheme_kernel.h"

namespace quant {
namespace {

using float_format::Format;
using float_format::Overflow;

// Beside the defines of kernels/cast.cl.
enum Flag : cl_uint { of_region = 1, of_matrix = 2, keep = 4, no_codes = 8 };

cl_uint flags(const RowQuantizer& quantizer, const Format& format) {
  cl_uint flags = 0;
  if (quantizer.codes().bits == 0) flags |= no_codes;
  if (format.mantissa_bits >= 23) return flags | keep;
  const Region region = quantizer.region();
  if (region == Region::row || region == Region::group) flags |= of_region;
  if (region == Region::tensor) flags |= of_matrix;
  return flags;
}

class CastKernel final : public SchemeKernel {
 public:
  bool offers(const Method& method, const DeviceForm&) const override {
    return method.id == "none" ||
           std::ranges::find(float_format::formats, method.id, &Format::id) != std::end(float_format::formats);
  }
  bool runs(const RowQuantizer& quantizer, const DeviceForm& device) const override {
    return offers(quantizer.scheme().method(), device) && (device.exact_division || quantizer.region() == Region::none);
  }
  bool has_zeros(const RowQuantizer&) const override { return false; }
  Result<void> encode(Device& device, const RowQuantizer& quantizer, const RowTile& tile,
                      const TileBuffers& on) const override {
    QUANT_TRY(kernel, device.kernel(kernels::cast, "cast"));
    const Format* found = casts::format_of(quantizer.scheme());
    const Format& format = found ? *found : float_format::fp32;  // `none` keeps float32 as it is
    const auto entries = shared_entries(quantizer, tile);
    QUANT_CHECK(device.upload(on.scales, std::span(entries.scales)));
    const auto walk = region_walk(quantizer.region(), quantizer.group(), tile, device.form());
    const auto args = format_args(format, found ? casts::overflow_of(quantizer.scheme()) : Overflow::ieee);
    return device.launch(kernel, walk.groups, on.weights, on.scales, on.codes, on.values, on.clipped, on.steps,
                         walk.cols, walk.group, walk.regions, walk.team, entries.matrix_rows, entries.first_row,
                         flags(quantizer, format), args, cl::Local(sizeof(cl_float2) * device.form().lanes));
  }
};

}  // namespace

std::unique_ptr<SchemeKernel> make_cast_kernel() { return std::make_unique<CastKernel>(); }

}  // namespace quant
