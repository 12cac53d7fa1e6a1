#include "core/base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>

namespace quant {
namespace {

/// Levenshtein distance over bytes: insert, delete, replace.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replace, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

std::string with_unit(std::uint64_t bytes, double base, const std::array<const char*, 6>& units) {
  double value = double(bytes);
  std::size_t unit = 0;
  while (value >= base && unit + 1 < units.size()) value /= base, ++unit;
  return unit == 0 ? fmt::format("{:.0f} {}", value, units[unit]) : fmt::format("{:.2f} {}", value, units[unit]);
}

tl::unexpected<Error> no_size(std::string_view text, std::string why) {
  return failure(ErrorCode::usage, "read size", '"' + std::string(text) + '"', std::move(why),
                 "write a number with B, KB, MB, GB (powers of 1000) or KiB, MiB, GiB");
}

/// Bytes of a unit; 0 where it is none.
double unit_bytes(std::string_view unit) {
  constexpr std::array<std::pair<std::string_view, double>, 10> units = {{{"", 1.0},
                                                                          {"B", 1.0},
                                                                          {"KB", 1e3},
                                                                          {"MB", 1e6},
                                                                          {"GB", 1e9},
                                                                          {"TB", 1e12},
                                                                          {"KiB", 1024.0},
                                                                          {"MiB", 1048576.0},
                                                                          {"GiB", 1073741824.0},
                                                                          {"TiB", 1099511627776.0}}};
  const auto same = [unit](const auto& u) {
    return std::equal(unit.begin(), unit.end(), u.first.begin(), u.first.end(),
                      [](char a, char b) { return (a | 32) == (b | 32); });
  };
  const auto* found = std::find_if(units.begin(), units.end(), same);
  return found == units.end() ? 0 : found->second;
}

struct CodePoint {
  char32_t value = 0;
  std::size_t length = 0;  ///< bytes; 0 = malformed
};

/// The code point at the start of `text` (not empty). Refuses overlong forms, surrogates and values past U+10FFFF.
CodePoint decode_utf8(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t length = first >= 0xF0 && first < 0xF8 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0;
  if (length == 0 || first >= 0xF8 || text.size() < length) return {};
  char32_t value = first & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0u) != 0x80) return {};
    value = (value << 6) | (byte(i) & 0x3Fu);
  }
  constexpr std::array<char32_t, 5> least = {0, 0, 0x80, 0x800, 0x10000};
  if (value < least[length] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return {};
  return {value, length};
}

/// Characters that change how the rest of a line looks: controls, line separators, bidi marks and overrides.
bool misleading(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x061C || (c >= 0x200B && c <= 0x200F) ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

std::string escaped(char32_t c) {
  return c > 0xFFFF ? fmt::format("\\U{:08x}", unsigned{c}) : fmt::format("\\u{:04x}", unsigned{c});
}

template <class Number>
std::optional<Number> parse_whole(std::string_view text) {
  if (!text.empty() && text.front() == '+') {
    text.remove_prefix(1);
    if (!text.empty() && (text.front() == '-' || text.front() == '+')) return std::nullopt;
  }
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::string nearest(std::string_view typed, std::span<const std::string_view> known) {
  const auto closer = [typed](std::string_view a, std::string_view b) {
    return edit_distance(typed, a) < edit_distance(typed, b);
  };
  const auto found = std::min_element(known.begin(), known.end(), closer);
  return found == known.end() ? std::string() : std::string(*found);
}

std::string si_bytes(std::uint64_t bytes) { return with_unit(bytes, 1000, {"B", "kB", "MB", "GB", "TB", "PB"}); }

std::string iec_bytes(std::uint64_t bytes) { return with_unit(bytes, 1024, {"B", "KiB", "MiB", "GiB", "TiB", "PiB"}); }

std::string grouped(std::uint64_t n) {
  const std::string digits = std::to_string(n);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ' ';
    text += digits[i];
  }
  return text;
}

Result<std::uint64_t> parse_bytes(std::string_view text) {
  const std::size_t split_at = std::min(text.find_first_not_of("0123456789.+-eE"), text.size());
  std::string_view digits = text.substr(0, split_at);
  std::string_view unit = text.substr(split_at);
  while (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
  const std::optional<double> number = parse_double(digits);
  if (!number) return no_size(text, "it does not start with a number");
  const double scale = unit_bytes(unit);
  if (scale == 0) return no_size(text, '"' + std::string(unit) + "\" is no unit of bytes");
  const double bytes = std::floor(*number * scale);
  constexpr double limit = 9223372036854775808.0;  // 2^63: far above any file, and doubles below it fit 64 bits
  if (!(bytes >= 0 && bytes < limit)) return no_size(text, "it is negative or beyond 2^63 bytes");
  return static_cast<std::uint64_t>(bytes);
}

std::optional<double> parse_double(std::string_view text) { return parse_whole<double>(text); }

std::optional<std::int64_t> parse_int(std::string_view text) { return parse_whole<std::int64_t>(text); }

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const CodePoint c = decode_utf8(text);
    const std::size_t length = std::max<std::size_t>(c.length, 1);
    if (c.length == 0)
      out += escaped(static_cast<unsigned char>(text.front()));  // a stray byte, shown by its number
    else if (misleading(c.value))
      out += escaped(c.value);
    else
      out += text.substr(0, length);
    text.remove_prefix(length);
  }
  return out;
}

bool valid_utf8(std::string_view text) {
  while (!text.empty()) {
    const CodePoint c = decode_utf8(text);
    if (c.length == 0) return false;
    text.remove_prefix(c.length);
  }
  return true;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

}  // namespace quant
