// bitnet and binary on a device.

#include "gpu/kernel_sources.h"
#include "gpu/uniform_kernel.h"

namespace quant {
namespace {

/// Whether magnitudes are those of the kernel's own regions, which takes sums in double.
bool local_means(const RowQuantizer& quantizer) { return quantizer.region() != Region::tensor; }

/// Codes −1, 0, 1 over ±Δ, as core/methods/codebook/bitnet.cpp lays them.
uniform::Form ternary_form() {
  uniform::Form form;
  form.bits = 2;
  form.divisor = 1;
  form.code_lo = -1;
  form.code_hi = 1;
  return form;
}

class BitnetKernel final : public SchemeKernel {
 public:
  bool offers(const Method& method, const DeviceForm& device) const override {
    return method.id == "bitnet" && device.exact_division;
  }
  bool runs(const RowQuantizer& quantizer, const DeviceForm& device) const override {
    return offers(quantizer.scheme().method(), device) && (device.fp64 || !local_means(quantizer));
  }
  bool has_zeros(const RowQuantizer&) const override { return false; }
  Result<void> encode(Device& device, const RowQuantizer& quantizer, const RowTile& tile,
                      const TileBuffers& on) const override {
    if (local_means(quantizer)) {
      QUANT_TRY(kernel, device.kernel(kernels::mean, "bitnet_scales"));
      const auto walk = region_walk(quantizer.region(), quantizer.group(), tile, device.form());
      QUANT_CHECK(
          device.launch(kernel, walk.groups, on.weights, on.scales, walk.cols, walk.group, walk.regions, walk.team));
    }
    return encode_uniform(device, ternary_form(), quantizer, tile, on, Grids::searched);
  }
};

class BinaryKernel final : public SchemeKernel {
 public:
  bool offers(const Method& method, const DeviceForm&) const override { return method.id == "binary"; }
  bool runs(const RowQuantizer& quantizer, const DeviceForm& device) const override {
    return offers(quantizer.scheme().method(), device) && (device.fp64 || !local_means(quantizer));
  }
  bool has_zeros(const RowQuantizer&) const override { return false; }
  ExtraResults extras(const RowQuantizer& quantizer, const RowTile& tile) const override {
    ExtraResults extras;
    const MatrixShape rows{.matrices = 1, .rows = tile.rows, .cols = tile.cols};
    if (quantizer.scheme().flag("center")) extras.codebooks = 2 * regions(quantizer.region(), rows, quantizer.group());
    return extras;
  }
  Result<void> encode(Device& device, const RowQuantizer& quantizer, const RowTile& tile,
                      const TileBuffers& on) const override {
    QUANT_TRY(kernel, device.kernel(kernels::mean, "binary"));
    const auto entries = shared_entries(quantizer, tile);
    QUANT_CHECK(device.upload(on.scales, std::span(entries.scales)));
    const auto walk = region_walk(quantizer.region(), quantizer.group(), tile, device.form());
    constexpr cl_uint of_matrix = 1, centred = 2;  // beside the defines of kernels/mean.cl
    cl_uint flags = local_means(quantizer) ? cl_uint{0} : of_matrix;
    if (quantizer.scheme().flag("center")) flags |= centred;
    return device.launch(kernel, walk.groups, on.weights, on.scales, on.codebooks, on.codes, on.values, on.clipped,
                         on.steps, walk.cols, walk.group, walk.regions, walk.team, entries.matrix_rows,
                         entries.first_row, flags);
  }
};

}  // namespace

std::unique_ptr<SchemeKernel> make_binary_kernel() { return std::make_unique<BinaryKernel>(); }
std::unique_ptr<SchemeKernel> make_bitnet_kernel() { return std::make_unique<BitnetKernel>(); }

}  // namespace quant
