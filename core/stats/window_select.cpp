#include "core/stats/window_select.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <iterator>

#include "core/stats/radix_select.h"

namespace quant {

namespace {

using Bits = std::vector<std::uint32_t>;
using Part = std::span<const std::uint32_t>;

constexpr std::uint32_t infinity_bits = 0x7f800000u;
constexpr double deviations = 4;

/// Standard deviation of the share of values up to `bits`: of independent values, or more where clusters differ.
double deviation(std::span<const Bits> clusters, std::uint32_t bits, double share, std::size_t n) {
  double sum = 0, squares = 0, held = 0;
  for (const Bits& cluster : clusters) {
    if (cluster.empty()) continue;
    const auto up_to = std::count_if(cluster.begin(), cluster.end(), [&](std::uint32_t b) { return b <= bits; });
    const double part = static_cast<double>(up_to) / static_cast<double>(cluster.size());
    sum += part;
    squares += part * part;
    ++held;
  }
  const double variance = held > 1 ? (squares - sum * sum / held) / (held - 1) / held : 1;
  return std::sqrt(std::max(variance, share * (1 - share) / static_cast<double>(n)));
}

/// A sample of which some order statistics are asked for: each one narrows the search for the next.
class Sample {
 public:
  explicit Sample(std::span<const Bits> clusters) {
    for (const Bits& cluster : clusters) values_.insert(values_.end(), cluster.begin(), cluster.end());
  }

  std::size_t size() const { return values_.size(); }

  std::uint32_t ranked(std::size_t rank) {
    const auto next = std::lower_bound(placed_.begin(), placed_.end(), rank);
    if (next != placed_.end() && *next == rank) return values_[rank];
    const auto at = [&](std::size_t i) { return values_.begin() + static_cast<std::ptrdiff_t>(i); };
    const std::size_t begin = next == placed_.begin() ? 0 : *(next - 1) + 1;
    std::nth_element(at(begin), at(rank), next == placed_.end() ? values_.end() : at(*next));
    placed_.insert(next, rank);
    return values_[rank];
  }

  std::size_t count(std::uint32_t bits) const {
    return static_cast<std::size_t>(std::count(values_.begin(), values_.end(), bits));
  }

 private:
  Bits values_;
  std::vector<std::size_t> placed_;  // ranks whose value stands at its place, ascending
};

/// The window around one percentile.
Window open(Sample& sample, std::span<const Bits> clusters, double share) {
  const std::size_t n = sample.size();
  const double last = static_cast<double>(n - 1), middle = share * last;
  const auto ranked = [&](double at) { return sample.ranked(static_cast<std::size_t>(at)); };
  const double spread = deviations * deviation(clusters, ranked(middle), share, n) * last + 2;
  Window window;
  window.lo = middle < spread ? 0 : ranked(middle - spread);
  window.hi = middle + spread > last ? infinity_bits : ranked(middle + spread);
  const std::size_t many = 8 + n / 512;
  window.tied = window.lo == window.hi || sample.count(window.lo) > many || sample.count(window.hi) > many;
  window.from = window.lo + (window.tied ? 1 : 0);
  window.width = window.hi - std::min(window.hi, window.from);
  window.share = window.tied ? 0 : std::min(1.0, 2 * spread / last);
  return window;
}

/// Values of a window by their leading bits. Loops here have no branches that depend on values.
class Buckets {
 public:
  /// All values of the parts lie in the window.
  Buckets(const Window& window, std::span<const Part> parts) : from_(window.from), parts_(parts) {
    while ((window.width - 1) >> shift_ >= counts_.size()) ++shift_;
    for (const Part part : parts) {
      for (const std::uint32_t bits : part) ++counts_[(bits - from_) >> shift_];
    }
  }

  /// The values of rank `low` and `high` (low or low + 1), in bits.
  std::pair<std::uint32_t, std::uint32_t> neighbours(std::uint64_t low, std::uint64_t high) const {
    std::uint64_t before = 0;
    std::uint32_t first = 0;
    while (before + counts_[first] <= low) before += counts_[first++];
    std::uint32_t last = first;
    for (std::uint64_t n = before + counts_[first]; n <= high;) n += counts_[++last];
    Bits part = between(first, last);
    const auto at = part.begin() + static_cast<std::ptrdiff_t>(low - before);
    std::nth_element(part.begin(), at, part.end());
    return {*at, high == low ? *at : *std::min_element(at + 1, part.end())};
  }

 private:
  Bits between(std::uint32_t first, std::uint32_t last) const {
    std::uint64_t n = 1;  // each value is written behind the last one that belongs
    for (std::uint32_t b = first; b <= last; ++b) n += counts_[b];
    Bits part(n);
    std::size_t held = 0;
    for (const Part values : parts_) {
      for (const std::uint32_t bits : values) {
        part[held] = bits;
        held += ((bits - from_) >> shift_) - first <= last - first;
      }
    }
    part.pop_back();
    return part;
  }

  const std::uint32_t from_;
  const std::span<const Part> parts_;
  int shift_ = 0;
  std::array<std::uint32_t, 2048> counts_{};
};

double value_of(std::uint32_t bits) { return static_cast<double>(std::bit_cast<float>(bits)); }

std::uint64_t held(std::span<const Part> parts) {
  std::uint64_t n = 0;
  for (const Part part : parts) n += part.size();
  return n;
}

/// The values of rank `low` and `high` (low or low + 1) of all, where the window has both.
std::optional<std::pair<double, double>> neighbours(const Window& window, std::span<const Part> inside,
                                                    std::uint64_t low, std::uint64_t high) {
  if (low < window.below) return std::nullopt;
  low -= window.below, high -= window.below;
  const std::uint64_t first = window.at_lo, behind = first + held(inside);
  if (high >= behind + window.at_hi) return std::nullopt;
  const double lo = value_of(window.lo), hi = value_of(window.hi);
  if (high < first) return std::pair(lo, lo);
  if (low >= behind) return std::pair(hi, hi);
  const bool starts_at_lo = low < first, ends_at_hi = high >= behind;
  if (starts_at_lo && ends_at_hi) return std::pair(lo, hi);
  const Buckets buckets(window, inside);
  const auto [a, b] = buckets.neighbours(starts_at_lo ? 0 : low - first, ends_at_hi ? low - first : high - first);
  return std::pair(starts_at_lo ? lo : value_of(a), ends_at_hi ? hi : value_of(b));
}

}  // namespace

WindowSelect::WindowSelect(std::size_t limit) : count_(1), limit_(limit) {
  windows_[0].width = windows_[0].hi = infinity_bits;
  windows_[0].share = 1;
}

WindowSelect::WindowSelect(std::span<const Bits> clusters, std::span<const double> percentiles, std::size_t limit)
    : limit_(limit) {
  Sample sample(clusters);
  if (sample.size() == 0) {
    *this = WindowSelect(limit);
    return;
  }
  for (const double p : percentiles) windows_[count_++] = open(sample, clusters, std::clamp(p / 100, 0.0, 1.0));
}

bool WindowSelect::tied() const {
  return std::any_of(windows_.begin(), windows_.end(), [](const Window& w) { return w.tied; });
}

void WindowSelect::add(float magnitude) {
  const auto bits = std::bit_cast<std::uint32_t>(magnitude);
  for (std::size_t t = 0; t < count_; ++t) {
    Window& w = windows_[t];
    w.below += bits < w.lo;
    w.at_lo += w.tied && bits == w.lo;
    w.at_hi += w.tied && bits == w.hi && w.hi != w.lo;
    if (bits - w.from < w.width) keep(t, {&bits, 1});
  }
}

void WindowSelect::keep(std::size_t window, Part bits) {
  if (full_) return;
  held_ += bits.size();
  if (held_ > limit_) return give_up();
  kept_[window].insert(kept_[window].end(), bits.begin(), bits.end());
}

void WindowSelect::reserve(std::uint64_t values) {
  for (std::size_t t = 0; t < count_; ++t) {
    const double expected = windows_[t].share * static_cast<double>(values) + 1024;
    kept_[t].reserve(std::min(limit_, static_cast<std::size_t>(expected)));
  }
}

void WindowSelect::give_up() {
  full_ = true;
  kept_ = {};
  merged_ = {};
}

void WindowSelect::merge(WindowSelect&& other) {
  for (std::size_t t = 0; t < count_; ++t) {
    windows_[t].below += other.windows_[t].below;
    windows_[t].at_lo += other.windows_[t].at_lo;
    windows_[t].at_hi += other.windows_[t].at_hi;
  }
  if (full_ || other.full_) return give_up();
  for (std::size_t t = 0; t < count_; ++t) {
    merged_[t].push_back(std::move(other.kept_[t]));
    std::move(other.merged_[t].begin(), other.merged_[t].end(), std::back_inserter(merged_[t]));
  }
}

std::optional<std::vector<double>> WindowSelect::values(std::span<const double> percentiles, std::uint64_t n) const {
  if (full_ || n == 0) return std::nullopt;
  std::vector<double> out;
  for (std::size_t i = 0; i < percentiles.size(); ++i) {
    const LinearRank rank = linear_rank(percentiles[i], n);
    const std::size_t t = std::min(i, count_ - 1);
    std::vector<Part> parts(merged_[t].begin(), merged_[t].end());
    parts.emplace_back(kept_[t]);
    const auto pair = neighbours(windows_[t], parts, rank.low, rank.high);
    if (!pair) return std::nullopt;
    out.push_back(pair->first + rank.fraction * (pair->second - pair->first));
  }
  return out;
}

}  // namespace quant
