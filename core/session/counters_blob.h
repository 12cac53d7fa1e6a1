#pragma once
// Counters as compact bytes: most of the 8192 bins of an error histogram are empty.

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "core/stats/error_stats.h"

namespace quant {

/// A sequence of LEB128 numbers: a format number, then each list of counters as the number of filled ones and, for
/// each, the distance from the one before and the count. A few kilobytes for a tensor of any size.
std::vector<std::byte> pack(const ErrorCounters& counters);
std::vector<std::byte> pack(const BitHistogram& histogram);

/// Nothing where the bytes are cut, too long, or name a bin that does not exist.
std::optional<ErrorCounters> unpack_counters(std::span<const std::byte> bytes);
std::optional<BitHistogram> unpack_histogram(std::span<const std::byte> bytes);

}  // namespace quant
