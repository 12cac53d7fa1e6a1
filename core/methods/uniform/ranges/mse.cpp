// range=mse: a hundred cuts of the min-max range, of which the one with the least squared error is taken.

#include <array>
#include <limits>

#include "core/methods/uniform/ranges/mse_bounds.h"
#include "core/methods/uniform/ranges/ranges.h"

namespace quant::uniform {
namespace {

Limits cut(Limits range, std::size_t percent) {
  const auto part = [percent](float v) { return float(double(v) * double(percent) / 100); };
  return {part(range.lo), part(range.hi)};
}

/// Grids that are measured side by side; their sums stay in index order.
template <std::size_t lanes>
struct Batch {
  std::array<float, lanes> scale{}, inverse{}, zero{};
  std::array<double, lanes> error{};
  bool multiply = false;  ///< by the inverse, which is finite for all of them

  Batch& operator+=(const Batch& other) {
    for (std::size_t k = 0; k < lanes; ++k) error[k] += other.error[k];
    return *this;
  }
};

/// Σe² of every grid in index order: what encode and decode of uniform.cpp do to each weight.
template <bool multiply, std::size_t lanes>
void measure(std::span<const float> w, const Form& form, Batch<lanes>& batch) {
  constexpr float shift = 12582912.0f, far = 2097152.0f;  // rounding by addition holds for |v| below 2^22
  const float lo = form.code_lo, hi = form.code_hi;
  Batch<lanes> b = batch;  // a local copy stays in registers
  for (const float x : w) {
    for (std::size_t k = 0; k < lanes; ++k) {
      float v = multiply ? x * b.inverse[k] : x / b.scale[k];
      v = v < -far ? -far : v;
      v = v > far ? far : v;
      float q = (v + shift) - shift + b.zero[k];
      q = q < lo ? lo : q;
      q = q > hi ? hi : q;
      const double e = double((q - b.zero[k]) * b.scale[k]) - double(x);
      b.error[k] += e * e;
    }
  }
  batch = b;
}

/// The exact errors of `percents`, at most `lanes`, in their order.
template <std::size_t lanes>
Result<std::array<double, lanes>> exact_errors(const Parts& parts, const Form& form, Limits range,
                                               std::span<const std::size_t> percents) {
  Batch<lanes> start;
  start.scale.fill(1), start.inverse.fill(1);
  for (std::size_t k = 0; k < percents.size(); ++k) {
    const Grid g = grid(form, cut(range, percents[k]));
    start.scale[k] = g.scale, start.inverse[k] = 1.0f / g.scale, start.zero[k] = g.zero;
  }
  start.multiply = form.recip && std::isfinite(start.inverse[0]);
  QUANT_TRY(all, sum_of<Batch<lanes>>(parts, [&](std::span<const float> w) {
              Batch<lanes> b = start;
              b.multiply ? measure<true>(w, form, b) : measure<false>(w, form, b);
              return b;
            }));
  return all.error;
}

/// The first of the percents with the least exact error.
template <std::size_t lanes>
Result<std::size_t> best_of(const Parts& parts, const Form& form, Limits range, std::span<const std::size_t> percents) {
  double least = std::numeric_limits<double>::infinity();
  std::size_t best = percents.front();
  for (std::size_t at = 0; at < percents.size(); at += lanes) {
    const auto some = percents.subspan(at, std::min(lanes, percents.size() - at));
    QUANT_TRY(errors, exact_errors<lanes>(parts, form, range, some));
    for (std::size_t k = 0; k < some.size(); ++k)
      if (errors[k] < least) least = errors[k], best = some[k];
  }
  return best;
}

/// The grids of all cuts, from 100 % down; the rest repeats the last one.
Grids grids_of(const Form& form, Limits range) {
  Grids out;
  for (std::size_t k = 0; k < cuts_padded; ++k) {
    const Grid g = grid(form, cut(range, cuts - std::min(k, cuts - 1)));
    out.scale[k] = g.scale, out.inverse[k] = 1.0f / g.scale;
    out.lo[k] = form.code_lo - g.zero, out.hi[k] = form.code_hi - g.zero;
  }
  return out;
}

/// Percents that may have the least error, descending.
struct Candidates {
  std::vector<std::size_t> percents;
  bool invertible = true;  ///< whether all scales have a finite inverse
};

/// All of them where vectors give no bounds.
Result<Candidates> candidates(const Parts& parts, const Form& form, Limits range) {
  Candidates out;
  const Grids grids = grids_of(form, range);
  out.invertible = std::all_of(grids.inverse.begin(), grids.inverse.end(), [](float v) { return std::isfinite(v); });
  const bool bounded = rough_errors_hold(magnitude(range), grids);
  RoughErrors rough;
  double most = std::numeric_limits<double>::infinity();
  if (bounded) {
    QUANT_TRY(found, sum_of<RoughErrors>(parts, [&](std::span<const float> w) { return rough_errors(w, grids); }));
    rough = found;
    for (std::size_t k = 0; k < cuts; ++k) most = std::min(most, bounds_of(rough.error[k], rough.square).most);
  }
  for (std::size_t k = 0; k < cuts; ++k)
    if (!bounded || bounds_of(rough.error[k], rough.square).least <= most) out.percents.push_back(cuts - k);
  return out;
}

}  // namespace

Result<Limits> least_squares(const Parts& parts, const Form& form) {
  QUANT_TRY(ends, sum_of<Extremes>(parts, extremes_of));
  Limits range{ends.lo, ends.hi};
  if (magnitude(range) == 0) return range;
  if (form.span == Form::Span::magnitude) range = clip(range, magnitude(range), form.span);
  QUANT_TRY(found, candidates(parts, form, range));
  const std::span<const std::size_t> percents = found.percents;
  if (percents.size() == 1) return cut(range, percents.front());
  constexpr std::size_t few = 4, many = 20;
  // Without an inverse encode divides, and the others of a batch may not: such regions take one grid at a time.
  QUANT_TRY(best, form.recip && !found.invertible ? best_of<1>(parts, form, range, percents)
                  : percents.size() <= few        ? best_of<few>(parts, form, range, percents)
                                                  : best_of<many>(parts, form, range, percents));
  return cut(range, best);
}

Limits least_squares(std::span<const float> region, const Form& form) { return *least_squares(InMemory(region), form); }

}  // namespace quant::uniform
