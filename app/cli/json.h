#pragma once
// The JSON for the types that several commands print.

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "core/backend/analysis.h"
#include "core/stats/bit_histogram.h"

namespace quant::cli {

using Json = nlohmann::ordered_json;

/// One document with a line end. Numbers read back to the same bits; NaN and infinities are null; broken UTF-8 is
/// replaced.
std::string dump(const Json& document);

/// A number, or null where there is none.
Json number(std::optional<double> x);

/// {"edges", "counts", "nan", "inf"}, with "clipping" where the histogram tells it apart.
Json histogram_json(const Histogram& histogram);

/// One of `results[]`; with `hist` the signed error's histogram and the one in units of the local step.
Json analysis_json(const Analysis& analysis, bool hist);

}  // namespace quant::cli
