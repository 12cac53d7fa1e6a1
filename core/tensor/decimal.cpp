#include "core/tensor/decimal.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "core/base/text.h"

namespace quant {
namespace {

constexpr int exponent_limit = 5000;  // far beyond every format; keeps the expansion short

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

void strip_leading_zeros(std::string& whole) { whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size())); }

/// Moves the point right by `places` (left where negative).
void shift_point(Decimal& d, int places) {
  const auto n = std::size_t(places < 0 ? -places : places);
  if (places > 0) {
    if (d.fraction.size() < n) d.fraction.append(n - d.fraction.size(), '0');
    d.whole += d.fraction.substr(0, n);
    d.fraction.erase(0, n);
  } else if (places < 0) {
    if (d.whole.size() < n) d.whole.insert(0, n - d.whole.size(), '0');
    d.fraction.insert(0, d.whole.substr(d.whole.size() - n));
    d.whole.erase(d.whole.size() - n);
  }
}

/// All digits of both numbers on the same places: whole padded on the left, fraction on the right.
std::string aligned(const Decimal& d, std::size_t whole, std::size_t fraction) {
  return std::string(whole - d.whole.size(), '0') + d.whole + d.fraction +
         std::string(fraction - d.fraction.size(), '0');
}

/// Digit strings of one length; a ≥ b.
std::string subtract(std::string a, const std::string& b) {
  int borrow = 0;
  for (std::size_t i = a.size(); i-- > 0;) {
    int digit = a[i] - b[i] - borrow;
    borrow = digit < 0;
    a[i] = char('0' + digit + 10 * borrow);
  }
  return a;
}

std::string add(std::string a, const std::string& b) {
  int carry = 0;
  for (std::size_t i = a.size(); i-- > 0;) {
    const int digit = a[i] - '0' + (b[i] - '0') + carry;
    carry = digit > 9;
    a[i] = char('0' + digit - 10 * carry);
  }
  return carry ? '1' + a : a;
}

}  // namespace

std::optional<Decimal> parse_decimal(std::string_view text) {
  Decimal d;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    d.negative = text.front() == '-';
    text.remove_prefix(1);
  }
  const std::size_t e = std::min(text.find_first_of("eE"), text.size());
  const std::string_view mantissa = text.substr(0, e);
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  d.whole = mantissa.substr(0, point);
  d.fraction = point < mantissa.size() ? mantissa.substr(point + 1) : std::string_view{};
  if (d.whole.empty() && d.fraction.empty()) return std::nullopt;
  if (!all_digits(d.whole) || !all_digits(d.fraction)) return std::nullopt;
  if (e < text.size()) {
    const auto exponent = parse_int(text.substr(e + 1));
    if (!exponent || *exponent > exponent_limit || *exponent < -exponent_limit) return std::nullopt;
    shift_point(d, int(*exponent));
  }
  strip_leading_zeros(d.whole);
  return d;
}

Decimal exact_decimal(double value) {
  const std::string text = fixed_decimals(value, 1074);  // 2^−1074 is the finest unit of a double
  Decimal d = *parse_decimal(text);
  d.fraction.erase(d.fraction.find_last_not_of('0') + 1);
  return d;
}

double nearest_double(const Decimal& d) {
  const std::string text = (d.negative ? "-0" : "0") + d.whole + "." + d.fraction + "0";
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range)
    value = d.whole.empty() ? 0 : std::numeric_limits<double>::infinity();  // beyond 1.8e308, or below 2^−1075
  return error == std::errc::result_out_of_range && d.negative ? -value : value;
}

Decimal difference(const Decimal& a, const Decimal& b) {
  const std::size_t whole = std::max(a.whole.size(), b.whole.size());
  const std::size_t fraction = std::max(a.fraction.size(), b.fraction.size());
  const std::string x = aligned(a, whole, fraction), y = aligned(b, whole, fraction);
  const bool sum = a.negative != b.negative, swapped = !sum && x < y;
  std::string digits = sum ? add(x, y) : swapped ? subtract(y, x) : subtract(x, y);
  Decimal d;
  d.negative = a.negative != swapped;
  d.whole = digits.substr(0, digits.size() - fraction);
  d.fraction = digits.substr(digits.size() - fraction);
  strip_leading_zeros(d.whole);
  return d;
}

std::string fixed_decimals(double value, int places) {
  std::array<char, 1500> text{};  // sign, 309 digits, point, 1074 places
  const auto [end, error] =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, places);
  return {text.data(), end};
}

}  // namespace quant
