// Exact counts in equal linear bins: what a zoomed chart shows.

#include <algorithm>
#include <cmath>

#include "core/backend/fitted.h"

namespace quant {

namespace {

/// Equal bins over [lo, hi], the last one closed; edge k is lo + (hi − lo)·k/bins.
class LinearBins {
 public:
  LinearBins(double lo, double hi, std::size_t bins) : lo_(lo), hi_(hi), bins_(bins) {}

  double edge(std::size_t k) const {
    return k == bins_ ? hi_ : lo_ + (hi_ - lo_) * static_cast<double>(k) / static_cast<double>(bins_);
  }

  void add(Recount& out, double x, bool clipped) const {
    if (x < lo_) {
      ++out.below;
    } else if (x > hi_) {
      ++out.above;
    } else {
      const std::size_t k = bin(x);
      ++out.counts[k];
      out.clipping[k] += clipped;
    }
  }

 private:
  /// The quotient may be off by one rounding: settled against the edges themselves.
  std::size_t bin(double x) const {
    auto k = static_cast<std::size_t>((x - lo_) / (hi_ - lo_) * static_cast<double>(bins_));
    k = std::min(k, bins_ - 1);
    if (k > 0 && x < edge(k)) --k;
    if (k + 1 < bins_ && x >= edge(k + 1)) ++k;
    return k;
  }

  double lo_, hi_;
  std::size_t bins_;
};

Recount empty_recount(double lo, double hi, std::size_t bins) {
  Recount r;
  r.lo = lo;
  r.hi = hi;
  r.counts.resize(bins);
  r.clipping.resize(bins);
  return r;
}

void merge(Recount& into, const Recount& from) {
  for (std::size_t k = 0; k < into.counts.size(); ++k) {
    into.counts[k] += from.counts[k];
    into.clipping[k] += from.clipping[k];
  }
  into.below += from.below;
  into.above += from.above;
}

void recount_values(const RowTile& tile, const LinearBins& bins, Recount& out) {
  for (const float x : tile.w) {
    if (std::isfinite(x)) bins.add(out, x, false);
  }
}

void recount_errors(const RowTile& tile, const QuantizedTile& q, const LinearBins& bins, Recount& out) {
  for (std::size_t i = 0; i < tile.w.size(); ++i) {
    if (!std::isfinite(tile.w[i])) continue;
    const double e = static_cast<double>(q.values[i]) - tile.w[i];
    if (std::isfinite(e)) bins.add(out, e, !q.clipped.empty() && q.clipped[i] != 0);
  }
}

Result<Recount> recount_all(const TensorView& view, const Approximation& of, double lo, double hi, std::size_t bins,
                            const Devices& devices, JobContext& job) {
  if (bins == 0 || !(lo < hi) || !std::isfinite(hi - lo)) {
    return failure(ErrorCode::usage, "count a range", view.tensor().name,
                   "the range " + std::to_string(lo) + " … " + std::to_string(hi) + " in " + std::to_string(bins) +
                       " bins is empty",
                   "give a lower end below the upper end and one bin at least");
  }
  QUANT_TRY(fitted, fit(view, of, devices, job));
  const TileCut cut = fitted.cut(view);
  const int workers = workers_that_fit(devices, fitted.backend->concurrency(devices.threads),
                                       cut.rows_per_tile * cut.cols * tile_bytes_per_weight);
  const LinearBins linear(lo, hi, bins);
  std::vector<Recount> parts(static_cast<std::size_t>(workers), empty_recount(lo, hi, bins));
  QUANT_CHECK(for_tiles(view, cut, workers, job, [&](const RowTile& tile, std::size_t, int worker) -> Result<void> {
    Recount& part = parts[static_cast<std::size_t>(worker)];
    job.done += tile.w.size();
    if (!fitted.restores()) return recount_values(tile, linear, part), Result<void>{};
    QUANT_TRY(q, fitted.restore(tile));
    recount_errors(tile, q, linear, part);
    return {};
  }));
  for (std::size_t i = 1; i < parts.size(); ++i) merge(parts[0], parts[i]);
  return std::move(parts[0]);
}

}  // namespace

Result<Recount> recount(const TensorView& view, const Approximation& of, double lo, double hi, std::size_t bins,
                        const Devices& devices, JobContext& job) {
  return guard_memory("count a range", view.tensor().name,
                      [&] { return recount_all(view, of, lo, hi, bins, devices, job); });
}

}  // namespace quant
