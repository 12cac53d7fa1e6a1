#include "core/methods/codebook/optimal_codebook.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace quant {
namespace {

/// Prefix sums of a, av, av² around the mean: the squared error of any cell of neighbours in constant time.
class Cells {
 public:
  explicit Cells(std::span<const WeightedValue> points) : points_(points), sums_(points.size() + 1) {
    double weight = 0, sum = 0;
    for (const auto& p : points) weight += p.weight, sum += p.weight * p.value;
    mean_ = weight > 0 ? sum / weight : 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
      const double v = points[i].value - mean_, a = points[i].weight;
      sums_[i + 1] = {sums_[i].a + a, sums_[i].av + a * v, sums_[i].avv + a * v * v};
    }
  }

  /// Of the points [begin, end).
  double cost(std::size_t begin, std::size_t end) const {
    const Sums& low = sums_[begin];
    const Sums& high = sums_[end];
    const double a = high.a - low.a, av = high.av - low.av;
    return a > 0 ? std::max(0.0, high.avv - low.avv - av * av / a) : 0;
  }

  /// The weighted mean; of points without weight the plain one.
  double centroid(std::size_t begin, std::size_t end) const {
    double weight = 0, sum = 0, plain = 0;
    for (std::size_t i = begin; i < end; ++i) {
      weight += points_[i].weight;
      sum += points_[i].weight * (points_[i].value - mean_);
      plain += points_[i].value;
    }
    return weight > 0 ? mean_ + sum / weight : plain / double(end - begin);
  }

 private:
  struct Sums {
    double a = 0, av = 0, avv = 0;
  };
  std::span<const WeightedValue> points_;
  std::vector<Sums> sums_;
  double mean_ = 0;
};

/// Splits points into cells. One row of the dynamic programme is kept at a time, with where each of its solutions
/// passes the middle layer; both halves are then solved for themselves (Hirschberg), which doubles the work.
class Splitter {
 public:
  explicit Splitter(const Cells& cells) : cells_(cells) {}

  /// Appends the ends of `count` cells of the points [begin, end), end − begin ≥ count.
  void split(std::size_t begin, std::size_t end, std::size_t count, std::vector<std::size_t>& ends) {
    if (count == 1) {
      ends.push_back(end);
      return;
    }
    const std::size_t middle = passes(begin, end, count);
    split(begin, middle, count / 2, ends);
    split(middle, end, count - count / 2, ends);
  }

 private:
  /// Where the first count / 2 cells of the best split of [begin, end) end.
  std::size_t passes(std::size_t begin, std::size_t end, std::size_t count) {
    const std::size_t n = end - begin;
    begin_ = begin;
    before_.resize(n + 1), now_.resize(n + 1), best_.resize(n + 1), middle_.resize(n + 1), next_.resize(n + 1);
    for (std::size_t j = 0; j <= n; ++j) before_[j] = cells_.cost(begin, begin + j);
    for (std::size_t layer = 2; layer <= count; ++layer) {
      const std::size_t last = n - (count - layer);  // every later cell needs a point
      fill(layer, layer == count ? n : layer, last, layer - 1, last - 1);
      // The middle layer's own split is layer count / 2's end, that is, where layer count / 2 + 1 begins.
      for (std::size_t j = layer; j <= last; ++j) next_[j] = layer <= count / 2 + 1 ? best_[j] : middle_[best_[j]];
      std::swap(middle_, next_);
      std::swap(before_, now_);
    }
    return begin + middle_[n];
  }

  /// Layer `layer` for the first j in [low, high] points, whose last cell begins in [from, to]: the middle j narrows
  /// the range of its neighbours.
  void fill(std::size_t layer, std::size_t low, std::size_t high, std::size_t from, std::size_t to) {
    if (low > high) return;
    const std::size_t j = low + (high - low) / 2;
    now_[j] = std::numeric_limits<double>::infinity();
    best_[j] = from;
    for (std::size_t i = std::max(from, layer - 1), stop = std::min(to, j - 1); i <= stop; ++i) {
      const double cost = before_[i] + cells_.cost(begin_ + i, begin_ + j);
      if (cost < now_[j]) now_[j] = cost, best_[j] = i;
    }
    const std::size_t split = best_[j];
    if (j > low) fill(layer, low, j - 1, from, split);
    fill(layer, j + 1, high, split, to);
  }

  const Cells& cells_;
  std::size_t begin_ = 0;
  std::vector<double> before_, now_;               ///< least error of the first j points in layer − 1 and layer cells
  std::vector<std::size_t> best_, middle_, next_;  ///< where the last cell begins; where the middle layer ends
};

}  // namespace

std::vector<float> optimal_codebook(std::span<const WeightedValue> points, std::size_t levels) {
  std::vector<float> book;
  if (points.size() <= levels) {
    for (const auto& p : points) book.push_back(float(p.value));
    book.resize(levels, book.empty() ? 0.0f : book.back());
    return book;
  }
  const Cells cells(points);
  std::vector<std::size_t> ends;
  Splitter(cells).split(0, points.size(), levels, ends);
  std::size_t begin = 0;
  for (const std::size_t end : ends) {
    book.push_back(float(cells.centroid(begin, end)));
    begin = end;
  }
  return book;
}

namespace {

std::vector<float> midpoints_of(std::span<const float> codebook) {
  std::vector<float> out;
  for (std::size_t i = 0; i + 1 < codebook.size(); ++i)
    out.push_back(float((double(codebook[i]) + double(codebook[i + 1])) / 2));
  return out;
}

std::vector<float> inner_of(std::span<const float> codebook) {
  if (codebook.size() < 3) return {};
  return {codebook.begin() + 1, codebook.end() - 1};
}

}  // namespace

Thresholds::Thresholds(std::vector<float> ascending) : padded_(std::move(ascending)) {
  padded_.resize(std::bit_ceil(padded_.size() + 1) - 1, std::numeric_limits<float>::infinity());
}

NearestLevel::NearestLevel(std::span<const float> codebook) : midpoints_(midpoints_of(codebook)) {}

LevelGaps::LevelGaps(std::span<const float> codebook) : inner_(inner_of(codebook)) {
  for (std::size_t above = 1; above < codebook.size(); ++above) {
    std::size_t level = above;
    while (level > 1 && codebook[level] == codebook[level - 1]) --level;  // levels that repeat are padding
    gaps_.push_back(codebook[level] - codebook[level - 1]);
  }
  if (gaps_.empty()) gaps_.push_back(0);
}

}  // namespace quant
