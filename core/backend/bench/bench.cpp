#include "core/backend/bench/bench.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>

#include "core/backend/bench/bench_weights.h"
#include "core/backend/chunk.h"
#include "core/backend/tiles.h"
#include "core/base/text.h"
#include "core/base/threads.h"

namespace quant {

namespace {

constexpr std::string_view one_candidate = "rtn:bits=4,group=128";
constexpr std::uint64_t slice = 1 << 20;         // weights a piece of work of the comparisons
constexpr std::uint64_t largest_size = 1 << 17;  // 2^34 weights: 64 GiB

std::vector<Bench> list_benches() {
  std::vector<Bench> list;
  list.push_back({"analyze-rtn4-g128",
                  "Analyze 4-bit integers in groups of 128, all figures and histograms",
                  {std::string(one_candidate)}});
  Bench eight{"analyze-eight", "Analyze eight candidates in one pass: 2, 3, 4 and 8 bits, sym and asym", {}};
  for (const char* bits : {"2", "3", "4", "8"}) {
    for (const char* symmetry : {"sym", "asym"}) {
      eight.schemes.push_back("rtn:bits=" + std::string(bits) + ",group=128," + symmetry);
    }
  }
  list.push_back(std::move(eight));
  for (const Method* m : methods()) {
    if (m->needs != Needs::weights) continue;
    list.push_back({"analyze-" + std::string(m->id), "Analyze " + std::string(m->title), {std::string(m->id)}});
  }
  list.push_back({"stats", "Value statistics with exact percentiles", {}});
  list.push_back({"counting", "Increments of histogram counters alone, two a weight", {}});
  return list;
}

double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Keys as an analysis counts them: of the errors of these weights, and of code and step bin together.
struct CountingKeys {
  std::vector<std::uint16_t> error, joint;
};

Result<CountingKeys> counting_keys(JobContext& job) {
  constexpr std::uint64_t n = 1 << 14;  // both arrays stay in the second-level cache
  const auto weights = memory_tensor("weights", {n / 4096, 4096}, bench_weights(n));
  QUANT_TRY(scheme, Scheme::parse(one_candidate));
  QUANT_TRY(quantizer, make_quantizer(scheme));
  TensorFacts facts(*weights);
  QUANT_TRY(rows, quantizer->fit(facts, nullptr, job));
  const RowTile tile{weights->rows_in_place(0, n / 4096), n / 4096, 4096, 0};
  const QuantizedTile q = rows->quantize(tile);
  std::vector<float> steps(n);
  rows->steps(tile, q, steps);
  CountingKeys keys;
  for (std::size_t i = 0; i < n; ++i) {
    const float e = q.values[i] - tile.w[i];
    keys.error.push_back(static_cast<std::uint16_t>(bit_key(e)));
    keys.joint.push_back(static_cast<std::uint16_t>((q.codes[i] & 15u) * step_bins + step_bin(e, steps[i])));
  }
  return keys;
}

/// As many increments as an analysis of `weights` weights makes.
void count_alone(const CountingKeys& keys, std::uint64_t weights, int threads) {
  std::vector<TileCounters> counters(static_cast<std::size_t>(threads));
  parallel_for((weights + slice - 1) / slice, threads, [&](std::size_t s, int worker) {
    TileCounters& mine = counters[static_cast<std::size_t>(worker)];
    const std::uint64_t n = std::min(slice, weights - s * slice);
    for (std::uint64_t done = 0; done < n; done += keys.error.size()) {
      const std::size_t part = std::min<std::size_t>(keys.error.size(), n - done);
      for (std::size_t i = 0; i < part; ++i) {
        ++mine.error[keys.error[i]];
        ++mine.joint[keys.joint[i]];
      }
    }
  });
}

/// Reads the buffer once. Returns what it read, so that nothing is optimised away.
std::uint64_t read_once(std::span<const float> w, int threads) {
  std::atomic<std::uint64_t> all = 0;
  parallel_for((w.size() + slice - 1) / slice, threads, [&](std::size_t s, int) {
    const auto part = w.subspan(s * slice, std::min<std::size_t>(slice, w.size() - s * slice));
    const auto* words = reinterpret_cast<const char*>(part.data());
    std::uint64_t sums[8] = {};
    for (std::size_t at = 0; at + 64 <= part.size_bytes(); at += 64) {
      std::uint64_t line[8];
      std::memcpy(line, words + at, sizeof line);
      for (std::size_t k = 0; k < 8; ++k) sums[k] += line[k];
    }
    for (const std::uint64_t sum : sums) all += sum;
  });
  return all;
}

/// One bench: what it runs and what alternates with it.
class Measured {
 public:
  Measured(const Bench& bench, std::uint64_t size, const Devices& devices, JobContext& job)
      : bench_(bench), devices_(devices), job_(job) {
    threads_ = devices.threads > 0 ? devices.threads : hardware_threads();
    if (bench.id != "counting") weights_ = memory_tensor("weights", {size, size}, bench_weights(size * size));
    out_.bench = bench.id;
    out_.weights = size * size;
    out_.bytes = out_.weights * sizeof(float);
    out_.threads = threads_;
    out_.device = devices.chosen->id();
  }

  Result<BenchResult> operator()(int repeat) {
    QUANT_CHECK(prepare());
    for (int i = 0; i <= repeat; ++i) {
      if (job_.stopped()) return cancelled("run bench " + bench_.id);
      QUANT_CHECK(round(i > 0));
    }
    finish();
    return std::move(out_);
  }

 private:
  bool with_limits() const { return bench_.id == "analyze-rtn4-g128"; }

  Result<void> prepare() {
    for (const std::string& text : bench_.schemes) {
      QUANT_TRY(scheme, Scheme::parse(text));
      out_.scheme += (out_.scheme.empty() ? "" : " ") + scheme.text();
      schemes_.push_back(std::move(scheme));
    }
    QUANT_TRY(one, Scheme::parse(one_candidate));
    one_.push_back(std::move(one));
    if (with_limits() || bench_.id == "counting") {
      QUANT_TRY(keys, counting_keys(job_));
      keys_ = std::move(keys);
    }
    return {};
  }

  /// The bench, then its comparisons. A round that only warms up is not kept.
  Result<void> round(bool keep) {
    Result<void> result;
    const double main = seconds_of([&] { result = run(); });
    QUANT_CHECK(result);
    const double counting = with_limits() ? seconds_of([&] { count_alone(keys_, out_.weights, threads_); }) : 0;
    const double reading = with_limits() ? seconds_of([&] { read_ += read_once(all_weights(), threads_); }) : 0;
    const double one = bench_.id == "analyze-eight" ? seconds_of([&] { result = analyze_these(one_); }) : 0;
    QUANT_CHECK(result);
    if (!keep) return {};
    out_.seconds.push_back(main);
    counting_.push_back(counting);
    reading_.push_back(reading);
    one_candidate_.push_back(one);
    return {};
  }

  std::span<const float> all_weights() const { return weights_->rows_in_place(0, weights_->matrix().rows); }

  Result<void> run() {
    if (bench_.id == "counting") return count_alone(keys_, out_.weights, threads_), Result<void>{};
    if (!schemes_.empty()) return analyze_these(schemes_);
    QUANT_TRY(figures, value_statistics(*weights_, devices_, job_));
    static_cast<void>(figures);
    return {};
  }

  Result<void> analyze_these(std::span<const Scheme> schemes) {
    QUANT_TRY(results, analyze(*weights_, schemes, devices_, job_));
    for (const Analysis& a : results) {
      if (!a.refused.empty()) {
        return failure(ErrorCode::refused, "run bench " + bench_.id, a.scheme, a.refused, "choose another size");
      }
    }
    out_.device = results.front().device;
    return {};
  }

  void finish() {
    const auto add = [&](const char* name, double value) { out_.extras.emplace_back(name, value); };
    const auto n = static_cast<double>(out_.weights);
    add("weights_per_second", n / median(out_.seconds));
    if (with_limits()) {
      add("counting_rate", n / median(counting_));
      add("counting_share", median(ratios(counting_, out_.seconds)));
      add("read_bandwidth", static_cast<double>(out_.bytes) / median(reading_));
      add("read_bandwidth_share", median(ratios(reading_, out_.seconds)));
    }
    if (bench_.id == "analyze-eight") add("times_one_candidate", median(ratios(out_.seconds, one_candidate_)));
  }

  static std::vector<double> ratios(const std::vector<double>& a, const std::vector<double>& b) {
    std::vector<double> out;
    for (std::size_t i = 0; i < a.size(); ++i) out.push_back(a[i] / b[i]);
    return out;
  }

  const Bench& bench_;
  const Devices& devices_;
  JobContext& job_;
  int threads_ = 1;
  std::unique_ptr<TensorView> weights_;
  std::vector<Scheme> schemes_, one_;
  CountingKeys keys_;
  std::vector<double> counting_, reading_, one_candidate_;
  std::uint64_t read_ = 0;
  BenchResult out_;
};

}  // namespace

std::span<const Bench> benches() {
  static const std::vector<Bench> list = list_benches();
  return list;
}

Result<BenchResult> run_bench(const std::string& id, std::uint64_t size, int repeat, const Devices& devices,
                              JobContext& job) {
  const auto list = benches();
  const auto found = std::find_if(list.begin(), list.end(), [&](const Bench& b) { return b.id == id; });
  if (found == list.end()) {
    std::vector<std::string_view> ids;
    for (const Bench& b : list) ids.push_back(b.id);
    return failure(ErrorCode::not_found, "run bench", id, "there is no such bench",
                   "did you mean " + std::string(nearest(id, ids)) + "? `bench --list` names them all");
  }
  if (size == 0 || size > largest_size || repeat < 1) {
    return failure(ErrorCode::usage, "run bench", id,
                   "size " + std::to_string(size) + ", " + std::to_string(repeat) + " repetitions",
                   "give a size of 1 to " + std::to_string(largest_size) + " and one repetition at least");
  }
  return guard_memory("run bench", id, [&] { return Measured(*found, size, devices, job)(repeat); });
}

}  // namespace quant
