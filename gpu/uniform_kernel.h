#pragma once
// kernels/uniform.cl from the host: all schemes that uniform::Form describes.

#include "core/methods/uniform/uniform.h"
#include "gpu/scheme_kernel.h"

namespace quant {

/// Whether a device of this form gives the reference's codes.
bool runs_uniform(const uniform::Form& form, const DeviceForm& device);

/// Encodes a tile under the form, with regions and shared entries of the quantizer. Errors: device.
Result<void> encode_uniform(Device& device, const uniform::Form& form, const RowQuantizer& quantizer,
                            const RowTile& tile, const TileBuffers& on);

}  // namespace quant
