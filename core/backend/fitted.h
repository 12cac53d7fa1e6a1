#pragma once
// What restores a tensor: a scheme fitted to it with the backend that runs it, or a stored tensor.

#include <memory>

#include "core/backend/analysis.h"
#include "core/backend/tiles.h"

namespace quant {

/// What a tile holds a weight: weights, values, steps, codes and clip marks, rounded up.
inline constexpr std::uint64_t tile_bytes_per_weight = 16;

struct Fitted {
  std::unique_ptr<RowQuantizer> quantizer;  ///< null: `stored`, or the values themselves
  const TensorView* stored = nullptr;
  const Backend* backend = nullptr;

  bool restores() const { return quantizer || stored; }
  /// The tile restored; of a stored tensor the values alone. Errors: io, device.
  Result<QuantizedTile> restore(const RowTile& tile) const;
  std::uint64_t row_alignment(std::uint64_t cols) const;

  TileCut cut(const TensorView& view) const;
};

/// Errors: refused, with both shapes.
Result<void> same_shape(const TensorView& stored, const TensorView& original);

/// Fits; the chosen device where it runs the scheme, else the reference. Errors: those of Quantizer::fit; refused (the
/// stored tensor has another shape).
Result<Fitted> fit(const TensorView& view, const Approximation& of, const Devices& devices, JobContext& job);

/// Where the region of an element stands among the tile's scales, or (`is_shared`) among those of the whole tensor.
std::size_t region_index(const RowQuantizer& q, const RowTile& tile, std::uint64_t row, std::uint64_t col,
                         bool is_shared);

}  // namespace quant
