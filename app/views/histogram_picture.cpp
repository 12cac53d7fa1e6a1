#include "app/views/histogram_picture.h"

#include <algorithm>
#include <cmath>

namespace app {

double binWidth(const std::vector<double>& edges) {
  double width = 0;
  for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
    const double w = edges[i + 1] - edges[i];
    if (w > 0) width = width > 0 ? std::min(width, w) : w;
  }
  return width;
}

std::vector<double> heights(const std::vector<double>& counts, const std::vector<double>& edges, const AxisScale& x,
                            CountKind kind, double total) {
  constexpr double octave = 0.30102999566398120;  // log10(2)
  const bool linear = x.kind() == AxisKind::linear, density = kind == CountKind::density;
  const double unit = !linear ? octave : density ? 1 : binWidth(edges);
  std::vector<double> out(counts.size());
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double width = x.position(edges[i + 1]) - x.position(edges[i]);
    double share = width > 0 ? unit / width : 1;
    if (linear && !density && std::abs(share - 1) < 1e-6) share = 1;  // equal bins: the count itself
    out[i] = counts[i] * share / (density && total > 0 ? total : 1);
  }
  return out;
}

}  // namespace app
