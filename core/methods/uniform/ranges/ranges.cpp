#include "core/methods/uniform/ranges/ranges.h"

namespace quant::uniform {
namespace {

Curve curve_of(const Scheme& scheme) {
  const std::string& word = scheme.word("dist");
  return word == "gauss" ? Curve::gauss : word == "laplace" ? Curve::laplace : Curve::automatic;
}

}  // namespace

Estimator estimator(const Scheme& scheme, const Form& form) {
  const std::string& word = scheme.word("range");
  using Region = std::span<const float>;
  if (word == "percentile")
    return [span = form.span, p = scheme.number("p")](Region w) { return percentile(w, span, p); };
  if (word == "mse") return [form](Region w) { return least_squares(w, form); };
  if (word == "octav") return [form](Region w) { return octav(w, form); };
  if (word == "aciq") return [form, curve = curve_of(scheme)](Region w) { return aciq(w, form, curve); };
  if (word == "kl") return [form](Region w) { return kl(w, form); };
  return minmax;
}

std::span<const float> finite(std::span<const float> region, std::vector<float>& scratch) {
  const auto is_finite = [](float x) { return std::isfinite(x); };
  if (std::all_of(region.begin(), region.end(), is_finite)) return region;
  scratch.clear();
  std::copy_if(region.begin(), region.end(), std::back_inserter(scratch), is_finite);
  return scratch;
}

Limits clip(Limits extremes, double alpha, Form::Span span) {
  const float a = float(alpha);
  if (span == Form::Span::magnitude) return {-a, a};
  return {std::max(extremes.lo, -a), std::min(extremes.hi, a)};
}

}  // namespace quant::uniform
