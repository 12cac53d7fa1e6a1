#include "app/cli/json.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace quant::cli {
namespace {

/// e/Δ in bins of 1/64 over [−1, 1]; what lies outside stands beside.
Json steps_json(const std::array<std::uint64_t, step_bins>& step) {
  Json edges = Json::array(), counts = Json::array();
  for (std::size_t k = 0; k + 2 < step.size(); ++k) {
    edges.push_back(static_cast<double>(k) / 64 - 1);
    counts.push_back(step[k + 1]);
  }
  edges.push_back(1.0);
  return {{"edges", edges}, {"counts", counts}, {"below", step.front()}, {"above", step.back()}};
}

}  // namespace

std::string dump(const Json& document) { return document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n"; }

Json number(std::optional<double> x) { return x && std::isfinite(*x) ? Json(*x) : Json(nullptr); }

Json histogram_json(const Histogram& histogram) {
  Json json = {{"edges", histogram.edges}, {"counts", histogram.counts}};
  if (!histogram.clipping.empty() || histogram.counts.empty()) json["clipping"] = histogram.clipping;
  json["nan"] = histogram.nan;
  json["inf"] = histogram.inf;
  return json;
}

Json analysis_json(const Analysis& analysis, bool hist) {
  Json json = {{"tensor", analysis.tensor}, {"scheme", analysis.scheme}};
  if (!analysis.refused.empty()) {
    json["refused"] = analysis.refused;
    return json;
  }
  const ErrorFigures& f = analysis.figures;
  json["device"] = analysis.device;
  json["count"] = f.count;
  json["bytes"] = f.bytes;
  json["bpw"] = number(f.count + f.nan + f.inf > 0 ? std::optional(f.bpw) : std::nullopt);
  const std::pair<const char*, std::optional<double>> figures[] = {
      {"mse", f.mse},
      {"rmse", f.rmse},
      {"rel_fro", f.rel_fro},
      {"sqnr_db", f.sqnr_db},
      {"cosine", f.cosine},
      {"max_abs", f.max_abs},
      {"mean_error", f.mean_error},
      {"clip_share", f.clip_share},
      {"rounding_mse", f.rounding_mse},
      {"clipping_mse", f.clipping_mse},
      {"code_entropy", f.code_entropy},
      {"p50_abs", f.p50_abs},
      {"p95_abs", f.p95_abs},
      {"p99_abs", f.p99_abs},
  };
  for (const auto& [key, value] : figures) json[key] = number(value);
  if (f.weighted_mse) json["weighted_mse"] = number(f.weighted_mse);
  json["nan"] = f.nan;
  json["inf"] = f.inf;
  if (f.overflow > 0) json["overflow"] = f.overflow;
  if (analysis.approximate) json["approximate"] = true;
  json["exact"] = f.exact;
  json["seconds"] = analysis.seconds;
  if (!hist) return json;
  auto histogram = native_histogram(analysis.stats.counters.error, &analysis.stats.counters.clipped);
  histogram.nan = f.nan;
  histogram.inf = f.inf;
  json["histogram"] = histogram_json(histogram);
  json["step_histogram"] = steps_json(analysis.stats.counters.step);
  return json;
}

}  // namespace quant::cli
