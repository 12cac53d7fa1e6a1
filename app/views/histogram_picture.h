#pragma once
// What a histogram view draws: bins with their counts, and the marks that explain them. Plain data, made by a page.

#include <QString>
#include <cstddef>
#include <vector>

#include "app/views/axis_scale.h"

namespace app {

/// One distribution. The first layer is filled, further ones are step outlines.
struct HistogramLayer {
  QString label;
  std::vector<double> edges;     ///< n + 1, ascending
  std::vector<double> counts;    ///< n
  std::vector<double> clipping;  ///< n, or empty: the clipped part of each bin
  bool exact = true;             ///< false: drawn from coarse counters, the exact count is on its way

  std::size_t bins() const { return counts.size(); }
};

struct HistogramMark {
  enum Kind {
    level,      ///< a representable value; the label is its code
    clip,       ///< values beyond are clipped
    half_step,  ///< ±½Δ: where rounding ends
    guide,      ///< any other place worth a line
  };
  double at = 0;
  QString label;
  Kind kind = level;
  bool towards_left = false;  ///< clip: the clipped side
};

struct HistogramPicture {
  std::vector<HistogramLayer> layers;  ///< at most 4
  std::vector<HistogramMark> marks;
  double total = 0;                   ///< elements that shares refer to
  QString x_title;                    ///< with its unit
  QString note;                       ///< stands in the plot where there are no bins
  bool symmetric = false;             ///< the whole range keeps zero in the middle
  double start_lo = 0, start_hi = 0;  ///< what is visible at first; equal: everything
};

/// How counts become heights.
enum class CountKind { linear, log, density };

/// The narrowest bin.
double binWidth(const std::vector<double>& edges);

/// Heights in axis units of one layer. Linear axis: elements per narrowest bin, which for equal bins is the count
/// itself. Other axes: elements per octave, so that bins of unequal width stay comparable. Density: share of the total
/// per unit, or per octave.
std::vector<double> heights(const std::vector<double>& counts, const std::vector<double>& edges, const AxisScale& x,
                            CountKind kind, double total);

}  // namespace app
