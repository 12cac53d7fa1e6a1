#include "core/methods/codebook/value_counts.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

namespace quant {
namespace {

constexpr std::size_t most_distinct = std::size_t{1} << 20;
constexpr std::size_t chunk = std::size_t{1} << 18;
constexpr int key_bits = 21;

/// Leading bits of a value, in the order of the values.
std::size_t key(float v) {
  const auto u = std::bit_cast<std::uint32_t>(v + 0.0f);  // −0 is 0
  return ((u >> 31) != 0 ? ~u : u | 0x80000000u) >> (32 - key_bits);
}

}  // namespace

void ValueCounts::add(std::span<const float> values) {
  if (approximate()) {
    for (const float v : values)
      if (std::isfinite(v)) to_bin(double(v), 1);
    return;
  }
  std::vector<float> sorted;
  for (std::size_t at = 0; at < values.size(); at += chunk) {
    const auto part = values.subspan(at, std::min(chunk, values.size() - at));
    sorted.clear();
    std::copy_if(part.begin(), part.end(), std::back_inserter(sorted), [](float v) { return std::isfinite(v); });
    std::sort(sorted.begin(), sorted.end());
    merge(sorted);
  }
}

void ValueCounts::add(std::span<const float> values, std::span<const float> weights) {
  if (approximate()) {
    for (std::size_t i = 0; i < values.size(); ++i)
      if (std::isfinite(values[i])) to_bin(double(values[i]), double(weights[i]));
    return;
  }
  std::vector<std::pair<float, float>> pairs;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (std::isfinite(values[i])) pairs.emplace_back(values[i], weights[i]);
  std::sort(pairs.begin(), pairs.end());
  std::vector<float> sorted, of_sorted;
  for (const auto& [value, weight] : pairs) sorted.push_back(value), of_sorted.push_back(weight);
  merge(sorted, of_sorted);
}

/// Joins the sorted values to the distinct ones; where those become too many, all go into bins.
void ValueCounts::merge(std::span<const float> sorted, std::span<const float> weights) {
  std::vector<WeightedValue> joined;
  joined.reserve(distinct_.size() + sorted.size());
  const auto put = [&](double value, double weight) {
    if (!joined.empty() && joined.back().value == value)
      joined.back().weight += weight;
    else
      joined.push_back({value, weight});
  };
  auto old = distinct_.begin();
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const auto v = double(sorted[i]);
    for (; old != distinct_.end() && old->value <= v; ++old) put(old->value, old->weight);
    put(v, weights.empty() ? 1.0 : double(weights[i]));
  }
  for (; old != distinct_.end(); ++old) put(old->value, old->weight);
  distinct_ = std::move(joined);
  if (distinct_.size() <= most_distinct && !approximate()) return;
  if (bins_.empty()) bins_.resize(std::size_t{1} << key_bits);
  for (const auto& d : distinct_) to_bin(d.value, d.weight);
  distinct_.clear();
}

void ValueCounts::to_bin(double value, double count) {
  Bin& bin = bins_[key(float(value))];
  bin.sum += value * count;
  bin.count += count;
}

std::vector<WeightedValue> ValueCounts::take() {
  for (const Bin& bin : std::exchange(bins_, {}))
    if (bin.count > 0) distinct_.push_back({bin.sum / bin.count, bin.count});
  return std::exchange(distinct_, {});
}

}  // namespace quant
