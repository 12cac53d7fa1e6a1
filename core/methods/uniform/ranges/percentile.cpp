// range=percentile: the order statistics around rank p/100·(n − 1), interpolated.

#include "core/methods/uniform/ranges/ranges.h"

namespace quant::uniform {
namespace {

/// Percentile p of the values, which are reordered; 0 of none.
float percentile_of(std::vector<float>& values, double p) {
  if (values.empty()) return 0;
  const double rank = p / 100 * double(values.size() - 1);
  const auto below = values.begin() + std::ptrdiff_t(rank);
  std::nth_element(values.begin(), below, values.end());
  if (below + 1 == values.end()) return *below;
  const double low = double(*below), high = double(*std::min_element(below + 1, values.end()));
  return float(low + (rank - std::floor(rank)) * (high - low));
}

}  // namespace

Limits percentile(std::span<const float> region, Form::Span span, double p) {
  std::vector<float> values;
  values.reserve(region.size());
  for (const float x : region)
    if (std::isfinite(x)) values.push_back(span == Form::Span::magnitude ? std::fabs(x) : x);
  const float high = percentile_of(values, p);
  return {span == Form::Span::magnitude ? -high : percentile_of(values, 100 - p), high};
}

}  // namespace quant::uniform
