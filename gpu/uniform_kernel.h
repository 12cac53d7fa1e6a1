#pragma once
// kernels/uniform.cl from the host: all schemes that uniform::Form describes.

#include "core/methods/uniform/uniform.h"
#include "gpu/scheme_kernel.h"

namespace quant {

/// form_t of kernels/grid.cl, member by member.
struct UniformArgs {
  cl_uint flags = 0;
  cl_float divisor = 0, lowest = 0, highest = 0, power = 0;
};
UniformArgs uniform_args(const uniform::Form& form);

/// A kernel of a file that stands on kernels/grid.cl: "uniform" or "range_mse". Errors: device.
Result<cl::Kernel> uniform_kernel(Device& device, const std::string& name);

/// Whether a device of this form gives the reference's codes.
bool runs_uniform(const uniform::Form& form, const DeviceForm& device);

/// Where scales and zeros of rows and groups come from; those of tensors and columns come from `fit`.
enum class Grids {
  of_range,  ///< from each region's own extremes
  searched,  ///< another kernel has left them in `on`
};

/// Encodes a tile under the form, with regions and shared entries of the quantizer. Errors: device.
Result<void> encode_uniform(Device& device, const uniform::Form& form, const RowQuantizer& quantizer,
                            const RowTile& tile, const TileBuffers& on, Grids grids = Grids::of_range);

}  // namespace quant
