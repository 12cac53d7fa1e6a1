// MX block formats and nvfp4 on a device.

#include <algorithm>
#include <array>

#include "gpu/format_args.h"
#include "gpu/kernel_sources.h"
#include "gpu/scheme_kernel.h"

namespace quant {
namespace {

using float_format::Format;
using float_format::Overflow;

constexpr std::string_view integer_id = "mxint8";

/// The element format of mxfp…, whose name it carries; null for others.
const Format* element_of(std::string_view id) {
  if (!id.starts_with("mxfp")) return nullptr;
  const auto* found = std::ranges::find_if(float_format::formats,
                                           [&](const Format& format) { return format.id.starts_with(id.substr(2)); });
  return found == std::end(float_format::formats) ? nullptr : found;
}

/// Exponent and fraction of int8 in units of 1/64, as far as the block's scale asks for them.
constexpr FormatArgs integer_args{.mantissa = 6, .top = 0, .largest = 127.0f / 64};

cl_uint rounding_of(const Scheme& scheme) {
  constexpr std::array<std::string_view, 4> words = {"floor", "ceil", "even", "rceil"};  // as kernels/blocks.cl counts
  return static_cast<cl_uint>(std::ranges::find(words, scheme.word("scale")) - words.begin());
}

class MxKernel final : public SchemeKernel {
 public:
  bool offers(const Method& method, const DeviceForm& device) const override {
    return device.exact_division && (method.id == integer_id || element_of(method.id));
  }
  bool runs(const RowQuantizer& quantizer, const DeviceForm& device) const override {
    return offers(quantizer.scheme().method(), device);
  }
  bool has_zeros(const RowQuantizer&) const override { return false; }
  Result<void> encode(Device& device, const RowQuantizer& quantizer, const RowTile& tile,
                      const TileBuffers& on) const override {
    QUANT_TRY(kernel, device.kernel(kernels::blocks, "mx"));
    const auto walk = region_walk(quantizer.region(), quantizer.group(), tile, device.form());
    const Format* format = element_of(quantizer.scheme().method().id);
    return device.launch(kernel, walk.groups, on.weights, on.scales, on.codes, on.values, on.clipped, on.steps,
                         walk.cols, walk.group, walk.regions, walk.team, rounding_of(quantizer.scheme()),
                         cl_uint{format ? 0u : 1u}, format ? format_args(*format, Overflow::saturate) : integer_args,
                         cl::Local(sizeof(cl_float2) * device.form().lanes));
  }
};

class Nvfp4Kernel final : public SchemeKernel {
 public:
  bool offers(const Method& method, const DeviceForm& device) const override {
    return device.exact_division && method.id == "nvfp4";
  }
  bool runs(const RowQuantizer& quantizer, const DeviceForm& device) const override {
    return offers(quantizer.scheme().method(), device);
  }
  bool has_zeros(const RowQuantizer&) const override { return false; }
  Result<void> encode(Device& device, const RowQuantizer& quantizer, const RowTile& tile,
                      const TileBuffers& on) const override {
    QUANT_TRY(kernel, device.kernel(kernels::blocks, "nvfp4"));
    const auto walk = region_walk(quantizer.region(), quantizer.group(), tile, device.form());
    auto entries = shared_entries(quantizer, tile);
    // A single level has no scale of the tensor: the same as 1 for all matrices.
    if (entries.scales.empty()) entries.scales = {1.0f}, entries.first_row = 0, entries.matrix_rows = walk.regions;
    QUANT_TRY(tensor_scales, device.table(std::span<const float>(entries.scales)));
    return device.launch(kernel, walk.groups, on.weights, on.scales, on.codes, on.values, on.clipped, on.steps,
                         walk.cols, walk.group, walk.regions, walk.team, tensor_scales, entries.matrix_rows,
                         entries.first_row, format_args(float_format::fp4_e2m1, Overflow::saturate),
                         format_args(float_format::fp8_e4m3, Overflow::saturate),
                         cl::Local(sizeof(cl_float2) * device.form().lanes));
  }
};

}  // namespace

std::unique_ptr<SchemeKernel> make_mx_kernel() { return std::make_unique<MxKernel>(); }
std::unique_ptr<SchemeKernel> make_nvfp4_kernel() { return std::make_unique<Nvfp4Kernel>(); }

}  // namespace quant
