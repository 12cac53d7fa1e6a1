#pragma once
// A scheme fitted to a tensor, with the backend that runs it.

#include <memory>

#include "core/backend/analysis.h"
#include "core/backend/tiles.h"

namespace quant {

/// What a tile holds a weight: weights, values, steps, codes and clip marks, rounded up.
inline constexpr std::uint64_t tile_bytes_per_weight = 16;

struct Fitted {
  std::unique_ptr<RowQuantizer> quantizer;  ///< null: the values themselves
  const Backend* backend = nullptr;

  TileCut cut(const TensorView& view) const;
};

/// Fits; the chosen device where it runs the scheme, else the reference. Errors: those of Quantizer::fit.
Result<Fitted> fit(const TensorView& view, const Scheme& scheme, const Devices& devices, JobContext& job);

/// Where the region of an element stands among the tile's scales, or (`is_shared`) among those of the whole tensor.
std::size_t region_index(const RowQuantizer& q, const RowTile& tile, std::uint64_t row, std::uint64_t col,
                         bool is_shared);

}  // namespace quant
