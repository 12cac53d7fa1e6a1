#pragma once
// Tables of the store. The lists of columns are made from the lists of members below, so that they cannot drift apart.

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "core/stats/error_stats.h"
#include "core/stats/value_stats.h"

namespace quant::store {

inline constexpr int application_id = 0x51534350;  // "QSCP", in the header of the SQLite file
inline constexpr int schema_version = 2;

template <class Struct, class Member>
using Column = std::pair<const char*, Member Struct::*>;

inline constexpr std::array error_counts = {Column<ErrorFigures, std::uint64_t>{"count", &ErrorFigures::count},
                                            Column<ErrorFigures, std::uint64_t>{"nan", &ErrorFigures::nan},
                                            Column<ErrorFigures, std::uint64_t>{"inf", &ErrorFigures::inf},
                                            Column<ErrorFigures, std::uint64_t>{"clipped", &ErrorFigures::clipped},
                                            Column<ErrorFigures, std::uint64_t>{"bytes", &ErrorFigures::bytes}};

inline constexpr std::array error_numbers = {
    Column<ErrorFigures, std::optional<double>>{"mse", &ErrorFigures::mse},
    Column<ErrorFigures, std::optional<double>>{"rmse", &ErrorFigures::rmse},
    Column<ErrorFigures, std::optional<double>>{"rel_fro", &ErrorFigures::rel_fro},
    Column<ErrorFigures, std::optional<double>>{"sqnr_db", &ErrorFigures::sqnr_db},
    Column<ErrorFigures, std::optional<double>>{"cosine", &ErrorFigures::cosine},
    Column<ErrorFigures, std::optional<double>>{"max_abs", &ErrorFigures::max_abs},
    Column<ErrorFigures, std::optional<double>>{"mean_error", &ErrorFigures::mean_error},
    Column<ErrorFigures, std::optional<double>>{"clip_share", &ErrorFigures::clip_share},
    Column<ErrorFigures, std::optional<double>>{"rounding_mse", &ErrorFigures::rounding_mse},
    Column<ErrorFigures, std::optional<double>>{"clipping_mse", &ErrorFigures::clipping_mse},
    Column<ErrorFigures, std::optional<double>>{"code_entropy", &ErrorFigures::code_entropy},
    Column<ErrorFigures, std::optional<double>>{"p50_abs", &ErrorFigures::p50_abs},
    Column<ErrorFigures, std::optional<double>>{"p95_abs", &ErrorFigures::p95_abs},
    Column<ErrorFigures, std::optional<double>>{"p99_abs", &ErrorFigures::p99_abs},
    Column<ErrorFigures, std::optional<double>>{"weighted_error", &ErrorFigures::weighted_error},
    Column<ErrorFigures, std::optional<double>>{"weighted_mse", &ErrorFigures::weighted_mse}};

inline constexpr std::array value_counts = {Column<ValueSums, std::uint64_t>{"count", &ValueSums::count},
                                            Column<ValueSums, std::uint64_t>{"nan", &ValueSums::nan},
                                            Column<ValueSums, std::uint64_t>{"inf", &ValueSums::inf},
                                            Column<ValueSums, std::uint64_t>{"zeros", &ValueSums::zeros},
                                            Column<ValueSums, std::uint64_t>{"subnormal", &ValueSums::subnormal}};

inline constexpr std::array value_sums = {
    Column<ValueSums, double>{"sum_mean", &ValueSums::mean}, Column<ValueSums, double>{"m2", &ValueSums::m2},
    Column<ValueSums, double>{"m3", &ValueSums::m3}, Column<ValueSums, double>{"m4", &ValueSums::m4}};

inline constexpr std::array value_numbers = {
    Column<ValueFigures, std::optional<double>>{"mean", &ValueFigures::mean},
    Column<ValueFigures, std::optional<double>>{"std", &ValueFigures::std},
    Column<ValueFigures, std::optional<double>>{"skewness", &ValueFigures::skewness},
    Column<ValueFigures, std::optional<double>>{"kurtosis", &ValueFigures::kurtosis},
    Column<ValueFigures, std::optional<double>>{"absmax", &ValueFigures::absmax}};

/// "count, nan, …": the names of a list of columns.
template <class List>
std::string names(const List& columns) {
  std::string text;
  for (const auto& [name, member] : columns) text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

/// "p0, p1, …": columns of the value percentiles.
std::string percentile_names();

/// CREATE TABLE of everything.
std::string schema_sql();

/// What tables of an older version lack.
std::string upgrade_sql(int version);

}  // namespace quant::store
