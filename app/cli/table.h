#pragma once
// Text for people: aligned tables and readable figures.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quant::cli {

/// A table with a heading. Text columns align left, numbers right; widths count characters, not bytes.
class Table {
 public:
  /// A heading that starts with '>' makes a right-aligned column.
  explicit Table(std::vector<std::string> headings);
  void row(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }
  std::string text() const;

 private:
  std::vector<std::string> headings_;
  std::vector<bool> right_;
  std::vector<std::vector<std::string>> rows_;
};

/// Columns that UTF-8 text takes: characters, not bytes.
std::size_t columns(std::string_view text);
/// Four significant digits; whole numbers in full, in groups of three; "–" where there is none.
std::string figure(std::optional<double> x);
/// Fixed decimals, "–" where there is none.
std::string fixed(std::optional<double> x, int decimals);
/// "128 × 384"; "scalar" for rank 0.
std::string shape_text(const std::vector<std::uint64_t>& shape);
/// "412 M/s"; "–" for 0.
std::string per_second(double n);
/// Columns for running text: those of the terminal, or COLUMNS, or 80; between 60 and 100.
std::size_t page_width();
/// Paragraph broken at `width` columns, each line behind `indent` blanks.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t width = 92);

}  // namespace quant::cli
