// kmeans and deepcomp on a device: codes of codebooks that `fit` has found.

#include <algorithm>
#include <bit>
#include <limits>

#include "core/methods/codebook/deepcomp.h"
#include "core/methods/codebook/optimal_codebook.h"
#include "gpu/kernel_sources.h"
#include "gpu/scheme_kernel.h"

namespace quant {
namespace {

/// Whether code 0 stands for weights that are pruned.
bool sparse(const Scheme& scheme) { return scheme.method().id == "deepcomp" && scheme.number("prune") > 0; }

/// Midpoints, inner levels, levels and gaps of one codebook, as kernels/codebook.cl takes them.
void append_tables(std::vector<float>& tables, std::span<const float> levels) {
  for (std::size_t k = 0; k + 1 < levels.size(); ++k)
    tables.push_back(static_cast<float>((static_cast<double>(levels[k]) + static_cast<double>(levels[k + 1])) / 2));
  tables.insert(tables.end(), levels.begin() + 1, levels.end() - 1);
  tables.push_back(std::numeric_limits<float>::infinity());
  tables.insert(tables.end(), levels.begin(), levels.end());
  constexpr float infinite = std::numeric_limits<float>::infinity();
  const LevelGaps gap(levels);
  for (std::size_t k = 0; k + 1 < levels.size(); ++k)  // of what lies from level k on; below all levels for the first
    tables.push_back(gap(k == 0 ? -infinite : levels[k]));
}

/// The cut of a matrix: its ties are told by where they end in the tile.
void append_cut(std::vector<float>& tables, const deep_compression::Cut& cut, std::uint64_t matrix,
                const RowQuantizer& quantizer, const RowTile& tile) {
  const std::uint64_t end = matrix * quantizer.shared().rows * tile.cols + cut.tie_end,
                      begin = tile.first_row * tile.cols;
  const std::uint64_t ties = end > begin ? std::min<std::uint64_t>(end - begin, tile.w.size()) : 0;
  tables.push_back(std::bit_cast<float>(cut.threshold));
  tables.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(ties)));
}

/// Of the matrices that the tile has rows of.
std::vector<float> tables_of(const RowQuantizer& quantizer, const RowTile& tile) {
  const Scheme& scheme = quantizer.scheme();
  const std::size_t levels = std::size_t{1} << scheme.integer("bits"), zero = sparse(scheme) ? 1 : 0;
  const std::uint64_t rows = quantizer.shared().rows;
  std::vector<float> tables;
  for (auto m = tile.first_row / rows; m <= (tile.first_row + tile.rows - 1) / rows; ++m) {
    append_tables(tables, quantizer.codebook().subspan(m * (levels + zero) + zero, levels));
    const auto none = deep_compression::Cut{};
    append_cut(tables, zero ? static_cast<const deep_compression::Rows&>(quantizer).cut(m) : none, m, quantizer, tile);
  }
  return tables;
}

class CodebookKernel final : public SchemeKernel {
 public:
  bool offers(const Method& method, const DeviceForm&) const override {
    return method.id == "kmeans" || method.id == "deepcomp";
  }
  /// Codebooks of rows and groups are searched with their codes.
  bool runs(const RowQuantizer& quantizer, const DeviceForm& device) const override {
    return offers(quantizer.scheme().method(), device) && !quantizer.codebook().empty();
  }
  bool has_zeros(const RowQuantizer&) const override { return false; }
  Result<void> encode(Device& device, const RowQuantizer& quantizer, const RowTile& tile,
                      const TileBuffers& on) const override {
    QUANT_TRY(kernel, device.kernel(kernels::codebook, "codebook"));
    const auto tables = tables_of(quantizer, tile);
    QUANT_TRY(tables_on, device.table(std::span<const float>(tables)));
    const auto walk = region_walk(Region::row, 0, tile, device.form());
    const auto entries = shared_entries(quantizer, tile);
    return device.launch(kernel, walk.groups, on.weights, on.codes, on.values, on.clipped, on.steps, walk.cols,
                         walk.group, walk.regions, walk.team, entries.matrix_rows, entries.first_row, tables_on,
                         static_cast<cl_uint>(quantizer.scheme().integer("bits")),
                         static_cast<cl_uint>(sparse(quantizer.scheme()) ? 1 : 0));
  }
};

}  // namespace

std::unique_ptr<SchemeKernel> make_codebook_kernel() { return std::make_unique<CodebookKernel>(); }

}  // namespace quant
