#include "gpu/statistics.h"

#include <algorithm>
#include <array>

#include "gpu/kernel_sources.h"

namespace quant {
namespace {

// Beside the defines of kernels/error_stats.cl.
constexpr std::size_t clipped_at = bit_bins, step_at = 2 * bit_bins, code_at = step_at + step_bins,
                      tally_at = code_at + 256, counters = tally_at + 8;
enum Tally { finite, nan, inf, clipped, error_nan, error_inf, clipped_nan, clipped_inf };
constexpr std::size_t sums_of_group = 7;

constexpr std::size_t least_of_group = 4096;  // weights below which clearing the counters costs more than the work
constexpr std::size_t groups_of_unit = 4;     // enough to hide the memory's latency, few enough to merge at once

std::size_t group_count(const Device& device, std::size_t elements) {
  const std::size_t useful = (elements + least_of_group - 1) / least_of_group;
  return std::clamp<std::size_t>(useful, 1, groups_of_unit * device.compute_units());
}

void add_sums(ErrorSums& sums, std::span<const double> of_groups, std::span<const cl_uint> tally) {
  sums = ErrorSums{.count = tally[finite], .nan = tally[nan], .inf = tally[inf], .clipped = tally[clipped]};
  for (std::size_t at = 0; at < of_groups.size(); at += sums_of_group) {
    const auto g = of_groups.subspan(at, sums_of_group);
    sums.e += g[0], sums.e2 += g[1], sums.e2_clipped += g[2];
    sums.w2 += g[3], sums.wq += g[4], sums.q2 += g[5];
    sums.max_abs = std::max(sums.max_abs, g[6]);
  }
}

void add_counters(ErrorCounters& to, std::span<const cl_uint> from, bool has_codes) {
  for (std::size_t k = 0; k < bit_bins; ++k)
    to.error.counts[k] += from[k], to.clipped.counts[k] += from[clipped_at + k];
  for (std::size_t k = 0; k < step_bins; ++k) to.step[k] += from[step_at + k];
  for (std::size_t k = 0; has_codes && k < to.code.size(); ++k) to.code[k] += from[code_at + k];
  const auto tally = from.subspan(tally_at);
  to.error.nan += tally[error_nan], to.error.inf += tally[error_inf];
  to.clipped.nan += tally[clipped_nan], to.clipped.inf += tally[clipped_inf];
}

}  // namespace

Result<void> ErrorStatistics::add(Device& device, const TileBuffers& tile, bool has_codes, const TileTask& task) {
  if (task.sums || task.counters) QUANT_CHECK(count(device, tile, has_codes, task));
  if (task.select) QUANT_CHECK(select(device, tile, *task.select));
  return {};
}

Result<void> ErrorStatistics::count(Device& device, const TileBuffers& tile, bool has_codes, const TileTask& task) {
  QUANT_TRY(kernel, device.kernel(kernels::error_stats, "error_stats"));
  const std::size_t groups = group_count(device, tile.elements);
  std::vector<double> sums(groups * sums_of_group);
  std::vector<cl_uint> counts(counters);
  QUANT_TRY(sums_on, sums_.at_least(device.context(), sums.size() * sizeof(double), device.id()));
  QUANT_TRY(counts_on, counters_.at_least(device.context(), counts.size() * sizeof(cl_uint), device.id()));
  QUANT_CHECK(device.zero(counts_on, counts.size() * sizeof(cl_uint)));
  QUANT_CHECK(device.launch(kernel, groups, tile.weights, tile.values, tile.codes, tile.clipped, tile.steps,
                            tile.elements, sums_on, counts_on));
  QUANT_CHECK(device.download(counts_on, std::span(counts)));
  QUANT_CHECK(device.download(sums_on, std::span(sums)));
  if (task.sums) add_sums(*task.sums, sums, std::span(counts).subspan(tally_at));
  if (task.counters) add_counters(*task.counters, counts, has_codes);
  return {};
}

Result<void> ErrorStatistics::select(Device& device, const TileBuffers& tile, RadixSelect& select) {
  QUANT_TRY(kernel, device.kernel(kernels::error_stats, "radix_count"));
  constexpr std::size_t at_once = 6;  // three percentiles; 24 KiB of counters fit every device's local memory
  const std::size_t each = select.mask() + 1;
  std::vector<cl_uint> counts(at_once * each);
  QUANT_TRY(prefixes, prefixes_.at_least(device.context(), at_once * sizeof(cl_uint), device.id()));
  QUANT_TRY(counts_on, counters_.at_least(device.context(), counts.size() * sizeof(cl_uint), device.id()));
  for (std::size_t first = 0; first < select.prefixes().size(); first += at_once) {
    const auto some = select.prefixes().subspan(first, std::min(at_once, select.prefixes().size() - first));
    const std::size_t bytes = some.size() * each * sizeof(cl_uint);
    QUANT_CHECK(device.upload(prefixes, some));
    QUANT_CHECK(device.zero(counts_on, bytes));
    QUANT_CHECK(device.launch(kernel, group_count(device, tile.elements), tile.weights, tile.values, tile.elements,
                              prefixes, static_cast<cl_uint>(some.size()), static_cast<cl_uint>(select.shift()),
                              static_cast<cl_uint>(select.next_shift()), select.mask(), counts_on, cl::Local(bytes)));
    QUANT_CHECK(device.download(counts_on, std::span(counts).first(some.size() * each)));
    for (std::size_t k = 0; k < some.size() * each; ++k) select.counter(first + k / each)[k % each] += counts[k];
  }
  return {};
}

Result<void> ValueStatistics::add(Device& device, const TileBuffers& tile, ValueSums& sums, BitHistogram& histogram) {
  ValueSums here;
  QUANT_CHECK(count(device, tile, here, histogram));
  if (here.count > 0) QUANT_CHECK(moments(device, tile, here));
  sums.merge(here);
  return {};
}

Result<void> ValueStatistics::count(Device& device, const TileBuffers& tile, ValueSums& sums, BitHistogram& histogram) {
  QUANT_TRY(kernel, device.kernel(kernels::value_stats, "value_sums"));
  const std::size_t groups = group_count(device, tile.elements);
  std::vector<double> parts(3 * groups);
  std::vector<cl_uint> counts(bit_bins + 5);
  QUANT_TRY(parts_on, sums_.at_least(device.context(), parts.size() * sizeof(double), device.id()));
  QUANT_TRY(counts_on, counters_.at_least(device.context(), counts.size() * sizeof(cl_uint), device.id()));
  QUANT_CHECK(device.zero(counts_on, counts.size() * sizeof(cl_uint)));
  QUANT_CHECK(device.launch(kernel, groups, tile.weights, tile.elements, parts_on, counts_on));
  QUANT_CHECK(device.download(counts_on, std::span(counts)));
  QUANT_CHECK(device.download(parts_on, std::span(parts)));
  for (std::size_t k = 0; k < bit_bins; ++k) histogram.counts[k] += counts[k];
  const auto tally = std::span(counts).subspan(bit_bins);
  sums.count = tally[0], sums.nan = tally[1], sums.inf = tally[2], sums.zeros = tally[3], sums.subnormal = tally[4];
  histogram.nan += sums.nan, histogram.inf += sums.inf;
  if (sums.count == 0) return {};
  double total = 0, down = parts[1], up = parts[2];
  for (std::size_t g = 0; g < parts.size(); g += 3)
    total += parts[g], down = std::max(down, parts[g + 1]), up = std::max(up, parts[g + 2]);
  sums.min = static_cast<float>(-down), sums.max = static_cast<float>(up);
  sums.mean = total / static_cast<double>(sums.count);
  return {};
}

Result<void> ValueStatistics::moments(Device& device, const TileBuffers& tile, ValueSums& sums) {
  QUANT_TRY(kernel, device.kernel(kernels::value_stats, "value_moments"));
  const std::size_t groups = group_count(device, tile.elements);
  std::vector<double> parts(4 * groups);
  QUANT_TRY(parts_on, sums_.at_least(device.context(), parts.size() * sizeof(double), device.id()));
  QUANT_CHECK(device.launch(kernel, groups, tile.weights, tile.elements, sums.mean, parts_on));
  QUANT_CHECK(device.download(parts_on, std::span(parts)));
  double residue = 0;
  for (std::size_t g = 0; g < parts.size(); g += 4)
    residue += parts[g], sums.m2 += parts[g + 1], sums.m3 += parts[g + 2], sums.m4 += parts[g + 3];
  correct_mean(sums, residue);
  return {};
}

}  // namespace quant
