#include "app/views/histogram_layers.h"

#include <algorithm>
#include <map>

namespace app {
namespace {

std::vector<double> equalEdges(double lo, double hi, std::size_t bins) {
  std::vector<double> edges(bins + 1);
  for (std::size_t i = 0; i <= bins; ++i) edges[i] = i == bins ? hi : lo + (hi - lo) * double(i) / double(bins);
  return edges;
}

std::vector<double> doubles(const std::vector<std::uint64_t>& counts) {
  return std::vector<double>(counts.begin(), counts.end());
}

HistogramLayer folded(const quant::Histogram& native) {
  struct Bin {
    double hi = 0, count = 0, clipping = 0;
  };
  std::map<double, Bin> bins;  // by the smaller magnitude
  for (std::size_t i = 0; i < native.counts.size(); ++i) {
    const double a = native.edges[i], b = native.edges[i + 1];
    if (a < 0 && b > 0) continue;
    Bin& bin = bins[std::min(std::abs(a), std::abs(b))];
    bin.hi = std::max(std::abs(a), std::abs(b));
    bin.count += double(native.counts[i]);
    if (!native.clipping.empty()) bin.clipping += double(native.clipping[i]);
  }
  HistogramLayer layer;
  for (const auto& [lo, bin] : bins) {
    if (lo <= 0) continue;
    if (layer.edges.empty()) layer.edges.push_back(lo);
    layer.edges.push_back(bin.hi);
    layer.counts.push_back(bin.count);
    if (!native.clipping.empty()) layer.clipping.push_back(bin.clipping);
  }
  return layer;
}

}  // namespace

HistogramLayer coarseLayer(const quant::BitHistogram& counts, const quant::BitHistogram* clipped, double lo, double hi,
                           std::size_t bins) {
  HistogramLayer layer;
  layer.edges = equalEdges(lo, hi, bins);
  layer.counts = quant::spread(counts, lo, hi, bins);
  if (clipped) layer.clipping = quant::spread(*clipped, lo, hi, bins);
  layer.exact = false;
  return layer;
}

HistogramLayer nativeLayer(const quant::BitHistogram& counts, const quant::BitHistogram* clipped, bool fold) {
  const quant::Histogram native = quant::native_histogram(counts, clipped);
  if (fold) return folded(native);
  HistogramLayer layer;
  layer.edges = native.edges;
  layer.counts = doubles(native.counts);
  layer.clipping = doubles(native.clipping);
  return layer;
}

HistogramLayer exactLayer(const quant::Recount& count, bool parts) {
  HistogramLayer layer;
  layer.edges = equalEdges(count.lo, count.hi, count.counts.size());
  layer.counts = doubles(count.counts);
  if (parts) layer.clipping = doubles(count.clipping);
  return layer;
}

HistogramLayer refinedLayer(const HistogramLayer& base, const quant::Recount& inside) {
  const auto from = std::size_t(std::lower_bound(base.edges.begin(), base.edges.end(), inside.lo) - base.edges.begin());
  const auto to = std::size_t(std::lower_bound(base.edges.begin(), base.edges.end(), inside.hi) - base.edges.begin());
  if (from >= base.edges.size() || to >= base.edges.size() || from >= to) return base;
  const HistogramLayer fine = exactLayer(inside, !base.clipping.empty());
  HistogramLayer out = base;
  const auto splice = [&](std::vector<double>& whole, const std::vector<double>& part) {
    whole.erase(whole.begin() + std::ptrdiff_t(from), whole.begin() + std::ptrdiff_t(to));
    whole.insert(whole.begin() + std::ptrdiff_t(from), part.begin(), part.end());
  };
  splice(out.counts, fine.counts);
  if (!out.clipping.empty()) splice(out.clipping, fine.clipping);
  splice(out.edges, std::vector<double>(fine.edges.begin(), fine.edges.end() - 1));
  return out;
}

HistogramLayer stepLayer(const quant::ErrorCounters& counters) {
  HistogramLayer layer;
  layer.edges = equalEdges(-1 - 1.0 / 64, 1 + 1.0 / 64, quant::step_bins);
  for (std::size_t i = 0; i < counters.step.size(); ++i) {
    layer.counts.push_back(double(counters.step[i]));
    const bool beyond = i < 33 || i > 96;  // bins wholly below −½ or above ½
    layer.clipping.push_back(beyond ? double(counters.step[i]) : 0);
  }
  return layer;
}

std::pair<double, double> enclosingEdges(const HistogramLayer& base, double lo, double hi) {
  if (base.edges.size() < 2) return {lo, hi};
  auto from = std::upper_bound(base.edges.begin(), base.edges.end(), lo);
  auto to = std::lower_bound(base.edges.begin(), base.edges.end(), hi);
  if (from != base.edges.begin()) --from;
  if (to == base.edges.end()) --to;
  if (from >= to) return {base.edges.front(), base.edges.back()};
  return {*from, *to};
}

}  // namespace app
