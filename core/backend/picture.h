#pragma once
// What charts mark beyond the figures: the grid around an element, where clipping happened, limits of a map, and the
// elements that lost most.

#include <cstdint>
#include <span>
#include <vector>

#include "core/backend/analysis.h"

namespace quant {

/// One value that a scheme can store in the region of an element.
struct GridLevel {
  int code = 0;
  double value = 0;
};

/// The representable values around one element: those of its tensor, column, row, group or block.
struct GridPicture {
  std::vector<GridLevel> levels;  ///< ascending by value; empty where the scheme has no codes or more than asked for
  double lo = 0, hi = 0;          ///< the outermost values: beyond them a weight is clipped
  bool has_range = false;         ///< lo and hi are known
  double step = 0;                ///< Δ at the element; 0 where there is none
};

/// Errors: usage (no such element), refused (the scheme cannot take the tensor), io, cancelled.
Result<GridPicture> grid_picture(const TensorView& view, const Scheme& scheme, std::uint64_t row, std::uint64_t col,
                                 std::size_t most_levels, JobContext& job);

/// Clipped elements by side: a weight above the range loses, so its error ŵ − w is negative.
struct ClipSides {
  std::uint64_t below = 0, above = 0;
};
ClipSides clip_sides(const ErrorCounters& counters);

/// The smallest limit that holds this share of the finite |cells|; 0 where there are none. For the colours of a map.
double robust_limit(std::span<const float> cells, double share);

/// An element and its error.
struct WorstElement {
  std::uint64_t row = 0, col = 0;
  double error = 0;  ///< ŵ − w
};

/// The elements of largest |error|, worst first, earlier elements first where equal; at most `most`. One pass over all
/// elements. Errors: as analyze.
Result<std::vector<WorstElement>> worst_elements(const TensorView& view, const Approximation& of, std::size_t most,
                                                 const Devices& devices, JobContext& job);

}  // namespace quant
