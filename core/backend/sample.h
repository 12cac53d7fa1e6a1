#pragma once
// Where the percentiles of |e| will lie: errors of a few rows from all over a tensor, before the pass over all of it.

#include <cstdint>
#include <span>
#include <vector>

#include "core/backend/backend.h"
#include "core/jobs/job.h"

namespace quant {

/// Places of a tensor, spread evenly over its rows but not in step with any period of theirs.
class SamplePlaces {
 public:
  /// Every place holds a multiple of `alignment` rows.
  SamplePlaces(const MatrixShape& shape, std::uint64_t alignment);

  std::size_t count() const { return count_; }  ///< 0: too few rows to tell from some of them about all
  std::uint64_t rows() const { return rows_; }  ///< of a place
  std::uint64_t first_row(std::size_t place) const;
  /// One of so many errors at a place is enough. Odd, so that it meets every part of a group.
  std::uint64_t stride() const { return stride_; }

 private:
  std::uint64_t rows_ = 1, units_ = 0, stride_ = 1;
  std::size_t count_ = 0;
};

/// Windows around the percentiles of |e| under every scheme, for a backend that has_windows(); none where the tensor
/// has too few rows. A tensor below 2^18 weights is kept as a whole. `limit`: values that each of them may keep.
/// Errors: of the reader or the backend, cancelled.
Result<std::vector<WindowSelect>> predict_windows(const TensorView& view, const Backend& backend,
                                                  std::span<const RowQuantizer* const> quantizers,
                                                  std::span<const double> percentiles, std::size_t limit, int workers,
                                                  JobContext& job);

}  // namespace quant
