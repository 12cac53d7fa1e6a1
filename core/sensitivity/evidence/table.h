#pragma once
// Tables as text: CSV with quotes (RFC 4180), or with semicolons or tabs.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace quant::evidence {

/// One row of a table and the line that it begins on, counted from 1.
struct TableRow {
  std::vector<std::string> cells;
  std::size_t line = 0;
};

/// The header's cells: those of the first line that is not empty. Empty where there is none.
std::vector<std::string> table_header(std::string_view text);

/// Walks a table row by row, behind its header; empty lines are passed over. The separator is the comma, or where the
/// header has none the semicolon or the tab. Errors: malformed (a NUL, a row of another length than the header, a quote
/// that does not close, a line beyond 16 MiB, no row at all), and those of `row`.
Result<void> read_table(std::string_view text, const std::string& file,
                        const std::function<Result<void>(const TableRow&)>& row);

/// A refusal of `field` in one line of a file.
tl::unexpected<Error> bad_line(const std::string& file, std::size_t line, std::string why);

/// ASCII letters in lower case.
std::string lower_case(std::string_view text);

}  // namespace quant::evidence
