#include "core/sensitivity/evidence/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/base/text.h"

namespace quant::evidence {
namespace {

constexpr std::size_t longest_line = std::size_t{16} << 20;
constexpr std::size_t most_cells = 1'000'000;  // as many tensors as a source may have
constexpr std::string_view mark = "\xEF\xBB\xBF";

/// A cursor over the rows of a table.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text.starts_with(mark) ? text.substr(mark.size()) : text) {
    const std::string_view rest = text_.substr(std::min(text_.find_first_not_of("\r\n"), text_.size()));
    const std::string_view first = rest.substr(0, rest.find('\n'));
    if (first.find(',') != first.npos) return;
    if (first.find(';') != first.npos) separator_ = ';';
    if (first.find('\t') != first.npos) separator_ = '\t';
  }

  bool at_end() const { return at_ >= text_.size(); }
  std::size_t line() const { return line_; }

  /// The next row; nothing where it is broken, and then `why()` says how.
  std::optional<TableRow> next() {
    TableRow row{{}, line_};
    const std::size_t start = at_;
    for (bool more = true; more;) {
      std::string cell;
      if (row.cells.size() == most_cells || !read_cell(start, cell)) return fault(row.cells.size() == most_cells);
      row.cells.push_back(std::move(cell));
      more = !at_end() && text_[at_] == separator_;
      if (more) ++at_;
    }
    if (!at_end() && text_[at_] == '\r') ++at_;
    if (!at_end() && text_[at_] != '\n') return broken("text follows a closed quote");
    if (!at_end()) ++at_, ++line_;
    return row;
  }
  const std::string& why() const { return why_; }

 private:
  std::optional<TableRow> broken(std::string why) {
    why_ = std::move(why);
    return {};
  }
  std::optional<TableRow> fault(bool cells) {
    if (cells) why_ = fmt::format("row has more than {} cells", most_cells);
    return {};
  }

  bool read_cell(std::size_t start, std::string& cell) {
    if (!at_end() && text_[at_] == '"') return read_quoted(start, cell);
    const std::size_t from = at_;
    while (!at_end() && text_[at_] != separator_ && text_[at_] != '\n') {
      if (text_[at_] == '\0') return why_ = "value holds a zero byte", false;
      ++at_;
    }
    if (at_ - start > longest_line) return why_ = "line is longer than 16 MiB", false;
    std::size_t end = at_;
    if (end > from && text_[end - 1] == '\r' && (at_end() || text_[at_] == '\n')) --end;
    cell = text_.substr(from, end - from);
    return true;
  }

  bool read_quoted(std::size_t start, std::string& cell) {
    for (++at_; !at_end(); ++at_) {
      const char c = text_[at_];
      if (c == '\0') return why_ = "value holds a zero byte", false;
      if (at_ - start > longest_line) return why_ = "line is longer than 16 MiB", false;
      if (c == '\n') ++line_;
      if (c != '"') {
        cell += c;
      } else if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
        cell += '"', ++at_;
      } else {
        return ++at_, true;
      }
    }
    return why_ = "quote does not close", false;
  }

  std::string_view text_;
  char separator_ = ',';
  std::size_t at_ = 0, line_ = 1;
  std::string why_;
};

bool is_blank(const TableRow& row) { return row.cells.size() == 1 && row.cells.front().empty(); }

}  // namespace

std::vector<std::string> table_header(std::string_view text) {
  Reader reader(text);
  while (!reader.at_end()) {
    auto row = reader.next();
    if (!row) break;
    if (!is_blank(*row)) return std::move(row->cells);
  }
  return {};
}

Result<void> read_table(std::string_view text, const std::string& file,
                        const std::function<Result<void>(const TableRow&)>& row) {
  Reader reader(text);
  std::size_t columns = 0, rows = 0;
  while (!reader.at_end()) {
    const std::size_t line = reader.line();
    const auto read = reader.next();
    if (!read) return bad_line(file, line, reader.why());
    if (is_blank(*read)) continue;
    if (columns == 0) {
      columns = read->cells.size();
      continue;
    }
    if (read->cells.size() != columns)
      return bad_line(file, line, fmt::format("row has {} cells, the header {}", read->cells.size(), columns));
    QUANT_CHECK(row(*read));
    ++rows;
  }
  return rows > 0 ? Result<void>() : bad_line(file, reader.line(), "there is no row behind the header");
}

tl::unexpected<Error> bad_line(const std::string& file, std::size_t line, std::string why) {
  return failure(ErrorCode::malformed, "read evidence", fmt::format("{}, line {}", file, line), std::move(why),
                 "repair the table, or get it again from its source");
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  return lower;
}

}  // namespace quant::evidence
