#pragma once
// How a scheme runs on a device: one class a kernel family, registered in opencl_backend.cpp.

#include <array>
#include <memory>
#include <vector>

#include "core/methods/quantizer.h"
#include "gpu/device.h"

namespace quant {

constexpr std::size_t scratch_buffers = 6;

/// A tile on the device. Results are `elements` long, scales and zeros one a region, the rest as ExtraResults says.
struct TileBuffers {
  cl_uint elements = 0;
  cl::Buffer weights, codes, values, clipped, steps, scales, zeros;
  cl::Buffer minima, codebooks, packed;
  std::array<cl::Buffer, scratch_buffers> scratch;
  bool dumped = false;  ///< whether packed bytes are wanted, which an analysis is not made of
};

/// What a scheme has beside codes, values, clip marks, steps, scales and zeros.
struct ExtraResults {
  std::size_t minima = 0;                              ///< floats of a tile
  std::size_t codebooks = 0;                           ///< floats of a tile
  std::size_t packed = 0;                              ///< bytes of a tile
  std::array<std::size_t, scratch_buffers> scratch{};  ///< bytes of what its kernels leave for one another
};

/// Regions of a tile as the kernels walk them: `group` consecutive weights inside each run of `cols`.
/// Tensor and column regions are walked row by row; blocks that cross rows see the tile as one row.
struct RegionWalk {
  cl_uint cols = 0, group = 0, regions = 0;
  cl_uint team = 1;        ///< lanes of a work-group that share a region, 2^n
  std::size_t groups = 0;  ///< work-groups to launch
};
RegionWalk region_walk(Region region, std::uint64_t group, const RowTile& tile, const DeviceForm& form);
/// The same regions, each with room for `lanes` lanes where a group has so many.
RegionWalk with_team(RegionWalk walk, std::uint32_t lanes, const DeviceForm& form);

/// The entries of Shared that a tile needs, from the matrix of its first row on.
struct SharedEntries {
  std::vector<float> scales;
  std::vector<std::uint8_t> zeros;
  cl_uint matrix_rows = 1;  ///< rows of a matrix
  cl_uint first_row = 0;    ///< the tile's first row inside its matrix
};
SharedEntries shared_entries(const RowQuantizer& quantizer, const RowTile& tile);

/// One family of schemes. Errors of encode: device.
class SchemeKernel {
 public:
  virtual ~SchemeKernel() = default;
  /// Whether it has code for the method, on a device of this form.
  virtual bool offers(const Method& method, const DeviceForm& form) const = 0;
  /// Whether it also has code for these parameters.
  virtual bool runs(const RowQuantizer& quantizer, const DeviceForm& form) const = 0;
  /// Whether its regions have zero points.
  virtual bool has_zeros(const RowQuantizer& quantizer) const = 0;
  /// Sizes of the further buffers of a tile.
  virtual ExtraResults extras(const RowQuantizer&, const RowTile&) const { return {}; }
  /// Enqueues the work that fills all buffers of `on` but the weights, which are there. The buffers are large enough.
  virtual Result<void> encode(Device& device, const RowQuantizer& quantizer, const RowTile& tile,
                              const TileBuffers& on) const = 0;
};

std::unique_ptr<SchemeKernel> make_article_kernel();
std::unique_ptr<SchemeKernel> make_binary_kernel();
std::unique_ptr<SchemeKernel> make_bitnet_kernel();
std::unique_ptr<SchemeKernel> make_block_code_kernel();
std::unique_ptr<SchemeKernel> make_cast_kernel();
std::unique_ptr<SchemeKernel> make_codebook_kernel();
std::unique_ptr<SchemeKernel> make_gguf_kernel();
std::unique_ptr<SchemeKernel> make_gguf_packed_kernel();
std::unique_ptr<SchemeKernel> make_hqq_kernel();
std::unique_ptr<SchemeKernel> make_mx_kernel();
std::unique_ptr<SchemeKernel> make_nvfp4_kernel();
std::unique_ptr<SchemeKernel> make_rtn_kernel();

}  // namespace quant
