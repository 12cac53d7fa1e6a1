// article: the convention of the article that this program teaches from.

#include <array>

#include "core/methods/uniform/article.h"

namespace quant {
namespace {

Result<std::unique_ptr<Quantizer>> make(const Scheme& scheme) {
  return uniform::make(scheme, article_form(scheme), uniform::minmax);
}

constexpr std::array params = {
    Param{"bits", ParamType::integer, "4", "2..8", "width of a code"},
    Param{"group", ParamType::integer, "0", "0..", "consecutive weights of a row that share a scale; 0 = as gran says"},
    Param{"gran", ParamType::choice, "column", "tensor|row|column|group", "which weights share a scale"},
    Param{"decimals", ParamType::integer, "", "0..9",
          "cut the scale after so many decimals; the article's text uses 2"},
};

}  // namespace

uniform::Form article_form(const Scheme& scheme) {
  uniform::Form form;
  form.bits = scheme.integer("bits");
  form.span = uniform::Form::Span::width;
  form.divisor = float((1 << form.bits) - 1);
  form.code_lo = -float(1 << (form.bits - 1));
  form.code_hi = float((1 << (form.bits - 1)) - 1);
  form.decimals = scheme.given("decimals") ? scheme.integer("decimals") : -1;
  return form;
}

extern const Method article;
constinit const Method article{
    .id = "article",
    .title = "The article's example",
    .family = "uniform",
    .technique = "ptq",
    .summary = "Scale = (max − min) / (2^bits − 1) of a column, no zero point, rounded and clipped to signed codes.",
    .when = "To follow the article's numbers, and to see how much a missing zero point costs; not for real models.",
    .cost = "One pass for the range, one for the codes; all devices.",
    .fails =
        "The range is used as if it were centred on 0, so values beyond half of it clip: nearly all of the error in "
        "the "
        "article's 3×3 example. NaN and infinities are left out of the range and get code 0; a region of equal values "
        "(zeros too) has scale 1; restored values are held within float32; short last groups stand alone; 1-D tensors "
        "by column have one weight per region, so every scale is 1; 3-D tensors have columns "
        "per expert.",
    .reference = "the seed article's 3×3 example; truncated scale as its text computes it",
    .params = params,
    .normalise = uniform::normalise_regions,
    .make = make};

}  // namespace quant
