// Rank correlations: how far two metrics agree on which tensors matter.

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <numeric>

#include "core/sensitivity/evidence_columns.h"
#include "core/sensitivity/metric.h"

namespace quant {
namespace {

/// Ranks from 1 up; ties share the mean of their ranks.
std::vector<double> average_ranks(std::span<const double> x) {
  std::vector<std::size_t> order(x.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [x](std::size_t a, std::size_t b) { return x[a] < x[b]; });
  std::vector<double> ranks(x.size());
  for (std::size_t first = 0, last = 0; first < order.size(); first = last) {
    while (last < order.size() && x[order[last]] == x[order[first]]) ++last;
    for (auto i = first; i < last; ++i) ranks[order[i]] = double(first + 1 + last) / 2;
  }
  return ranks;
}

std::optional<double> pearson(std::span<const double> x, std::span<const double> y) {
  const double n = double(x.size());
  const double mean_x = std::accumulate(x.begin(), x.end(), 0.0) / n,
               mean_y = std::accumulate(y.begin(), y.end(), 0.0) / n;
  double xx = 0, yy = 0, xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double dx = x[i] - mean_x, dy = y[i] - mean_y;
    xx += dx * dx, yy += dy * dy, xy += dx * dy;
  }
  if (xx == 0 || yy == 0) return std::nullopt;
  return xy / std::sqrt(xx * yy);
}

/// NaN has no rank.
bool comparable(std::span<const double> x, std::span<const double> y) {
  const auto number = [](double v) { return !std::isnan(v); };
  return x.size() == y.size() && x.size() >= 2 && std::all_of(x.begin(), x.end(), number) &&
         std::all_of(y.begin(), y.end(), number);
}

int sign(double d) { return (d > 0) - (d < 0); }

/// Values of one metric under one scheme by tensor, larger = more damage.
using Column = std::map<std::string, double>;

struct Columns {
  std::string scheme;
  std::vector<std::pair<std::string, Column>> metrics;  ///< in order of appearance

  Column& of(const std::string& metric) {
    for (auto& [id, column] : metrics)
      if (id == metric) return column;
    return metrics.emplace_back(metric, Column()).second;
  }
};

/// Evidence beside the metrics of each scheme, by its figures of that scheme where it has them.
void add_evidence(std::span<const Measurement> rows, std::vector<Columns>& all) {
  std::vector<Measurement> evidence;
  std::copy_if(rows.begin(), rows.end(), std::back_inserter(evidence), [](const auto& m) { return !m.source.empty(); });
  const auto found = evidence_columns(evidence);
  for (auto& columns : all)
    for (const auto& column : found)
      for (const auto& [tensor, figures] : column.figures)
        if (const auto value = column.value(tensor, columns.scheme)) columns.of(column.name)[tensor] = *value;
}

std::vector<Columns> by_scheme(std::span<const Measurement> rows) {
  std::vector<Columns> all;
  for (const auto& row : rows) {
    if (!row.value || std::isnan(*row.value) || !row.source.empty()) continue;
    auto at = std::find_if(all.begin(), all.end(), [&](const Columns& c) { return c.scheme == row.scheme; });
    if (at == all.end()) at = all.insert(all.end(), {row.scheme, {}});
    const auto* metric = find_metric(row.metric);
    at->of(row.metric)[row.tensor] = metric && metric->higher_is_better ? -*row.value : *row.value;
  }
  add_evidence(rows, all);
  return all;
}

RankCorrelation correlate(const Columns& columns, std::size_t a, std::size_t b) {
  const auto& [id_a, of_a] = columns.metrics[a];
  const auto& [id_b, of_b] = columns.metrics[b];
  std::vector<double> x, y;
  for (const auto& [tensor, value] : of_a)
    if (const auto other = of_b.find(tensor); other != of_b.end()) x.push_back(value), y.push_back(other->second);
  return {id_a, id_b, columns.scheme, spearman(x, y), x.size()};
}

}  // namespace

std::optional<double> spearman(std::span<const double> x, std::span<const double> y) {
  if (!comparable(x, y)) return std::nullopt;
  return pearson(average_ranks(x), average_ranks(y));
}

std::optional<double> kendall_tau_b(std::span<const double> x, std::span<const double> y) {
  if (!comparable(x, y)) return std::nullopt;
  double agree = 0, untied_x = 0, untied_y = 0;  // pairs: C − D, n₀ − n₁, n₀ − n₂
  for (std::size_t i = 0; i < x.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) {
      const int sx = sign(x[i] - x[j]), sy = sign(y[i] - y[j]);
      agree += sx * sy, untied_x += sx != 0, untied_y += sy != 0;
    }
  if (untied_x == 0 || untied_y == 0) return std::nullopt;
  return agree / std::sqrt(untied_x * untied_y);
}

std::vector<RankCorrelation> rank_correlations(std::span<const Measurement> rows) {
  std::vector<RankCorrelation> list;
  for (const auto& columns : by_scheme(rows))
    for (std::size_t a = 0; a < columns.metrics.size(); ++a)
      for (std::size_t b = a + 1; b < columns.metrics.size(); ++b) list.push_back(correlate(columns, a, b));
  return list;
}

}  // namespace quant
