#include "core/backend/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <set>
#include <utility>

#include "core/base/text.h"
#include "core/tensor/calibration.h"

namespace quant {
namespace {

constexpr double sums_agree = 1e-9;  // what devices may differ by; double sums in another order differ by some 1e-13

/// Rows that quantizers meet rarely: one sign, zeros, denormals, a wide range; with `wild` also NaN, Inf and the
/// largest.
std::vector<float> odd_rows(std::uint64_t rows, std::uint64_t cols, bool wild) {
  std::mt19937 random(42);
  std::normal_distribution<float> normal(0, 0.05f);
  std::vector<float> w(rows * cols);
  for (std::size_t i = 0; i < w.size(); ++i) {
    const std::size_t row = i / cols % 11, col = i % cols;
    float& x = w[i] = normal(random);
    if (row == 1) x = 0;
    if (row == 2) x *= 1e-38f;
    if (row == 3) x = 1 + std::fabs(x);
    if (row == 4) x = std::ldexp(x, static_cast<int>(col % 30) - 20);
    if (row == 5) x = col % 2 == 0 ? 0.5f : -0.5f;
    if (!wild) continue;
    if (row == 6 && col % 7 == 0) x = std::numeric_limits<float>::quiet_NaN();
    if (row == 7 && col % 5 == 0) x = std::copysign(std::numeric_limits<float>::infinity(), x);
    if (row == 8) x = std::copysign(std::numeric_limits<float>::max(), x);
  }
  return w;
}

/// A finite tensor of whole blocks that every method takes, and stacked matrices with short groups and wild values.
std::vector<std::unique_ptr<TensorView>> tensors() {
  std::vector<std::unique_ptr<TensorView>> all;
  all.push_back(memory_tensor("whole blocks", {24, 512}, odd_rows(24, 512, false)));
  all.push_back(memory_tensor("short groups", {2, 11, 131}, odd_rows(22, 131, true)));
  return all;
}

/// Importance of every tensor's columns, for schemes that ask for it.
Calibration calibration_of(const std::vector<std::unique_ptr<TensorView>>& tensors) {
  Calibration calibration;
  for (const auto& view : tensors) {
    std::vector<float> mean_sq(view->matrix().cols);
    for (std::size_t c = 0; c < mean_sq.size(); ++c) mean_sq[c] = 1 + static_cast<float>(c % 7) / 4;
    calibration.set_mean_sq(view->tensor().name, std::move(mean_sq));
  }
  return calibration;
}

/// What else a parameter may be than its default, as items of a scheme string.
std::vector<std::string> alternatives(const Param& param) {
  std::vector<std::string> items;
  if (param.type == ParamType::flag) return {std::string(param.name)};
  if (param.type == ParamType::integer) {
    const auto dots = param.range.find("..");
    if (dots == std::string_view::npos) return {};
    const auto low = param.range.substr(0, dots), high = param.range.substr(dots + 2);
    for (const auto value : {low, high.empty() ? std::string_view("48") : high})  // 48 divides neither 512 nor 131
      if (parse_int(value)) items.push_back(fmt::format("{}={}", param.name, value));
    return items;
  }
  if (param.type == ParamType::number) return {};
  for (const auto value : split(param.range, '|'))
    if (value != param.def)
      items.push_back(param.type == ParamType::word ? std::string(value) : fmt::format("{}={}", param.name, value));
  return items;
}

/// The default, each parameter changed, and each word (asym) together with every other change. What contradicts itself
/// does not parse and is left out.
std::vector<Scheme> schemes_of(const Method& method) {
  std::vector<std::string> texts = {std::string(method.id)}, items, words;
  for (const Param& param : method.params)
    for (auto& item : alternatives(param)) (param.type == ParamType::word ? words : items).push_back(std::move(item));
  for (const auto& item : items) texts.push_back(fmt::format("{}:{}", method.id, item));
  for (const auto& word : words) {
    texts.push_back(fmt::format("{}:{}", method.id, word));
    for (const auto& item : items) texts.push_back(fmt::format("{}:{},{}", method.id, word, item));
  }
  std::vector<Scheme> schemes;
  std::set<std::string> seen;
  for (const auto& text : texts)
    if (auto scheme = Scheme::parse(text); scheme && seen.insert(scheme->text()).second)
      schemes.push_back(std::move(*scheme));
  return schemes;
}

/// Steps between two float32 values; two NaN are equal, NaN beside a number is 2^32 steps away.
double ulps(float a, float b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b) ? 0 : 0x1p32;
  return std::fabs(static_cast<double>(ordered_bits(a)) - static_cast<double>(ordered_bits(b)));
}

double relative(double got, double want, double measure) {
  if (got == want || (std::isnan(got) && std::isnan(want))) return 0;
  const double d = std::fabs(got - want) / std::max(std::fabs(measure), std::numeric_limits<double>::min());
  return std::isfinite(d) ? d : std::numeric_limits<double>::max();
}

void differ(Check& check, std::string detail) {
  check.ok = false;
  if (check.detail.empty()) check.detail = std::move(detail);
}

void compare(Check& check, std::string_view what, std::span<const float> got, std::span<const float> want) {
  if (got.size() != want.size()) return differ(check, fmt::format("{} {}, not {}", got.size(), what, want.size()));
  for (std::size_t i = 0; i < got.size(); ++i) {
    const double d = ulps(got[i], want[i]);
    check.max_ulp = std::max(check.max_ulp, d);
    if (d > 0) differ(check, fmt::format("{} {} is {}, not {}", what, i, got[i], want[i]));
  }
}

template <class Whole>
void compare_whole(Check& check, std::string_view what, const Whole& got, const Whole& want) {
  if (got.size() != want.size()) return differ(check, fmt::format("{} {}, not {}", got.size(), what, want.size()));
  const auto [at, other] = std::mismatch(got.begin(), got.end(), want.begin());
  if (at != got.end()) differ(check, fmt::format("{} {} is {}, not {}", what, at - got.begin(), *at, *other));
}

void compare(Check& check, const QuantizedTile& got, const QuantizedTile& want) {
  compare(check, "scales", got.scales, want.scales);
  compare(check, "minima", got.minima, want.minima);
  compare(check, "codebooks", got.codebooks, want.codebooks);
  compare_whole(check, "zeros", got.zeros, want.zeros);
  compare_whole(check, "codes", got.codes, want.codes);
  compare_whole(check, "packed bytes", got.packed, want.packed);
  compare(check, "values", got.values, want.values);
  compare_whole(check, "clip marks", got.clipped, want.clipped);
}

void compare_sum(Check& check, std::string_view what, double got, double want, double measure) {
  const double d = relative(got, want, measure);
  check.max_rel = std::max(check.max_rel, d);
  if (d > sums_agree) differ(check, fmt::format("{} is {}, not {}", what, got, want));
}

void compare(Check& check, const ErrorSums& got, const ErrorSums& want) {
  const auto counts = [](const ErrorSums& s) { return std::array{s.count, s.nan, s.inf, s.clipped}; };
  compare_whole(check, "element counts", counts(got), counts(want));
  // Σe and Σwŵ cancel: they are measured against the largest that they could be.
  compare_sum(check, "sum of e", got.e, want.e, std::sqrt(static_cast<double>(want.count) * want.e2));
  compare_sum(check, "sum of e^2", got.e2, want.e2, want.e2);
  compare_sum(check, "sum of clipped e^2", got.e2_clipped, want.e2_clipped, want.e2_clipped);
  compare_sum(check, "sum of w^2", got.w2, want.w2, want.w2);
  compare_sum(check, "sum of w*w_hat", got.wq, want.wq, std::sqrt(want.w2) * std::sqrt(want.q2));
  compare_sum(check, "sum of w_hat^2", got.q2, want.q2, want.q2);
  compare_sum(check, "largest error", got.max_abs, want.max_abs, want.max_abs);
}

void compare(Check& check, const BitHistogram& got, const BitHistogram& want, std::string_view what) {
  compare_whole(check, what, got.counts, want.counts);
  compare_whole(check, what, std::array{got.nan, got.inf}, std::array{want.nan, want.inf});
}

void compare(Check& check, const ErrorCounters& got, const ErrorCounters& want) {
  compare(check, got.error, want.error, "error counts");
  compare(check, got.clipped, want.clipped, "clipping counts");
  compare_whole(check, "e/step counts", got.step, want.step);
  compare_whole(check, "code counts", got.code, want.code);
}

/// The first refinement of the median and the 99th percentile of |e|.
RadixSelect selection(const ErrorCounters& counters) {
  BitHistogram magnitudes;
  for (std::size_t k = 0; k < bit_bins; ++k) magnitudes.counts[k % (bit_bins / 2)] += counters.error.counts[k];
  constexpr double percentiles[] = {50, 99};
  return RadixSelect(magnitudes, percentiles);
}

Result<void> compare_analysis(Check& check, const RowQuantizer& quantizer, const RowTile& tile, const Backend& device,
                              const Backend& reference) {
  ErrorStats got, want;
  const TileTask mine[] = {{&quantizer, &got.sums, &got.counters, nullptr}};
  const TileTask its[] = {{&quantizer, &want.sums, &want.counters, nullptr}};
  QUANT_CHECK(device.analyze(tile, mine));
  QUANT_CHECK(reference.analyze(tile, its));
  compare(check, got.sums, want.sums);
  compare(check, got.counters, want.counters);
  RadixSelect found = selection(want.counters), expected = found;
  const TileTask my_pass[] = {{&quantizer, nullptr, nullptr, &found}};
  const TileTask its_pass[] = {{&quantizer, nullptr, nullptr, &expected}};
  QUANT_CHECK(device.analyze(tile, my_pass));
  QUANT_CHECK(reference.analyze(tile, its_pass));
  for (std::size_t t = 0; t < found.prefixes().size(); ++t)
    compare_whole(check, "percentile counts", found.counter(t), expected.counter(t));
  return {};
}

Result<void> compare_all(Check& check, const RowQuantizer& quantizer, const RowTile& tile, const Backend& device,
                         const Backend& reference) {
  QUANT_TRY(got, device.quantize(quantizer, tile));
  QUANT_TRY(want, reference.quantize(quantizer, tile));
  compare(check, got, want);
  QuantizedTile again = want;
  quantizer.dequantize(again);
  if (quantizer.codes().bits > 0) compare(check, "values from codes", again.values, want.values);
  return compare_analysis(check, quantizer, tile, device, reference);
}

Result<RowTile> whole(const TensorView& view, std::vector<float>& scratch) {
  return read_tile(view, 0, view.matrix().all_rows(), scratch);
}

/// One scheme on every tensor that it takes; nothing where the device runs none of them.
std::optional<Check> check_scheme(const Scheme& scheme, const std::vector<std::unique_ptr<TensorView>>& tensors,
                                  const Backend& device, const Backend& reference, JobContext& job) {
  Check check{.name = scheme.text(), .ok = true, .detail = {}};
  const auto quantizer = make_quantizer(scheme);
  if (!quantizer) return std::nullopt;
  bool ran = false;
  std::vector<float> scratch;
  const Calibration calibration = calibration_of(tensors);
  for (const auto& view : tensors) {
    TensorFacts facts(*view);
    const auto rows = (*quantizer)->fit(facts, &calibration, job);
    const auto tile = whole(*view, scratch);
    if (!rows || !tile || !device.runs(**rows)) continue;
    ran = true;
    if (const auto done = compare_all(check, **rows, *tile, device, reference); !done)
      differ(check, one_line(done.error()));
  }
  return ran ? std::optional(check) : std::nullopt;
}

void compare(Check& check, const ValueSums& got, const ValueSums& want) {
  const auto counts = [](const ValueSums& s) { return std::array{s.count, s.nan, s.inf, s.zeros, s.subnormal}; };
  compare_whole(check, "element counts", counts(got), counts(want));
  const double n = static_cast<double>(want.count), sigma = std::sqrt(want.m2 / std::max(n, 1.0));
  compare_sum(check, "smallest value", got.min, want.min, want.min);
  compare_sum(check, "largest value", got.max, want.max, want.max);
  compare_sum(check, "mean", got.mean, want.mean, sigma);
  compare_sum(check, "second moment", got.m2, want.m2, want.m2);
  compare_sum(check, "third moment", got.m3, want.m3, n * sigma * sigma * sigma);
  compare_sum(check, "fourth moment", got.m4, want.m4, want.m4);
}

Check check_values(const std::vector<std::unique_ptr<TensorView>>& tensors, const Backend& device,
                   const Backend& reference) {
  Check check{.name = "value statistics", .ok = true, .detail = {}};
  std::vector<float> scratch;
  for (const auto& view : tensors) {
    const auto tile = whole(*view, scratch);
    if (!tile) continue;
    ValueSums got, want;
    BitHistogram got_bins, want_bins;
    const auto mine = device.values(*tile, got, got_bins);
    const auto its = reference.values(*tile, want, want_bins);
    if (!mine || !its) {
      differ(check, one_line(mine ? its.error() : mine.error()));
      continue;
    }
    compare(check, got, want);
    compare(check, got_bins, want_bins, "value counts");
  }
  return check;
}

}  // namespace

std::vector<Check> verify(const Backend& device, const Backend& reference, JobContext& job) {
  const auto all = tensors();
  std::vector<Check> checks = {check_values(all, device, reference)};
  for (const Method* method : methods()) {
    if (!device.offers(*method)) continue;
    const std::size_t before = checks.size();
    for (const Scheme& scheme : schemes_of(*method)) {
      if (job.stopped()) return checks;
      if (auto check = check_scheme(scheme, all, device, reference, job)) checks.push_back(std::move(*check));
    }
    if (checks.size() == before)
      checks.push_back({.name = std::string(method->id), .detail = "the device offers it, but runs no scheme of it"});
  }
  return checks;
}

}  // namespace quant
