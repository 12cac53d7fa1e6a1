#pragma once
// Schemes side by side: each one's figures over a set of tensors, and which of them nobody needs.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/session/session.h"

namespace quant {

/// Five numbers of a distribution, as a box shows them; quartiles by linear interpolation of the order statistics.
struct Spread {
  double least = 0, lower = 0, median = 0, upper = 0, most = 0;
};
/// Nothing of no values; infinities are values.
std::optional<Spread> spread_of(std::vector<double> values);

/// One scheme over the tensors of a comparison. Ratios of sums, not means of ratios; nothing where nothing is measured.
struct ComparedScheme {
  std::string scheme;
  std::size_t measured = 0, refused = 0, missing = 0;  ///< tensors
  std::string reason;                                  ///< of the first refusal
  std::uint64_t elements = 0, bytes = 0;               ///< of the measured tensors, scales and padding included
  double bpw = 0;                                      ///< 8·bytes/elements
  std::optional<Spread> sqnr_db;                       ///< over the tensors; +inf where a tensor is restored exactly
  bool exact = false;                                  ///< every tensor
  std::optional<double> mse, rmse, max_abs, clip_share, mean_entropy;
  std::optional<double> p99_abs;         ///< of one tensor; the largest of several
  std::optional<double> below_bound_db;  ///< 6.02·bpw − median SQNR: what the Gauss bound of this size has ahead of it
  /// A scheme of this comparison on the same tensors that is no larger and no worse, and better in one; −1 = none.
  int dominated_by = -1;
  std::size_t wins = 0, duels = 0;  ///< tensors with less squared error than the reference scheme, of those with both
};

/// The figures of tensor t under scheme s, or null where the pair is not measured.
using FindAnalysis = std::function<const StoredAnalysis*(std::size_t tensor, std::size_t scheme)>;

/// `reference`: the scheme that wins and duels are counted against; −1 = none.
std::vector<ComparedScheme> compare_schemes(std::span<const std::string> schemes, std::size_t tensors,
                                            const FindAnalysis& find, int reference = -1);

/// The schemes that a chart of at most `limit` shows: `keep` (−1 = none), then those that nobody dominates, then the
/// rest, each by bits per weight; in the order of the comparison.
std::vector<std::size_t> most_telling(std::span<const ComparedScheme> schemes, std::size_t limit, int keep = -1);

/// Root mean square of e/Δ from the counters of 1/64 steps, exact to 1e-4 where all errors lie within one step.
struct StepError {
  double rms = 0;
  std::uint64_t count = 0, beyond = 0;  ///< elements with a step; of them those beyond ±1, which count as ±1
};
std::optional<StepError> step_error(const ErrorCounters& counters);

}  // namespace quant
