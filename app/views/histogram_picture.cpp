#include "app/views/histogram_picture.h"

namespace app {

std::vector<double> heights(const std::vector<double>& counts, const std::vector<double>& edges, const AxisScale& x,
                            CountKind kind, double total) {
  constexpr double octave = 0.30102999566398120;  // log10(2)
  const double unit = x.kind() == AxisKind::linear ? 1 : octave;
  const bool density = kind == CountKind::density;
  std::vector<double> out(counts.size());
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double width = x.position(edges[i + 1]) - x.position(edges[i]);
    const bool per_width = density || x.kind() != AxisKind::linear;
    out[i] = counts[i] * (per_width && width > 0 ? unit / width : 1) / (density && total > 0 ? total : 1);
  }
  return out;
}

}  // namespace app
