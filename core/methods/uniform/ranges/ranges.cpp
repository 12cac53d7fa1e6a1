#include "core/methods/uniform/ranges/ranges.h"

namespace quant::uniform {
namespace {

Curve curve_of(const Scheme& scheme) {
  const std::string& word = scheme.word("dist");
  return word == "gauss" ? Curve::gauss : word == "laplace" ? Curve::laplace : Curve::automatic;
}

/// The estimator of a region in memory, or of one in parts.
template <class Region, class Function>
Function named(const Scheme& scheme, const Form& form) {
  const std::string& word = scheme.word("range");
  if (word == "percentile")
    return [span = form.span, p = scheme.number("p")](Region w) { return percentile(w, span, p); };
  if (word == "mse") return [form](Region w) { return least_squares(w, form); };
  if (word == "octav") return [form](Region w) { return octav(w, form); };
  if (word == "aciq") return [form, curve = curve_of(scheme)](Region w) { return aciq(w, form, curve); };
  if (word == "kl") return [form](Region w) { return kl(w, form); };
  return {};
}

}  // namespace

Estimator estimator(const Scheme& scheme, const Form& form) {
  const auto found = named<std::span<const float>, Estimator>(scheme, form);
  return found ? found : minmax;
}

PartsEstimator parts_estimator(const Scheme& scheme, const Form& form) {
  return named<const Parts&, PartsEstimator>(scheme, form);
}

Limits clip(Limits extremes, double alpha, Form::Span span) {
  const float a = float(alpha);
  if (span == Form::Span::magnitude) return {-a, a};
  return {std::max(extremes.lo, -a), std::min(extremes.hi, a)};
}

}  // namespace quant::uniform
