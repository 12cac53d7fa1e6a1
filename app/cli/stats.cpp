// stats: value statistics and histogram of tensors, from all elements.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "app/cli/json.h"
#include "app/cli/run.h"
#include "app/cli/selection.h"
#include "app/cli/table.h"
#include "core/base/text.h"

namespace quant::cli {
namespace {

using Kind = Option::Kind;
constexpr Option options[] = {
    {Kind::operand, "FILE", "", "a checkpoint", true},
    {Kind::value, "tensor", "REGEX", "the tensors whose names it matches (default: all)"},
};

Json values_json(const TensorInfo& tensor, const ValueFigures& v) {
  const bool some = v.sums.count > 0;
  const auto extreme = [&](float x) { return number(some ? std::optional<double>(x) : std::nullopt); };
  Json percentiles = Json::object();
  for (std::size_t i = 0; i < value_percentiles.size(); ++i)
    percentiles[fmt::format("{}", value_percentiles[i])] = number(v.percentiles[i]);
  auto histogram = native_histogram(v.histogram);
  histogram.nan = v.sums.nan;
  histogram.inf = v.sums.inf;
  return {{"name", tensor.name},
          {"count", v.sums.count},
          {"min", extreme(v.sums.min)},
          {"max", extreme(v.sums.max)},
          {"mean", number(v.mean)},
          {"std", number(v.std)},
          {"skewness", number(v.skewness)},
          {"kurtosis", number(v.kurtosis)},
          {"absmax", number(v.absmax)},
          {"zeros", v.sums.zeros},
          {"nan", v.sums.nan},
          {"inf", v.sums.inf},
          {"subnormal", v.sums.subnormal},
          {"outliers", v.outliers},
          {"percentiles", std::move(percentiles)},
          {"histogram", histogram_json(histogram)}};
}

std::vector<std::string> values_row(const TensorInfo& tensor, const ValueFigures& v) {
  const bool some = v.sums.count > 0;
  return {printable(tensor.name),
          grouped(v.sums.count),
          some ? figure(v.sums.min) : "–",
          some ? figure(v.sums.max) : "–",
          figure(v.mean),
          figure(v.std),
          figure(v.skewness),
          figure(v.kurtosis),
          grouped(v.sums.zeros),
          grouped(v.outliers),
          grouped(v.sums.nan + v.sums.inf)};
}

Result<void> run(Run& run) {
  QUANT_TRY(source, open_source(run.args().text("FILE")));
  QUANT_TRY(tensors, all_tensors(*source, run.args()));
  const auto weights = elements_of(*source, tensors);
  run.begin("stats", weights);
  Json list = Json::array();
  Table table({"tensor", ">count", ">min", ">max", ">mean", ">std", ">skewness", ">kurtosis", ">zeros", ">beyond 6 std",
               ">nan, inf"});
  std::vector<Error> unreadable;  // storage types without a decoder are left out, the others count
  for (const auto i : tensors) {
    const auto view = source->view(i);
    if (!view && view.error().code == ErrorCode::unsupported) {
      unreadable.push_back(view.error());
      continue;
    }
    if (!view) return tl::unexpected(view.error());
    QUANT_TRY(values, run.on_device(weights, [&](const Devices& devices) {
      return value_statistics(**view, devices, run.job());
    }));
    if (run.json())
      list.push_back(values_json(source->tensors()[i], values));
    else
      table.row(values_row(source->tensors()[i], values));
  }
  if (unreadable.size() == tensors.size()) return tl::unexpected(unreadable.front());
  if (!unreadable.empty())
    run.warn(fmt::format("{} tensors left out, the first: {}", unreadable.size(), one_line(unreadable.front())));
  return run.json() ? run.answer({{"tensors", std::move(list)}}) : run.show(table.text());
}

}  // namespace

extern const Command stats_command;
constinit const Command stats_command{"stats", "Value statistics and histograms from every element",
                                      "quantoscope-cli stats model.safetensors --tensor q_proj", options, run};

}  // namespace quant::cli
