#include "core/backend/analysis.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <numeric>

#include "core/backend/element_errors.h"
#include "core/backend/fitted.h"
#include "core/backend/native_kernel.h"
#include "core/backend/weighted.h"
#include "core/base/threads.h"
#include "core/tensor/calibration.h"

namespace quant {

namespace {

constexpr std::array<double, 3> error_percentiles = {50, 95, 99};
constexpr std::uint64_t kept_bytes = std::uint64_t{96} << 20;  // of several candidates between two selection passes

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
  }

  Result<void> operator()() {
    QUANT_CHECK(count());
    QUANT_CHECK(select());
    return {};
  }

 private:
  std::size_t size() const { return candidates_.size(); }
  std::size_t workers() const { return static_cast<std::size_t>(workers_); }

  Result<void> pass(int number,
                    const std::function<TileTask(std::size_t candidate, std::size_t tile, int worker)>& task) {
    return for_tiles(view_, cut_, workers_, job_, [&](const RowTile& tile, std::size_t i, int worker) -> Result<void> {
      std::vector<TileTask> tasks;
      for (std::size_t k = 0; k < size(); ++k) {
        const TileTask t = task(k, i, worker);
        if (t.sums || t.counters || t.select) tasks.push_back(t);
      }
      if (!tasks.empty()) QUANT_CHECK(backend_.analyze(tile, tasks));
      job_.done += size() * share(tile.w.size(), number);
      return {};
    });
  }

  Result<void> count() {
    std::vector<ErrorSums> sums(cut_.tiles * size());
    std::vector<ErrorCounters> counters(workers() * size());
    QUANT_CHECK(pass(0, [&](std::size_t k, std::size_t tile, int worker) {
      return TileTask{candidates_[k]->quantizer.get(), &sums[tile * size() + k],
                      &counters[static_cast<std::size_t>(worker) * size() + k], nullptr};
    }));
    for (std::size_t k = 0; k < size(); ++k) {
      ErrorStats& stats = candidates_[k]->out->stats;
      for (std::size_t t = 0; t < cut_.tiles; ++t) stats.sums.merge(sums[t * size() + k]);
      for (std::size_t w = 0; w < workers(); ++w) stats.counters.merge(counters[w * size() + k]);
    }
    return {};
  }

  Result<void> select() {
    std::vector<RadixSelect> selects;
    for (const Candidate* c : candidates_) {
      selects.emplace_back(magnitudes(c->out->stats.counters.error), error_percentiles);
    }
    std::vector<std::vector<float>> kept(workers() * size());
    for (auto& values : kept) values.reserve(keep_limit());
    QUANT_CHECK(select_pass(1, selects, kept));
    QUANT_CHECK(select_pass(2, selects, kept));
    for (std::size_t k = 0; k < size(); ++k) finish(*candidates_[k], selects[k]);
    return {};
  }

  /// Values that a worker may keep of one candidate, 0 for a single one: there a second pass costs less than the
  /// memory.
  std::size_t keep_limit() const {
    if (size() < 2) return 0;
    return std::min<std::uint64_t>(kept_bytes / sizeof(float), view_.matrix().elements() * size()) /
           (workers() * size());
  }

  /// One pass of the selections. The first keeps what it counts; where it could keep all, the second counts that alone.
  Result<void> select_pass(int number, std::vector<RadixSelect>& selects, std::vector<std::vector<float>>& kept) {
    std::vector<RadixSelect> copies;
    for (std::size_t w = 0; w < workers(); ++w) copies.insert(copies.end(), selects.begin(), selects.end());
    if (number == 2 && all_kept_) {
      parallel_for(copies.size(), workers_, [&](std::size_t i, int) { native_select(kept[i], copies[i]); });
      for (std::size_t t = 0; t < cut_.tiles; ++t) job_.done += size() * share(cut_.count(t) * cut_.cols, number);
    } else {
      QUANT_CHECK(pass(number, [&](std::size_t k, std::size_t, int worker) {
        const std::size_t i = static_cast<std::size_t>(worker) * size() + k;
        return TileTask{candidates_[k]->quantizer.get(), nullptr, nullptr, copies[i].done() ? nullptr : &copies[i],
                        number == 1 ? &kept[i] : nullptr};
      }));
    }
    if (number == 1) all_kept_ = all_kept(copies, kept);
    for (std::size_t k = 0; k < size(); ++k) {
      for (std::size_t w = 0; w < workers(); ++w) selects[k].merge(copies[w * size() + k]);
      selects[k].advance();
    }
    return {};
  }

  /// Whether as many values were kept as were counted.
  static bool all_kept(std::vector<RadixSelect>& copies, const std::vector<std::vector<float>>& kept) {
    for (std::size_t i = 0; i < copies.size(); ++i) {
      std::uint64_t counted = 0;
      for (std::size_t t = 0; t < copies[i].prefixes().size(); ++t) {
        const auto counters = copies[i].counter(t);
        counted = std::accumulate(counters.begin(), counters.end(), counted);
      }
      if (counted != kept[i].size()) return false;
    }
    return true;
  }

  void finish(const Candidate& candidate, const RadixSelect& select) const {
    Analysis& out = *candidate.out;
    const MatrixShape shape = view_.matrix();
    const RowQuantizer& q = *candidate.quantizer;
    out.stats.counters.error.nan += out.stats.sums.nan;
    out.stats.counters.error.inf += out.stats.sums.inf;
    out.figures = figures(out.stats, q.codes().bits, q.stored_bytes(shape), shape.elements());
    set_percentiles(out.figures, select);
    out.device = backend_.id();
  }

 public:
  static void set_percentiles(ErrorFigures& figures, const RadixSelect& select) {
    const auto rounded = [&](std::size_t i) -> std::optional<double> {
      const auto v = select.value(i);
      return v ? std::optional<double>(static_cast<float>(*v)) : std::nullopt;
    };
    figures.p50_abs = rounded(0);
    figures.p95_abs = rounded(1);
    figures.p99_abs = rounded(2);
  }

 private:
  const TensorView& view_;
  const Backend& backend_;
  std::span<Candidate*> candidates_;
  JobContext& job_;
  TileCut cut_;
  int workers_ = 1;
  bool all_kept_ = false;
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
  QUANT_CHECK(run_group(view, *devices.reference, devices, rest, job));
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

std::string shape_text(const MatrixShape& s) {
  return std::to_string(s.matrices) + " × " + std::to_string(s.rows) + " × " + std::to_string(s.cols);
}

Result<Analysis> compare_all(const TensorView& stored, const TensorView& original, const Devices& devices,
                             JobContext& job) {
  const MatrixShape a = stored.matrix(), b = original.matrix();
  if (a.matrices != b.matrices || a.rows != b.rows || a.cols != b.cols) {
    return failure(ErrorCode::refused, "compare tensors", stored.tensor().name,
                   "the shape is " + shape_text(a) + ", the original has " + shape_text(b),
                   "give the file that it was quantized from");
  }
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
  out.stats.counters.error.nan += out.stats.sums.nan;
  out.stats.counters.error.inf += out.stats.sums.inf;
  out.figures = figures(out.stats, 0, stored.tensor().bytes, a.elements());
  Run::set_percentiles(out.figures, select);
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
