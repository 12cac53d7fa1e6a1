#include "core/backend/analysis.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <numeric>

#include "core/backend/element_errors.h"
#include "core/backend/fitted.h"
#include "core/backend/sample.h"
#include "core/backend/weighted.h"
#include "core/base/threads.h"
#include "core/tensor/calibration.h"

namespace quant {

namespace {

constexpr std::array<double, 3> error_percentiles = {50, 95, 99};
constexpr std::uint64_t kept_bytes = std::uint64_t{96} << 20;  // of errors in the windows, of all candidates

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// |e| counted by bits, from e counted by bits.
BitHistogram magnitudes(const BitHistogram& signed_counts) {
  BitHistogram folded;
  for (std::size_t k = 0; k < bit_bins / 2; ++k) {
    folded.counts[k] = signed_counts.counts[k] + signed_counts.counts[k + bit_bins / 2];
  }
  return folded;
}

/// Part `pass` of `n` weights in three passes, so that the parts sum to n: the first pass does half of the work.
std::uint64_t share(std::uint64_t n, int pass) {
  const std::uint64_t quarter = n / 4;
  return pass == 0 ? n - 2 * quarter : quarter;
}

/// `value`: from the number of a percentile to its value, or nothing.
template <class Value>
void set_percentiles(ErrorFigures& figures, const Value& value) {
  const auto rounded = [&](std::size_t i) -> std::optional<double> {
    const auto v = value(i);
    return v ? std::optional<double>(static_cast<float>(*v)) : std::nullopt;
  };
  figures.p50_abs = rounded(0);
  figures.p95_abs = rounded(1);
  figures.p99_abs = rounded(2);
}

/// One scheme that took the tensor.
struct Candidate {
  std::unique_ptr<RowQuantizer> quantizer;
  Analysis* out = nullptr;
};

/// Several candidates on one backend: every tile read once a pass, and all of them on it while it is in cache.
class Run {
 public:
  Run(const TensorView& view, const Backend& backend, const Devices& devices, std::span<Candidate*> candidates,
      JobContext& job)
      : view_(view), backend_(backend), candidates_(candidates), job_(job) {
    const MatrixShape shape = view.matrix();
    std::uint64_t alignment = 1;
    for (const Candidate* c : candidates) alignment = std::lcm(alignment, c->quantizer->row_alignment(shape.cols));
    cut_ = cut_tiles(shape, alignment, backend.tile_weights());
    const std::uint64_t tile_bytes = cut_.rows_per_tile * cut_.cols * tile_bytes_per_weight;
    workers_ = workers_that_fit(devices, backend.concurrency(devices.threads),
                                tile_bytes + candidates.size() * (sizeof(ErrorCounters) + 2 * bit_bins * 8));
    if (devices.memory > 0) kept_bytes_ = std::min(kept_bytes, devices.memory / 4);
  }

  Result<void> operator()() {
    if (uses_windows()) QUANT_CHECK(predict());
    QUANT_CHECK(count());
    for (Candidate* c : candidates_) finish(*c);
    return select(unsettled());
  }

 private:
  std::size_t size() const { return candidates_.size(); }
  std::size_t workers() const { return static_cast<std::size_t>(workers_); }

  /// Reads every tile once and does what `task` makes of each candidate of `which`.
  Result<void> pass(int number, std::span<Candidate* const> which,
                    const std::function<TileTask(std::size_t candidate, std::size_t tile, int worker)>& task) {
    return for_tiles(view_, cut_, workers_, job_, [&](const RowTile& tile, std::size_t i, int worker) -> Result<void> {
      std::vector<TileTask> tasks;
      for (std::size_t k = 0; k < which.size(); ++k) tasks.push_back(task(k, i, worker));
      QUANT_CHECK(backend_.analyze(tile, tasks));
      job_.done += which.size() * share(tile.w.size(), number);
      return {};
    });
  }

  /// Windows spare two passes over the tensor and take memory for what lies in them. A single scheme that is cheap to
  /// encode does without, and so do schemes on a tensor of few tiles.
  bool uses_windows() const {
    if (!backend_.has_windows()) return false;
    const bool slow = std::any_of(candidates_.begin(), candidates_.end(),
                                  [&](const Candidate* c) { return backend_.is_slow(*c->quantizer); });
    return slow || (size() > 1 && cut_.tiles > 2);
  }

  Result<void> predict() {
    std::vector<const RowQuantizer*> quantizers;
    for (const Candidate* c : candidates_) quantizers.push_back(c->quantizer.get());
    const std::size_t limit = kept_bytes_ / sizeof(float) / (workers() * size());
    QUANT_TRY(windows, predict_windows(view_, backend_, quantizers, error_percentiles, limit, workers_, job_));
    windows_ = std::move(windows);
    return {};
  }

  Result<void> count() {
    std::vector<ErrorSums> sums(cut_.tiles * size());
    std::vector<ErrorCounters> counters(workers() * size());
    std::vector<WindowSelect> windows;
    for (std::size_t w = 0; w < workers(); ++w) windows.insert(windows.end(), windows_.begin(), windows_.end());
    for (WindowSelect& own : windows) own.reserve(view_.matrix().elements() / workers() * 5 / 4);
    QUANT_CHECK(pass(0, candidates_, [&](std::size_t k, std::size_t tile, int worker) {
      const std::size_t own = static_cast<std::size_t>(worker) * size() + k;
      return TileTask{candidates_[k]->quantizer.get(), &sums[tile * size() + k], &counters[own], nullptr,
                      windows.empty() ? nullptr : &windows[own]};
    }));
    for (std::size_t k = 0; k < size(); ++k) {
      ErrorStats& stats = candidates_[k]->out->stats;
      for (std::size_t t = 0; t < cut_.tiles; ++t) stats.sums.merge(sums[t * size() + k]);
      for (std::size_t w = 0; w < workers(); ++w) stats.counters.merge(counters[w * size() + k]);
    }
    for (std::size_t i = 0; i < windows.size(); ++i) windows_[i % size()].merge(std::move(windows[i]));
    return {};
  }

  /// Candidates whose percentiles the windows do not give.
  std::vector<Candidate*> unsettled() {
    std::vector<std::uint8_t> settled(size());
    parallel_for(size(), workers_, [&](std::size_t k, int) { settled[k] = settle(k); });
    std::vector<Candidate*> rest;
    for (std::size_t k = 0; k < size(); ++k) {
      if (!settled[k]) rest.push_back(candidates_[k]);
    }
    for (std::size_t t = 0; t < cut_.tiles; ++t) {
      const std::uint64_t weights = cut_.count(t) * cut_.cols;
      job_.done += (size() - rest.size()) * (weights - share(weights, 0));
    }
    return rest;
  }

  /// Percentiles from the windows, or none where there is no error to speak of.
  bool settle(std::size_t k) {
    Analysis& out = *candidates_[k]->out;
    const std::uint64_t n = out.stats.counters.error.total();
    if (n == 0 || windows_.empty()) return n == 0;
    const auto values = windows_[k].values(error_percentiles, n);
    if (values) set_percentiles(out.figures, [&](std::size_t i) { return std::optional((*values)[i]); });
    return values.has_value();
  }

  /// Percentiles by two more passes.
  Result<void> select(std::span<Candidate* const> which) {
    if (which.empty()) return {};
    std::vector<RadixSelect> selects;
    for (const Candidate* c : which) {
      selects.emplace_back(magnitudes(c->out->stats.counters.error), error_percentiles);
    }
    for (const int number : {1, 2}) QUANT_CHECK(select_pass(number, which, selects));
    for (std::size_t k = 0; k < which.size(); ++k) {
      set_percentiles(which[k]->out->figures, [&](std::size_t i) { return selects[k].value(i); });
    }
    return {};
  }

  Result<void> select_pass(int number, std::span<Candidate* const> which, std::vector<RadixSelect>& selects) {
    std::vector<RadixSelect> copies;
    for (std::size_t w = 0; w < workers(); ++w) copies.insert(copies.end(), selects.begin(), selects.end());
    QUANT_CHECK(pass(number, which, [&](std::size_t k, std::size_t, int worker) {
      return TileTask{which[k]->quantizer.get(), nullptr, nullptr,
                      &copies[static_cast<std::size_t>(worker) * which.size() + k]};
    }));
    for (std::size_t i = 0; i < copies.size(); ++i) selects[i % which.size()].merge(copies[i]);
    for (RadixSelect& select : selects) select.advance();
    return {};
  }

  /// All but the percentiles.
  void finish(const Candidate& candidate) const {
    Analysis& out = *candidate.out;
    const MatrixShape shape = view_.matrix();
    const RowQuantizer& q = *candidate.quantizer;
    out.figures = figures(out.stats, q.codes().bits, q.stored_bytes(shape), shape.elements());
    out.stats.counters.error.nan += out.stats.sums.nan;
    out.stats.counters.error.inf += out.stats.sums.inf;
    out.device = backend_.id();
    out.approximate = q.approximate();
  }

 private:
  const TensorView& view_;
  const Backend& backend_;
  std::span<Candidate*> candidates_;
  JobContext& job_;
  TileCut cut_;
  int workers_ = 1;
  std::uint64_t kept_bytes_ = kept_bytes;
  std::vector<WindowSelect> windows_;
};

/// Runs a group on its backend; where that device fails, on the reference, and says so.
Result<void> run_group(const TensorView& view, const Backend& backend, const Devices& devices,
                       std::span<Candidate*> group, JobContext& job) {
  if (group.empty()) return {};
  const auto start = Clock::now();
  const std::uint64_t before = job.done;
  auto done = Run(view, backend, devices, group, job)();
  if (!done && done.error().code == ErrorCode::device && &backend != devices.reference) {
    for (Candidate* c : group) {
      c->out->stats = {};
      c->out->warning = one_line(done.error()) + "; went on with the reference";
    }
    job.done = before;
    done = Run(view, *devices.reference, devices, group, job)();
  }
  for (Candidate* c : group) c->out->seconds = seconds_since(start) / static_cast<double>(group.size());
  return done;
}

/// Fits every scheme; those that cannot take the tensor are refused in their result.
Result<std::vector<Candidate>> fit_all(const TensorView& view, std::span<const Scheme> schemes, const Devices& devices,
                                       std::vector<Analysis>& results, JobContext& job) {
  TensorFacts facts(view, devices.threads);
  std::vector<Candidate> candidates;
  for (std::size_t i = 0; i < schemes.size(); ++i) {
    results[i].tensor = view.tensor().name;
    results[i].scheme = schemes[i].text();
    QUANT_TRY(quantizer, make_quantizer(schemes[i]));
    auto fitted = quantizer->fit(facts, devices.calibration, job);
    if (fitted) {
      candidates.push_back({std::move(*fitted), &results[i]});
      continue;
    }
    const ErrorCode code = fitted.error().code;
    if (code != ErrorCode::refused && code != ErrorCode::unsupported) return tl::unexpected(fitted.error());
    results[i].refused = fitted.error().why;
    job.done += view.matrix().elements();
  }
  return candidates;
}

/// What the calibration adds to results that are complete without it.
Result<void> weigh_all(const TensorView& view, std::span<const Candidate> candidates, const Devices& devices,
                       std::vector<Analysis>& results, JobContext& job) {
  for (Analysis& r : results) r.calibration = devices.calibration->fingerprint(view.tensor().name);
  std::vector<Weighed> weighed;
  for (const Candidate& c : candidates) weighed.push_back({c.quantizer.get(), c.out});
  return weigh(view, weighed, devices, job);
}

Result<std::vector<Analysis>> analyze_all(const TensorView& view, std::span<const Scheme> schemes,
                                          const Devices& devices, JobContext& job) {
  std::vector<Analysis> results(schemes.size());
  QUANT_TRY(candidates, fit_all(view, schemes, devices, results, job));
  std::vector<Candidate*> chosen, rest;
  for (Candidate& c : candidates) (devices.chosen->runs(*c.quantizer) ? chosen : rest).push_back(&c);
  QUANT_CHECK(run_group(view, *devices.chosen, devices, chosen, job));
  static const std::unique_ptr<Backend> cpu = make_native_backend();
  QUANT_CHECK(run_group(view, *cpu, devices, rest, job));
  if (devices.calibration) QUANT_CHECK(weigh_all(view, candidates, devices, results, job));
  return results;
}

/// Errors of stored values against the original's, tile by tile of both.
class Comparison {
 public:
  Comparison(const TensorView& stored, const TensorView& original, const Devices& devices, JobContext& job)
      : stored_(stored), original_(original), job_(job) {
    cut_ = cut_tiles(original.matrix(), 1, devices.reference->tile_weights());
    workers_ = workers_that_fit(devices, devices.threads, cut_.rows_per_tile * cut_.cols * 8 + sizeof(ErrorCounters));
    scratch_.resize(static_cast<std::size_t>(workers_));
  }

  Result<void> pass(int number, const std::function<TileTask(std::size_t tile, int worker)>& task) {
    return for_tiles(original_, cut_, workers_, job_, [&](const RowTile& w, std::size_t i, int worker) -> Result<void> {
      QUANT_TRY(q, read_tile(stored_, w.first_row, w.rows, scratch_[static_cast<std::size_t>(worker)]));
      add_errors({w.w, q.w, {}, {}, {}}, task(i, worker));
      job_.done += share(w.w.size(), number);
      return {};
    });
  }

  Result<ErrorStats> count() {
    std::vector<ErrorSums> sums(cut_.tiles);
    std::vector<ErrorCounters> counters(scratch_.size());
    QUANT_CHECK(pass(0, [&](std::size_t tile, int worker) {
      return TileTask{nullptr, &sums[tile], &counters[static_cast<std::size_t>(worker)], nullptr};
    }));
    ErrorStats stats;
    for (const ErrorSums& s : sums) stats.sums.merge(s);
    for (const ErrorCounters& c : counters) stats.counters.merge(c);
    return stats;
  }

  Result<RadixSelect> select(const ErrorStats& stats) {
    RadixSelect select(magnitudes(stats.counters.error), error_percentiles);
    for (int number = 1; number <= 2; ++number) {
      std::vector<RadixSelect> copies(scratch_.size(), select);
      QUANT_CHECK(pass(number, [&](std::size_t, int worker) {
        RadixSelect* copy = &copies[static_cast<std::size_t>(worker)];
        return TileTask{nullptr, nullptr, nullptr, copy->done() ? nullptr : copy};
      }));
      for (const RadixSelect& copy : copies) select.merge(copy);
      select.advance();
    }
    return select;
  }

 private:
  const TensorView& stored_;
  const TensorView& original_;
  JobContext& job_;
  TileCut cut_;
  int workers_ = 1;
  std::vector<std::vector<float>> scratch_;
};

Result<Analysis> compare_all(const TensorView& stored, const TensorView& original, const Devices& devices,
                             JobContext& job) {
  QUANT_CHECK(same_shape(stored, original));
  const auto start = Clock::now();
  Comparison comparison(stored, original, devices, job);
  Analysis out;
  QUANT_TRY(stats, comparison.count());
  QUANT_TRY(select, comparison.select(stats));
  out.tensor = stored.tensor().name;
  out.scheme =
      stored.tensor().quantized.empty() ? std::string(info(stored.tensor().dtype).name) : stored.tensor().quantized;
  out.device = devices.reference->id();
  out.stats = std::move(stats);
  out.figures = figures(out.stats, 0, stored.tensor().bytes, stored.matrix().elements());
  out.stats.counters.error.nan += out.stats.sums.nan;
  out.stats.counters.error.inf += out.stats.sums.inf;
  // No storage tells which codes were clipped before they were written.
  out.figures.clip_share = out.figures.rounding_mse = out.figures.clipping_mse = std::nullopt;
  set_percentiles(out.figures, [&](std::size_t i) { return select.value(i); });
  QUANT_CHECK(weigh(stored, original, out, devices, job));
  out.seconds = seconds_since(start);
  return out;
}

}  // namespace

Result<std::vector<Analysis>> analyze(const TensorView& view, std::span<const Scheme> schemes, const Devices& devices,
                                      JobContext& job) {
  return guard_memory("analyze", view.tensor().name, [&] { return analyze_all(view, schemes, devices, job); });
}

Result<Analysis> compare(const TensorView& stored, const TensorView& original, const Devices& devices,
                         JobContext& job) {
  return guard_memory("compare tensors", stored.tensor().name,
                      [&] { return compare_all(stored, original, devices, job); });
}

}  // namespace quant
