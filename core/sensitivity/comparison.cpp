#include "core/sensitivity/comparison.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/stats/theory.h"

namespace quant {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

/// Errors of exactly 0, with those below 2^−129.
std::uint64_t exact_zeros(const ErrorCounters& counters) {
  return counters.error.counts[bit_key(0.0f)] + counters.error.counts[bit_key(-0.0f)];
}

/// What is summed over tensors before a ratio is made.
struct Sums {
  double e2 = 0, count = 0, clipped = 0, entropy = 0, entropy_count = 0;
  std::vector<double> db;
  std::vector<char> measured;  ///< by tensor
};

void add_largest(std::optional<double>& to, const std::optional<double>& value) {
  if (value) to = std::max(to.value_or(*value), *value);
}

void add(const StoredAnalysis& a, ComparedScheme& out, Sums& sums) {
  const ErrorFigures& f = a.figures;
  ++out.measured;
  out.elements += f.count + f.nan + f.inf;
  out.bytes += f.bytes;
  const auto n = double(f.count);
  sums.count += n;
  sums.e2 += f.mse.value_or(0) * n;
  sums.clipped += double(f.clipped);
  if (f.code_entropy) sums.entropy += *f.code_entropy * n, sums.entropy_count += n;
  add_largest(out.max_abs, f.max_abs);
  add_largest(out.p99_abs, f.p99_abs);
  if (f.exact)
    sums.db.push_back(infinite);
  else if (f.sqnr_db)
    sums.db.push_back(*f.sqnr_db);
}

void finish(ComparedScheme& out, Sums& sums) {
  out.exact = out.measured > 0 && !sums.db.empty() &&
              std::all_of(sums.db.begin(), sums.db.end(), [](double db) { return db == infinite; });
  if (out.elements > 0) out.bpw = 8 * double(out.bytes) / double(out.elements);
  if (sums.count > 0) {
    out.mse = sums.e2 / sums.count;
    out.rmse = std::sqrt(*out.mse);
    out.clip_share = sums.clipped / sums.count;
  }
  if (sums.entropy_count > 0) out.mean_entropy = sums.entropy / sums.entropy_count;
  out.sqnr_db = spread_of(std::move(sums.db));
  if (out.sqnr_db && std::isfinite(out.sqnr_db->median))
    out.below_bound_db = db_per_bit * out.bpw - out.sqnr_db->median;
}

bool dominates(const ComparedScheme& a, const ComparedScheme& b) {
  const double x = a.sqnr_db->median, y = b.sqnr_db->median;
  return a.bpw <= b.bpw && x >= y && (a.bpw < b.bpw || x > y);
}

/// Of all that dominate a scheme, the one that loses least.
void find_dominated(std::vector<ComparedScheme>& all, std::span<const Sums> sums) {
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t j = 0; j < all.size(); ++j) {
      if (i == j || !all[i].sqnr_db || !all[j].sqnr_db || sums[i].measured != sums[j].measured) continue;
      if (!dominates(all[j], all[i])) continue;
      const int best = all[i].dominated_by;
      if (best < 0 || all[j].sqnr_db->median > all[std::size_t(best)].sqnr_db->median) all[i].dominated_by = int(j);
    }
}

}  // namespace

std::optional<Spread> spread_of(std::vector<double> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const auto quantile = [&](double q) {
    const double at = q * double(values.size() - 1);
    const auto below = std::size_t(at);
    const double lo = values[below], hi = values[std::min(below + 1, values.size() - 1)];
    return lo == hi ? lo : at == double(below) ? lo : std::lerp(lo, hi, at - double(below));
  };
  return Spread{values.front(), quantile(0.25), quantile(0.5), quantile(0.75), values.back()};
}

std::vector<ComparedScheme> compare_schemes(std::span<const std::string> schemes, std::size_t tensors,
                                            const FindAnalysis& find, int reference) {
  std::vector<ComparedScheme> all(schemes.size());
  std::vector<Sums> sums(schemes.size());
  for (std::size_t s = 0; s < schemes.size(); ++s) {
    ComparedScheme& out = all[s];
    out.scheme = schemes[s];
    sums[s].measured.assign(tensors, 0);
    for (std::size_t t = 0; t < tensors; ++t) {
      const StoredAnalysis* a = find(t, s);
      if (!a) {
        ++out.missing;
      } else if (!a->refused.empty()) {
        if (out.refused++ == 0) out.reason = a->refused;
      } else {
        add(*a, out, sums[s]);
        sums[s].measured[t] = 1;
      }
    }
    finish(out, sums[s]);
  }
  find_dominated(all, sums);
  if (reference < 0 || std::size_t(reference) >= schemes.size()) return all;
  for (std::size_t s = 0; s < schemes.size(); ++s)
    for (std::size_t t = 0; t < tensors; ++t) {
      if (s == std::size_t(reference) || !sums[s].measured[t] || !sums[std::size_t(reference)].measured[t]) continue;
      ++all[s].duels;
      all[s].wins += find(t, s)->figures.mse < find(t, std::size_t(reference))->figures.mse;
    }
  return all;
}

std::vector<std::size_t> most_telling(std::span<const ComparedScheme> schemes, std::size_t limit, int keep) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < schemes.size(); ++i)
    if (schemes[i].sqnr_db) order.push_back(i);
  const auto rank = [&](std::size_t i) { return int(i) == keep ? 0 : schemes[i].dominated_by < 0 ? 1 : 2; };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return rank(a) != rank(b) ? rank(a) < rank(b) : schemes[a].bpw < schemes[b].bpw;
  });
  if (order.size() > limit) order.resize(limit);
  std::sort(order.begin(), order.end());
  return order;
}

std::optional<StepError> step_error(const ErrorCounters& counters) {
  StepError out;
  double sum = 0;
  constexpr double h = 1.0 / 64;
  const std::size_t zero_bin = step_bin(0, 1);
  for (std::size_t i = 0; i < step_bins; ++i) {
    const auto n = counters.step[i];
    out.count += n;
    if (i == 0 || i == step_bins - 1) {
      out.beyond += n;
      sum += double(n);
      continue;
    }
    const double middle = -1 + (double(i) - 0.5) * h;
    // An evenly filled bin, but for the errors that are exactly 0: whole tensors may consist of them.
    const std::uint64_t zeros = i == zero_bin ? std::min(n, exact_zeros(counters)) : 0;
    sum += double(n - zeros) * (middle * middle + h * h / 12);
  }
  if (out.count == 0) return {};
  out.rms = std::sqrt(sum / double(out.count));
  return out;
}

}  // namespace quant
