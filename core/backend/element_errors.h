#pragma once
// The definition of the error statistics, element by element: what every faster path is held against.

#include <span>

#include "core/backend/backend.h"

namespace quant {

/// A tile beside its quantized self. `codes`, `clipped` and `steps` may be empty; else as long as `w`.
struct ElementErrors {
  std::span<const float> w, values;
  std::span<const std::uint8_t> codes, clipped;
  std::span<const float> steps;
};

/// Adds every finite element to what the task wants.
void add_errors(const ElementErrors& elements, const TileTask& task);

/// Quantizes the tile by the scalar reference and adds its errors.
void add_reference_errors(const RowTile& tile, const TileTask& task);

}  // namespace quant
