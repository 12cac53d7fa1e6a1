// range=mse: a hundred cuts of the min-max range, each quantized in full.

#include <array>
#include <limits>

#include "core/methods/uniform/ranges/ranges.h"

namespace quant::uniform {
namespace {

constexpr std::size_t lanes = 20;  // candidates measured side by side: five batches, sums stay in index order

/// Several grids, laid out so that one weight is quantized by all of them at once.
struct Batch {
  std::array<float, lanes> scale{}, inverse{}, zero{};
  std::array<double, lanes> error{};
};

/// Σe² of every grid in index order: what encode and decode of uniform.cpp do to each weight.
template <bool multiply>
void measure(std::span<const float> w, const Form& form, Batch& batch) {
  constexpr float shift = 12582912.0f, far = 2097152.0f;  // rounding by addition holds for |v| below 2^22
  const float lo = form.code_lo, hi = form.code_hi;
  Batch b = batch;  // a local copy stays in registers
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

Limits cut(Limits range, std::size_t percent) {
  const auto part = [percent](float v) { return float(double(v) * double(percent) / 100); };
  return {part(range.lo), part(range.hi)};
}

/// The grids of `lanes` cuts from `percent` downwards; whether all of them may multiply by the inverse.
bool prepare(const Form& form, Limits range, std::size_t percent, Batch& batch) {
  bool finite = form.recip;
  for (std::size_t k = 0; k < lanes; ++k) {
    const Grid g = grid(form, cut(range, percent - k));
    batch.scale[k] = g.scale;
    batch.inverse[k] = 1.0f / g.scale;
    batch.zero[k] = g.zero;
    batch.error[k] = 0;
    finite = finite && std::isfinite(batch.inverse[k]);
  }
  return finite;
}

}  // namespace

Limits least_squares(std::span<const float> region, const Form& form) {
  std::vector<float> scratch;
  const auto w = finite(region, scratch);
  Limits range = minmax(w);
  if (form.span == Form::Span::magnitude) range = clip(range, magnitude(range), form.span);
  double least = std::numeric_limits<double>::infinity();
  std::size_t best = 100;
  Batch batch;
  for (std::size_t percent = 100; percent > 0; percent -= lanes) {
    prepare(form, range, percent, batch) ? measure<true>(w, form, batch) : measure<false>(w, form, batch);
    for (std::size_t k = 0; k < lanes; ++k)
      if (batch.error[k] < least) least = batch.error[k], best = percent - k;
  }
  return cut(range, best);
}

}  // namespace quant::uniform
