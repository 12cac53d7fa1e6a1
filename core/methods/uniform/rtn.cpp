// rtn: uniform integers, rounded to nearest.

#include <array>

#include "core/methods/uniform/ranges/ranges.h"
#include "core/methods/uniform/rtn.h"

namespace quant {
namespace {

tl::unexpected<Error> contradiction(std::string why, std::string hint) {
  return failure(ErrorCode::bad_scheme, "parse scheme", "", std::move(why), std::move(hint));
}

Result<void> normalise(Scheme& scheme) {
  const bool asym = scheme.word("symmetry") == "asym";
  if (asym && (scheme.flag("narrow") || scheme.flag("full")))
    return contradiction("asym uses all codes, narrow and full are of sym", "leave out asym, or narrow and full");
  if (!asym && scheme.flag("nowiden")) return contradiction("nowiden is of asym", "add asym or leave out nowiden");
  if (scheme.flag("narrow") && scheme.flag("full"))
    return contradiction("narrow and full contradict", "leave one of them out");
  const std::string range = scheme.word("range");
  if (scheme.typed("p") && range != "percentile")
    return contradiction("p is of range=percentile, not of range=" + range, "add range=percentile or leave out p");
  if (scheme.typed("dist") && range != "aciq")
    return contradiction("dist is of range=aciq, not of range=" + range, "add range=aciq or leave out dist");
  QUANT_CHECK(uniform::normalise_regions(scheme));
  const Region region = uniform::region_of(scheme);
  if (range == "kl" && region != Region::tensor && region != Region::row)
    return contradiction("range=kl needs 2048 weights a region", "use gran=tensor or gran=row");
  return {};
}

Result<std::unique_ptr<Quantizer>> make(const Scheme& scheme) {
  const uniform::Form form = rtn_form(scheme);
  const std::string& range = scheme.word("range");
  if (range == "minmax") return uniform::make(scheme, form, uniform::minmax);
  const std::uint64_t least = range == "kl" ? uniform::kl_bins : 0;
  return uniform::make(scheme, form, uniform::estimator(scheme, form), uniform::parts_estimator(scheme, form), least);
}

constexpr std::array params = {
    Param{"bits", ParamType::integer, "4", "2..8", "width of a code"},
    Param{"group", ParamType::integer, "0", "0..", "consecutive weights of a row that share a scale; 0 = the row"},
    Param{"gran", ParamType::choice, "row", "tensor|row|column|group", "which weights share a scale"},
    Param{"symmetry", ParamType::word, "sym", "sym|asym", "range around 0, or from the smallest to the largest value"},
    Param{"narrow", ParamType::flag, "", "", "sym without the lowest code, so that codes mirror"},
    Param{"full", ParamType::flag, "", "", "sym with half a step more range: max|w| / (qmax + 1/2)"},
    Param{"nowiden", ParamType::flag, "", "", "asym whose range need not contain 0 (AWQ, HQQ)"},
    Param{"range", ParamType::choice, "minmax", "minmax|percentile|mse|octav|aciq|kl",
          "how the range is chosen: the extremes; a percentile; the least squared error of 100 cuts; OCTAV's fixed "
          "point; ACIQ's constants for a bell curve; the least KL divergence of histograms"},
    Param{"p", ParamType::number, "99.9", "50..100", "with range=percentile: percent of the weights inside the range"},
    Param{"dist", ParamType::choice, "auto", "auto|gauss|laplace",
          "with range=aciq: the curve assumed; auto takes Laplace where the excess kurtosis is above 1.5"},
    Param{"recip", ParamType::flag, "", "", "multiply by 1/scale as torch does; ties may fall the other way"},
    Param{"scales", ParamType::choice, "", "f16|f32",
          "f16 rounds the scale before codes are computed; f32 counts 4 bytes a scale; unset: float32 scale, 2 bytes"},
};

}  // namespace

uniform::Form rtn_form(const Scheme& scheme) {
  using Span = uniform::Form::Span;
  uniform::Form form;
  form.bits = scheme.integer("bits");
  form.recip = scheme.flag("recip");
  form.half_scale = scheme.word("scales") == "f16";
  form.scale_bytes = scheme.word("scales") == "f32" ? 4 : 2;
  if (scheme.word("symmetry") == "asym") {
    form.span = Span::width;
    form.divisor = form.code_hi = float((1 << form.bits) - 1);
    form.code_lo = 0;
    form.zero_point = true;
    form.widen = !scheme.flag("nowiden");
  } else {
    const float qmax = float((1 << (form.bits - 1)) - 1);
    form.span = Span::magnitude;
    form.divisor = scheme.flag("full") ? qmax + 0.5f : qmax;
    form.code_lo = scheme.flag("narrow") ? -qmax : -qmax - 1;
    form.code_hi = qmax;
  }
  return form;
}

extern const Method rtn;
constinit const Method rtn{
    .id = "rtn",
    .title = "Round to nearest",
    .family = "uniform",
    .technique = "ptq",
    .summary = "Divides each group of weights by one scale and rounds to whole numbers of 2 to 8 bits.",
    .when = "The first thing to try: no data, no waiting; groups of 32 to 128 at 4 bits, whole rows at 8 bits.",
    .cost =
        "One pass over the weights, rows independent; all devices. range=mse tries 100 ranges, octav reads 6 to 12 "
        "times, kl compares 1921 pairs of histograms a region; with gran=tensor they read the tensor that often, with "
        "gran=column once for every 2^22 weights, which is what they hold.",
    .fails =
        "One large weight stretches the scale of its whole group, so small weights round to 0: use smaller groups, "
        "or asym for one-sided groups, or range=mse, which clips. range=percentile does almost nothing in small "
        "groups; "
        "kl refuses regions below 2048 weights. NaN and infinities are left out of the range and get the code of 0; a "
        "group "
        "of zeros gets scale 1; restored values are held within float32; a last short group is quantized as it is; 1-D "
        "tensors are one row, 4-D ones "
        "out × (in·kh·kw), 3-D ones a matrix per expert.",
    .reference =
        "Wu et al. 2020, arXiv:2004.09602, sec. 3.1; Jacob et al. 2017, arXiv:1712.05877; OCTAV: "
        "Sakr et al. 2022, arXiv:2206.06501; ACIQ: Banner et al. 2018, arXiv:1810.05723; KL: Migacz, GTC 2017",
    .params = params,
    .normalise = normalise,
    .make = make};

}  // namespace quant
