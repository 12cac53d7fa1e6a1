#pragma once
// Named measurements: what `bench` runs.

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/backend/analysis.h"

namespace quant {

struct Bench {
  std::string id;  ///< "analyze-rtn4-g128"
  std::string title;
  std::vector<std::string> schemes;  ///< none: value statistics, or counting alone
};

/// analyze-rtn4-g128, analyze-eight, stats, counting, and analyze-ID for every method that needs the weights alone.
std::span<const Bench> benches();

/// What one bench measured. All times are of whole calls, weights in memory as float32.
struct BenchResult {
  std::string bench;
  std::string scheme;  ///< the schemes, with spaces between
  std::string device;
  std::uint64_t weights = 0, bytes = 0;  ///< of the tensor; several candidates count it once
  int threads = 0;
  std::vector<double> seconds;  ///< one a repetition
  /// Figures measured in the same run, alternating with the bench, as medians. By name:
  ///   weights_per_second
  ///   counting_rate         weights a second of the same counter increments alone, on the same threads
  ///   counting_share        weights_per_second / counting_rate
  ///   read_bandwidth        bytes a second of reading the buffer once, on the same threads
  ///   read_bandwidth_share  the time of reading the buffer once / seconds
  ///   times_one_candidate   seconds / the time of rtn:bits=4,group=128 alone (analyze-eight)
  std::vector<std::pair<std::string, double>> extras;
};

/// Runs a bench on size × size weights (normal, σ = 0.02, 0.1 % outliers; always the same), once to warm up and
/// `repeat` times. Errors: not_found (no such bench), usage (size 0 or repeat 0), those of analyze.
Result<BenchResult> run_bench(const std::string& id, std::uint64_t size, int repeat, const Devices& devices,
                              JobContext& job);

}  // namespace quant
