#pragma once
// Decimal numbers with all their digits: what stands between a typed number and a double.

#include <optional>
#include <string>
#include <string_view>

namespace quant {

/// ± whole.fraction, both strings of digits (no leading zeros in `whole`, which may be empty).
struct Decimal {
  bool negative = false;
  std::string whole, fraction;
};

/// "-12.5e-3", ".5", "5.", "+1E4"; nothing where the text is no decimal, or its exponent lies beyond ±5000.
std::optional<Decimal> parse_decimal(std::string_view text);

/// The exact expansion of a finite double.
Decimal exact_decimal(double value);

/// The nearest double; ±infinity beyond the largest.
double nearest_double(const Decimal& d);

/// a − b with all digits.
Decimal difference(const Decimal& a, const Decimal& b);

/// A finite double with `places` decimals, correctly rounded.
std::string fixed_decimals(double value, int places);

}  // namespace quant
