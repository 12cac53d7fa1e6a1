// Casts to floating formats, and tensors as they are stored, on a device.

#include "core/methods/casts/cast.h"

#include <algorithm>

#include "gpu/kernel_sources.h"
#include "gpu/scheme_kernel.h"

namespace quant {
namespace {

using float_format::Format;
using float_format::Overflow;
using float_format::Specials;

// Beside the defines of kernels/cast.cl.
enum Flag : cl_uint { of_region = 1, of_matrix = 2, saturate = 4, has_inf = 8, has_nan = 16, keep = 32 };

cl_uint flags(const Scheme& scheme, const Format& format, Region region) {
  if (format.mantissa_bits >= 23) return keep;
  cl_uint flags = 0;
  if (region == Region::row || region == Region::group) flags |= of_region;
  if (region == Region::tensor) flags |= of_matrix;
  if (casts::overflow_of(scheme) == Overflow::saturate) flags |= saturate;
  if (format.specials == Specials::ieee) flags |= has_inf;
  if (format.specials != Specials::none) flags |= has_nan;
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
    const auto top = static_cast<int>(format.max_code() >> format.mantissa_bits) - format.bias();
    const bool codes = quantizer.codes().bits > 0;
    return device.launch(kernel, walk.groups, on.weights, on.scales, on.codes, on.values, on.clipped, on.steps,
                         walk.cols, walk.group, walk.regions, walk.team, entries.matrix_rows, entries.first_row,
                         flags(quantizer.scheme(), format, quantizer.region()),
                         static_cast<cl_int>(format.mantissa_bits), static_cast<cl_int>(format.bias()),
                         static_cast<cl_int>(top), static_cast<float>(format.max_finite()),
                         static_cast<cl_uint>(codes ? format.sign_bit() : 0), static_cast<cl_uint>(format.nan_code()),
                         cl::Local(sizeof(cl_float2) * device.form().lanes));
  }
};

}  // namespace

std::unique_ptr<SchemeKernel> make_cast_kernel() { return std::make_unique<CastKernel>(); }

}  // namespace quant
