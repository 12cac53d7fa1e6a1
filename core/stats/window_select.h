#pragma once
// Exact percentiles of magnitudes in one pass: a sample says where they will lie, and only values in there are kept.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace quant {

/// A window of magnitudes. They are compared by their float32 bits, which have their order.
struct Window {
  std::uint32_t lo = 0;                           ///< smaller ones are counted in `below`
  std::uint32_t from = 0, width = 0;              ///< kept: from … from + width − 1
  std::uint32_t hi = 0;                           ///< where tied: the one behind those kept
  bool tied = false;                              ///< many are lo or hi: these are counted, not kept
  std::uint64_t below = 0, at_lo = 0, at_hi = 0;  ///< at_hi: where hi is not lo
  double share = 0;                               ///< of the sample, kept
};

/// Percentiles "linear" (numpy) of magnitudes that come one by one, in any order, in any number of copies.
///
/// Use: make one from a sample, copy it for each worker, add() every value, merge(); then values(). A percentile that
/// lies outside its window, or more values in the windows than may be kept, give nothing: RadixSelect finds it then.
class WindowSelect {
 public:
  static constexpr std::size_t most_windows = 3;

  /// Keeps everything, but not more than `limit` values.
  explicit WindowSelect(std::size_t limit = 0);
  /// Windows around the percentiles (in percent, ascending, three at most) of a sample: each cluster holds magnitudes
  /// from one place. They are as wide as clusters differ: a rank outside is a matter of four standard deviations.
  WindowSelect(std::span<const std::vector<std::uint32_t>> clusters, std::span<const double> percentiles,
               std::size_t limit);

  std::span<Window> windows() { return {windows_.data(), count_}; }
  /// Whether some window has edges that are counted.
  bool tied() const;

  void add(float magnitude);
  /// Values in a window, by bits, in any order: for vector code that counts below, at_lo and at_hi itself.
  void keep(std::size_t window, std::span<const std::uint32_t> bits);
  /// Makes room for what the sample lets expect of so many values.
  void reserve(std::uint64_t values);
  /// What this copy holds of a window, by bits.
  std::span<const std::uint32_t> kept(std::size_t window) const { return kept_[window]; }
  bool full() const { return full_; }  ///< more came than may be kept: nothing can be said any longer

  void merge(WindowSelect&& other);  ///< of the same windows

  /// The percentiles of all `n` values, in double, as RadixSelect gives them; nothing where one cannot be said.
  std::optional<std::vector<double>> values(std::span<const double> percentiles, std::uint64_t n) const;

 private:
  void give_up();

  std::array<Window, most_windows> windows_{};
  std::size_t count_ = 0, limit_ = 0, held_ = 0;
  bool full_ = false;
  std::array<std::vector<std::uint32_t>, most_windows> kept_;
  std::array<std::vector<std::vector<std::uint32_t>>, most_windows> merged_;  // what others have kept
};

}  // namespace quant
