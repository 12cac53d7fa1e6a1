#pragma once
// Statistics of tiles, from the device's sums and counters into the worker's.

#include "core/backend/backend.h"
#include "gpu/scheme_kernel.h"

namespace quant {

/// Runs kernels/error_stats.cl and keeps its buffers. Needs fp64 and exact division.
class ErrorStatistics {
 public:
  /// Sums of the tile, counters and selection counters, as far as the task wants them. Errors: device.
  Result<void> add(Device& device, const TileBuffers& tile, bool has_codes, const TileTask& task);

 private:
  Result<void> count(Device& device, const TileBuffers& tile, bool has_codes, const TileTask& task);
  Result<void> select(Device& device, const TileBuffers& tile, RadixSelect& select);

  GrowingBuffer sums_, counters_, prefixes_;
};

/// Runs kernels/value_stats.cl and keeps its buffers. Needs fp64.
class ValueStatistics {
 public:
  /// Merges the tile's sums into `sums` and adds its values to `histogram`. Errors: device.
  Result<void> add(Device& device, const TileBuffers& tile, ValueSums& sums, BitHistogram& histogram);

 private:
  Result<void> count(Device& device, const TileBuffers& tile, ValueSums& sums, BitHistogram& histogram);
  Result<void> moments(Device& device, const TileBuffers& tile, ValueSums& sums);

  GrowingBuffer sums_, counters_;
};

}  // namespace quant
