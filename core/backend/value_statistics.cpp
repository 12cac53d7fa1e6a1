// Value statistics of a tensor: sums and counts in one pass, percentiles and outliers in two more.

#include "core/backend/analysis.h"
#include "core/backend/simd/native_kernel.h"
#include "core/backend/tiles.h"

namespace quant {

namespace {

class ValueRun {
 public:
  ValueRun(const TensorView& view, const Devices& devices, JobContext& job)
      : view_(view), backend_(*devices.chosen), job_(job) {
    cut_ = cut_tiles(view.matrix(), 1, backend_.tile_weights());
    workers_ = workers_that_fit(devices, backend_.concurrency(devices.threads),
                                cut_.rows_per_tile * cut_.cols * 4 + 3 * bit_bins * 8);
  }

  Result<ValueFigures> operator()() {
    QUANT_CHECK(count());
    QUANT_CHECK(select());
    return std::move(figures_);
  }

 private:
  std::size_t workers() const { return static_cast<std::size_t>(workers_); }

  Result<void> count() {
    std::vector<ValueSums> sums(cut_.tiles);
    std::vector<BitHistogram> histograms(workers());
    QUANT_CHECK(for_tiles(view_, cut_, workers_, job_, [&](const RowTile& tile, std::size_t i, int w) -> Result<void> {
      job_.done += tile.w.size() - 2 * (tile.w.size() / 4);
      return backend_.values(tile, sums[i], histograms[static_cast<std::size_t>(w)]);
    }));
    ValueSums all;
    for (const ValueSums& s : sums) all.merge(s);
    figures_ = value_figures(all);
    for (const BitHistogram& h : histograms) figures_.histogram.merge(h);
    return {};
  }

  Result<void> select() {
    RadixSelect select(figures_.histogram, value_percentiles);
    for (int number = 1; number <= 2; ++number) {
      std::vector<RadixSelect> copies(workers(), select);
      std::vector<std::uint64_t> outliers(workers());
      QUANT_CHECK(for_tiles(view_, cut_, workers_, job_, [&](const RowTile& tile, std::size_t, int w) -> Result<void> {
        native_select(tile.w, copies[static_cast<std::size_t>(w)]);
        if (number == 1) outliers[static_cast<std::size_t>(w)] += far_from_mean(tile.w);
        job_.done += tile.w.size() / 4;
        return {};
      }));
      for (const RadixSelect& copy : copies) select.merge(copy);
      for (const std::uint64_t n : outliers) figures_.outliers += n;
      select.advance();
    }
    for (std::size_t i = 0; i < value_percentiles.size(); ++i) figures_.percentiles[i] = select.value(i);
    return {};
  }

  std::uint64_t far_from_mean(std::span<const float> values) const {
    if (!figures_.mean) return 0;
    return native_far(values, *figures_.mean, 6 * *figures_.std);
  }

  const TensorView& view_;
  const Backend& backend_;
  JobContext& job_;
  TileCut cut_;
  int workers_ = 1;
  ValueFigures figures_;
};

}  // namespace

Result<ValueFigures> value_statistics(const TensorView& view, const Devices& devices, JobContext& job) {
  return guard_memory("value statistics", view.tensor().name, [&] { return ValueRun(view, devices, job)(); });
}

}  // namespace quant
