#pragma once
// From core's counters to what a histogram view draws. Moves numbers, adds none up that core has not.

#include "app/views/histogram_picture.h"
#include "core/backend/analysis.h"

namespace app {

/// Equal bins poured from the counters by leading bits: at once, but only nearly where a value lies in its bin.
HistogramLayer coarseLayer(const quant::BitHistogram& counts, const quant::BitHistogram* clipped, double lo, double hi,
                           std::size_t bins);
/// The counters' own bins, exact. `fold`: of magnitudes, the bin around zero left out (it has no place on a log axis).
HistogramLayer nativeLayer(const quant::BitHistogram& counts, const quant::BitHistogram* clipped, bool fold);
/// Equal bins counted from the data.
HistogramLayer exactLayer(const quant::Recount& count, bool parts);
/// `base` with its bins inside [inside.lo, inside.hi] replaced by the finer count; the ends lie on edges of `base`.
HistogramLayer refinedLayer(const HistogramLayer& base, const quant::Recount& inside);
/// Errors in units of the local step Δ, bins of 1/64 over [−1, 1]; beyond ±½ a weight was clipped. What lies beyond ±1
/// stands in the end bins.
HistogramLayer stepLayer(const quant::ErrorCounters& counters);

/// Edges of `base` around [lo, hi].
std::pair<double, double> enclosingEdges(const HistogramLayer& base, double lo, double hi);

}  // namespace app
