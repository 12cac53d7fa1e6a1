#include "gpu/uniform_kernel.h"

#include <cmath>

#include "gpu/kernel_sources.h"

namespace quant {
namespace {

// Beside the defines of kernels/uniform.cl.
enum Flag : cl_uint {
  zero_point = 1,
  widen = 2,
  span = 4,
  reciprocal = 8,
  half_scales = 16,
  of_matrix = 32,
  of_column = 64
};

cl_uint flags(const uniform::Form& form, Region region) {
  cl_uint flags = 0;
  if (form.zero_point) flags |= zero_point;
  if (form.widen) flags |= widen;
  if (form.span == uniform::Form::Span::width) flags |= span;
  if (form.recip) flags |= reciprocal;
  if (form.half_scale) flags |= half_scales;
  if (region == Region::tensor) flags |= of_matrix;
  if (region == Region::column) flags |= of_column;
  return flags;
}

}  // namespace

bool runs_uniform(const uniform::Form& form, const DeviceForm& device) {
  if (!device.exact_division) return false;
  constexpr int exact_powers = 10;  // the largest power of ten that is a float32
  return form.decimals < 0 || (device.fp64 && form.decimals <= exact_powers);  // Δ is cut in double
}

Result<void> encode_uniform(Device& device, const uniform::Form& form, const RowQuantizer& quantizer,
                            const RowTile& tile, const TileBuffers& on) {
  QUANT_TRY(kernel, device.kernel(kernels::uniform, "uniform"));
  const auto entries = shared_entries(quantizer, tile);
  QUANT_CHECK(device.upload(on.scales, std::span(entries.scales)));
  QUANT_CHECK(device.upload(on.zeros, std::span(entries.zeros)));
  const auto walk = region_walk(quantizer.region(), quantizer.group(), tile, device.form());
  const float power = form.decimals < 0 ? 0.0f : static_cast<float>(std::pow(10.0, form.decimals));
  return device.launch(kernel, walk.groups, on.weights, on.scales, on.zeros, on.codes, on.values, on.clipped, on.steps,
                       walk.cols, walk.group, walk.regions, walk.team, entries.matrix_rows, entries.first_row,
                       flags(form, quantizer.region()), form.divisor, form.code_lo, form.code_hi, power,
                       cl::Local(sizeof(cl_float2) * device.form().lanes));
}

}  // namespace quant
