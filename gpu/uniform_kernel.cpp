#include "gpu/uniform_kernel.h"

#include <cmath>

#include "gpu/kernel_sources.h"

namespace quant {
namespace {

// Beside the defines of kernels/grid.cl and kernels/uniform.cl.
enum Flag : cl_uint {
  zero_point = 1,
  widen = 2,
  span = 4,
  reciprocal = 8,
  half_scales = 16,
  of_matrix = 32,
  of_column = 64,
  of_search = 128
};

cl_uint source_of_grids(Region region, Grids grids) {
  if (region == Region::tensor) return of_matrix;
  if (region == Region::column) return of_column;
  return grids == Grids::searched ? of_search : cl_uint{0};
}

}  // namespace

UniformArgs uniform_args(const uniform::Form& form) {
  UniformArgs args{.divisor = form.divisor, .lowest = form.code_lo, .highest = form.code_hi};
  if (form.zero_point) args.flags |= zero_point;
  if (form.widen) args.flags |= widen;
  if (form.span == uniform::Form::Span::width) args.flags |= span;
  if (form.recip) args.flags |= reciprocal;
  if (form.half_scale) args.flags |= half_scales;
  if (form.decimals >= 0) args.power = static_cast<cl_float>(std::pow(10.0, form.decimals));
  return args;
}

Result<cl::Kernel> uniform_kernel(Device& device, const std::string& name) {
  static const std::string codes = std::string(kernels::grid) + std::string(kernels::uniform);
  static const std::string search = std::string(kernels::grid) + std::string(kernels::range_mse);
  return device.kernel(name == "uniform" ? codes : search, name);
}

bool runs_uniform(const uniform::Form& form, const DeviceForm& device) {
  if (!device.exact_division) return false;
  constexpr int exact_powers = 10;  // the largest power of ten that is a float32
  return form.decimals < 0 || (device.fp64 && form.decimals <= exact_powers);  // Δ is cut in double
}

Result<void> encode_uniform(Device& device, const uniform::Form& form, const RowQuantizer& quantizer,
                            const RowTile& tile, const TileBuffers& on, Grids grids) {
  QUANT_TRY(kernel, uniform_kernel(device, "uniform"));
  const auto entries = shared_entries(quantizer, tile);
  QUANT_CHECK(device.upload(on.scales, std::span(entries.scales)));
  QUANT_CHECK(device.upload(on.zeros, std::span(entries.zeros)));
  const auto walk = region_walk(quantizer.region(), quantizer.group(), tile, device.form());
  UniformArgs args = uniform_args(form);
  args.flags |= source_of_grids(quantizer.region(), grids);
  return device.launch(kernel, walk.groups, on.weights, on.scales, on.zeros, on.codes, on.values, on.clipped, on.steps,
                       walk.cols, walk.group, walk.regions, walk.team, entries.matrix_rows, entries.first_row, args,
                       cl::Local(sizeof(cl_float2) * device.form().lanes));
}

}  // namespace quant
