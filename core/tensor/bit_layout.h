#pragma once
// Any number in any format, down to the bit: what the `bits` page and command show.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace quant {

enum class NumberClass { zero, subnormal, normal, inf, nan };
std::string_view word(NumberClass c);

/// A format of the bit lab: a floating format or a plain integer (Δ = 1).
struct BitFormat {
  std::string_view id;     ///< scheme ids plus int8 int4 int2
  std::string_view title;  ///< "FP16 (binary16)"
  int bits = 0;            ///< of the layout; tf32 has 19
  int exponent_bits = 0;   ///< 0 for integers
  int mantissa_bits = 0;
  int bias = 0;
  bool integer = false;
};
std::span<const BitFormat> bit_formats();

/// One value in one format. Strings of 0 and 1; integers have empty exponent and mantissa.
struct BitLayout {
  const BitFormat* format = nullptr;
  std::string bits, sign, exponent, mantissa;
  double value = 0;
  std::string decimal20;  ///< the exact value to 20 decimal places (correctly rounded); "inf", "-inf", "nan"
  double error = 0;       ///< value − typed decimal, correctly rounded to double (0 for non-finite)
  NumberClass cls = NumberClass::zero;
  bool clipped = false;  ///< saturated: the typed value lies beyond the format's range
};

/// A typed number: decimal with any digits, 1e-45, inf, nan, -0, 0x40490fdb (a float32 pattern), 0b…, pi.
struct TypedNumber {
  std::string text;
  double nearest = 0;                    ///< nearest double
  std::optional<std::uint32_t> pattern;  ///< where a float32 pattern was typed
};
/// Errors: usage (no number, a pattern of more than 32 bits, more than 4096 characters, an exponent beyond ±5000).
Result<TypedNumber> parse_number(std::string_view text);
/// A number that is known exactly: an element of a tensor.
TypedNumber exact_number(double value);

/// Layout of a value in a format: one rounding from the decimal (through float64 where the text has more digits).
BitLayout layout(const TypedNumber& number, const BitFormat& format);
/// Layout of these exact bits (low `format.bits` bits): what a flipped bit shows.
BitLayout layout_of_bits(std::uint64_t bits, const BitFormat& format, double typed);

const BitFormat* find_bit_format(std::string_view id);

}  // namespace quant
