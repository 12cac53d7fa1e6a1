#include "app/cli/table.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "core/base/text.h"

namespace quant::cli {
namespace {

void trim_right(std::string& line) { line.erase(line.find_last_not_of(' ') + 1); }

}  // namespace

std::size_t columns(std::string_view text) {  // bytes that start a character of UTF-8
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

Table::Table(std::vector<std::string> headings) : headings_(std::move(headings)) {
  for (auto& h : headings_) {
    right_.push_back(!h.empty() && h.front() == '>');
    if (right_.back()) h.erase(0, 1);
  }
}

void Table::row(std::vector<std::string> cells) {
  cells.resize(headings_.size());
  rows_.push_back(std::move(cells));
}

std::string Table::text() const {
  std::vector<std::size_t> width;
  for (const auto& h : headings_) width.push_back(columns(h));
  for (const auto& r : rows_)
    for (std::size_t c = 0; c < r.size(); ++c) width[c] = std::max(width[c], columns(r[c]));
  std::string out;
  const auto line = [&](const std::vector<std::string>& cells) {
    std::string text;
    for (std::size_t c = 0; c < cells.size(); ++c) {
      const std::string gap(width[c] - columns(cells[c]), ' ');
      text += (c > 0 ? "  " : "") + (right_[c] ? gap + cells[c] : cells[c] + gap);
    }
    trim_right(text);
    out += text + "\n";
  };
  line(headings_);
  for (const auto& r : rows_) line(r);
  return out;
}

std::string figure(std::optional<double> x) {
  if (!x) return "–";
  const bool whole = *x >= 0 && *x < 1e15 && *x == std::floor(*x);
  return whole ? grouped(static_cast<std::uint64_t>(*x)) : fmt::format("{:.4g}", *x);
}

std::string fixed(std::optional<double> x, int decimals) { return x ? fmt::format("{:.{}f}", *x, decimals) : "–"; }

std::string shape_text(const std::vector<std::uint64_t>& shape) {
  if (shape.empty()) return "scalar";
  std::string text;
  for (const auto n : shape) text += (text.empty() ? "" : " × ") + std::to_string(n);
  return text;
}

std::string per_second(double n) {
  if (!(n > 0)) return "–";
  if (n >= 1e9) return fmt::format("{:.2f} G/s", n / 1e9);
  if (n >= 1e6) return fmt::format("{:.0f} M/s", n / 1e6);
  return fmt::format("{:.0f} k/s", n / 1e3);
}

std::size_t page_width() {
  winsize size{};
  std::size_t width = 80;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    width = size.ws_col;
  else if (const char* columns = std::getenv("COLUMNS"))
    width = static_cast<std::size_t>(parse_int(columns).value_or(80));
  return std::clamp<std::size_t>(width, 60, 100);
}

std::string wrapped(std::string_view text, std::size_t indent, std::size_t width) {
  const std::string margin(indent, ' ');
  std::string out, line = margin;
  while (!text.empty()) {
    const auto word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (line.size() > indent && columns(line) + 1 + columns(word) > width) out += line + "\n", line = margin;
    if (line.size() > indent) line += ' ';
    line += word;
  }
  return out + line + "\n";
}

}  // namespace quant::cli
