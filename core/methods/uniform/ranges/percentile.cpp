// range=percentile: the order statistics around rank p/100·(n − 1), interpolated.

#include <array>

#include "core/methods/uniform/ranges/ranges.h"
#include "core/stats/radix_select.h"

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

namespace {

/// What the percentile is of: |w|, or w.
std::span<const float> seen(std::span<const float> w, Form::Span span, std::vector<float>& scratch) {
  if (span == Form::Span::width) return w;
  scratch.resize(w.size());
  std::transform(w.begin(), w.end(), scratch.begin(), [](float x) { return std::fabs(x); });
  return scratch;
}

/// Calls visit(copy of the worker, values) for all parts; the copies.
template <class Copy, class Add>
Result<std::vector<Copy>> by_worker(const Parts& parts, Form::Span span, const Copy& start, Add add) {
  std::vector<Copy> copies(std::size_t(parts.workers()), start);
  std::vector<std::vector<float>> scratch(copies.size());
  QUANT_CHECK(parts.each([&](std::span<const float> w, std::size_t, int worker) {
    for (const float x : seen(w, span, scratch[std::size_t(worker)])) add(copies[std::size_t(worker)], x);
  }));
  return copies;
}

}  // namespace

/// Three passes: 13 bits of the order statistics, 10 more, the last 9.
Result<Limits> percentile(const Parts& parts, Form::Span span, double p) {
  QUANT_TRY(counted, by_worker(parts, span, BitHistogram{}, [](BitHistogram& h, float x) { h.add(x); }));
  BitHistogram counts;
  for (const BitHistogram& h : counted) counts.merge(h);
  const std::array wanted = {p, 100 - p};
  RadixSelect select(counts, wanted);
  while (!select.done()) {
    QUANT_TRY(copies, by_worker(parts, span, select, [](RadixSelect& s, float x) { s.add(x); }));
    for (const RadixSelect& copy : copies) select.merge(copy);
    select.advance();
  }
  const float high = float(select.value(0).value_or(0)), low = float(select.value(1).value_or(0));
  return span == Form::Span::magnitude ? Limits{-high, high} : Limits{low, high};
}

}  // namespace quant::uniform
