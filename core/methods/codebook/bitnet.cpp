// bitnet: −1, 0, 1 times the mean magnitude (BitNet b1.58, arXiv:2402.17764).

#include <algorithm>
#include <array>
#include <cmath>

#include "core/methods/uniform/uniform.h"

namespace quant {
namespace {

constexpr float least_scale = 1e-5f;

struct Magnitudes {
  double sum = 0;
  std::uint64_t n = 0;
  Magnitudes& operator+=(const Magnitudes& other) {
    sum += other.sum;
    n += other.n;
    return *this;
  }
};

/// ±Δ, Δ = max(mean |w|, 1e-5): the mean as a double sum, rounded once.
Result<uniform::Limits> mean_magnitude(const uniform::Parts& parts) {
  QUANT_TRY(all, uniform::sum_of<Magnitudes>(parts, [](std::span<const float> w) {
              Magnitudes out{0, w.size()};
              for (const float x : w) out.sum += std::fabs(double(x));
              return out;
            }));
  const float scale = std::max(all.n > 0 ? float(all.sum / double(all.n)) : 0.0f, least_scale);
  return uniform::Limits{-scale, scale};
}

Result<std::unique_ptr<Quantizer>> make(const Scheme& scheme) {
  uniform::Form form;
  form.bits = 2;
  form.divisor = 1;
  form.code_lo = -1;
  form.code_hi = 1;
  form.trits_per_byte = unsigned(scheme.integer("pack"));
  const auto of_region = [](std::span<const float> w) { return *mean_magnitude(uniform::InMemory(w)); };
  return uniform::make(scheme, form, of_region, mean_magnitude);
}

constexpr std::array params = {
    Param{"gran", ParamType::choice, "tensor", "tensor|row|group", "which weights share a scale"},
    Param{"group", ParamType::integer, "0", "0..", "consecutive weights of a row that share a scale; 0 = as gran says"},
    Param{"pack", ParamType::integer, "4", "4..5", "codes a byte: 4 in two bits each, or 5 in base 3 (1.6 bits)"},
};

}  // namespace

extern const Method bitnet;
constinit const Method bitnet{
    .id = "bitnet",
    .title = "BitNet b1.58 (ternary)",
    .family = "codebook",
    .technique = "qat",
    .summary = "Every weight becomes −1, 0 or 1 times the mean magnitude.",
    .when = "Models that were trained with ternary weights; on others it shows what training has to repair.",
    .cost = "One pass for the mean magnitude, one for the codes; 2 or 1.6 bits a weight.",
    .fails =
        "Without training the error is about as large as the weights: a few dB of SQNR. Weights beyond 1.5 scales "
        "clip. "
        "NaN and infinities are left out of the mean and get code 0; zeros keep code 0 with the least scale of 1e-5, "
        "and "
        "so do weights below half of it; short last groups stand alone; 1-D tensors are one row, stacked experts have "
        "a "
        "scale each.",
    .reference = "Ma et al. 2024, arXiv:2402.17764; the scale's floor is a maximum, as in its ports",
    .params = params,
    .normalise = uniform::normalise_regions,
    .make = make};

}  // namespace quant
