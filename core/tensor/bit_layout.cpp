#include "core/tensor/bit_layout.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include "core/base/text.h"
#include "core/tensor/decimal.h"
#include "core/tensor/float_format.h"

namespace quant {
namespace {

using float_format::Format;
using float_format::Overflow;
using float_format::Specials;

constexpr BitFormat floating(const Format& f, std::string_view title) {
  return {f.id, title, f.bits(), f.exponent_bits, f.mantissa_bits, f.bias(), false};
}

constexpr BitFormat whole(std::string_view id, std::string_view title, int bits) {
  return {id, title, bits, 0, 0, 0, true};
}

constexpr std::array table = {
    floating(float_format::fp64, "FP64 (binary64)"),
    floating(float_format::fp32, "FP32 (binary32)"),
    floating(float_format::tf32, "TF32 (19 of 32 bits)"),
    floating(float_format::bf16, "BF16"),
    floating(float_format::fp16, "FP16 (binary16)"),
    floating(float_format::fp8_e4m3, "FP8 E4M3"),
    floating(float_format::fp8_e5m2, "FP8 E5M2"),
    floating(float_format::fp6_e3m2, "FP6 E3M2"),
    floating(float_format::fp6_e2m3, "FP6 E2M3"),
    floating(float_format::fp4_e2m1, "FP4 E2M1"),
    whole("int8", "INT8, step 1", 8),
    whole("int4", "INT4, step 1", 4),
    whole("int2", "INT2, step 1", 2),
};

const Format& format_of(const BitFormat& format) {
  return *std::find_if(std::begin(float_format::formats), std::end(float_format::formats),
                       [&](const Format& f) { return f.id == format.id; });
}

std::string binary(std::uint64_t bits, int count) {
  std::string text;
  for (int i = count - 1; i >= 0; --i) text += (bits >> i) & 1 ? '1' : '0';
  return text;
}

NumberClass class_of(std::uint64_t code, const Format& f) {
  const std::uint64_t magnitude = code & (f.sign_bit() - 1);
  if (magnitude == 0) return NumberClass::zero;
  if (magnitude > f.max_code())
    return f.specials == Specials::ieee && magnitude == f.inf_code() ? NumberClass::inf : NumberClass::nan;
  return (magnitude >> f.mantissa_bits) == 0 ? NumberClass::subnormal : NumberClass::normal;
}

/// All but the error.
BitLayout show_float(std::uint64_t code, const BitFormat& format) {
  const Format& f = format_of(format);
  BitLayout out;
  out.format = &format;
  out.bits = binary(code, f.bits());
  out.sign = out.bits.substr(0, 1);
  out.exponent = out.bits.substr(1, std::size_t(f.exponent_bits));
  out.mantissa = out.bits.substr(1 + std::size_t(f.exponent_bits));
  out.value = float_format::decode<double>(code, f);
  out.cls = class_of(code, f);
  if (out.cls == NumberClass::nan)
    out.decimal20 = "nan";
  else if (out.cls == NumberClass::inf)
    out.decimal20 = out.value < 0 ? "-inf" : "inf";
  else
    out.decimal20 = fixed_decimals(out.value, 20);
  return out;
}

BitLayout show_integer(std::int64_t value, const BitFormat& format) {
  BitLayout out;
  out.format = &format;
  out.bits = binary(std::uint64_t(value), format.bits);
  out.sign = out.bits.substr(0, 1);
  out.value = double(value);
  out.cls = value == 0 ? NumberClass::zero : NumberClass::normal;
  out.decimal20 = fixed_decimals(out.value, 20);
  return out;
}

/// Rounded, then clamped: 30.2 in int4 is 30, clipped to 7.
BitLayout integer_layout(double x, const BitFormat& format) {
  const double high = std::ldexp(1.0, format.bits - 1) - 1, low = -high - 1;
  const double rounded = std::isnan(x) ? 0 : std::nearbyint(x);
  BitLayout out = show_integer(std::int64_t(std::clamp(rounded, low, high)), format);
  out.clipped = rounded < low || rounded > high;
  return out;
}

BitLayout float_layout(const TypedNumber& number, bool finite, const BitFormat& format) {
  const Format& f = format_of(format);
  if (number.pattern && f.id == "fp32") return show_float(*number.pattern, format);  // keeps a NaN's payload
  const Overflow overflow = f.bits() <= 8 ? Overflow::saturate : Overflow::ieee;
  const bool saturates = overflow == Overflow::saturate;
  double x = number.nearest;
  if (finite && std::isinf(x) && saturates) x = std::copysign(std::numeric_limits<double>::max(), x);
  const auto [code, saturated] = float_format::encode(x, f, overflow);
  BitLayout out = show_float(code, format);
  out.clipped = saturated || (std::isinf(x) && std::isfinite(out.value));
  return out;
}

/// The typed number with all its digits; nothing for inf and nan.
std::optional<Decimal> digits_of(const TypedNumber& number) {
  if (const auto typed = parse_decimal(number.text)) return typed;
  return std::isfinite(number.nearest) ? std::optional(exact_decimal(number.nearest)) : std::nullopt;
}

tl::unexpected<Error> no_number(std::string_view text, std::string why) {
  return failure(ErrorCode::usage, "read number", '"' + printable(text.substr(0, 80)) + '"', std::move(why),
                 "write a decimal such as 30.2 or 1e-45, inf, nan, pi, or a float32 pattern such as 0x40490fdb");
}

/// 0x… or 0b…: the bits of a float32.
Result<TypedNumber> parse_pattern(std::string_view text) {
  const bool hex = text[1] == 'x' || text[1] == 'X';
  const unsigned bits_a_digit = hex ? 4 : 1;
  std::uint64_t pattern = 0;
  unsigned width = 0;
  for (const char c : text.substr(2)) {
    const int lower = c | 32;
    const int digit = c >= '0' && c <= '9' ? c - '0' : hex && lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : 16;
    if (digit >= (1 << bits_a_digit)) return no_number(text, "it holds characters that are no digits of a pattern");
    pattern = (pattern << bits_a_digit) | std::uint64_t(digit);
    width += bits_a_digit;
    if (width > 32) return no_number(text, "a float32 pattern has at most 32 bits");
  }
  if (width == 0) return no_number(text, "no digits follow");
  TypedNumber number = exact_number(double(std::bit_cast<float>(std::uint32_t(pattern))));
  number.text = text;
  number.pattern = std::uint32_t(pattern);
  return number;
}

/// inf, nan and pi by their names, with a sign; nothing for other text.
std::optional<TypedNumber> named_number(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  std::string name(text);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? char(c | 32) : c; });
  const std::string sign = negative ? "-" : "";
  constexpr double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  if (name == "inf" || name == "infinity") return TypedNumber{sign + "inf", negative ? -infinity : infinity, {}};
  if (name == "nan") return TypedNumber{sign + "nan", std::copysign(nan, negative ? -1.0 : 1.0), {}};
  if (name != "pi" && name != "π") return std::nullopt;
  constexpr std::string_view pi = "3.14159265358979323846264338327950288419716939937510";  // OEIS A000796
  return TypedNumber{sign + std::string(pi), negative ? -3.141592653589793 : 3.141592653589793, {}};
}

}  // namespace

std::string_view word(NumberClass c) {
  switch (c) {
    case NumberClass::zero: return "zero";
    case NumberClass::subnormal: return "subnormal";
    case NumberClass::normal: return "normal";
    case NumberClass::inf: return "inf";
    case NumberClass::nan: return "nan";
  }
  return "nan";
}

std::span<const BitFormat> bit_formats() { return table; }

const BitFormat* find_bit_format(std::string_view id) {
  const auto* found = std::find_if(table.begin(), table.end(), [id](const BitFormat& f) { return f.id == id; });
  return found == table.end() ? nullptr : found;
}

TypedNumber exact_number(double value) {
  if (std::isnan(value)) return {std::signbit(value) ? "-nan" : "nan", value, {}};
  if (std::isinf(value)) return {value < 0 ? "-inf" : "inf", value, {}};
  const Decimal d = exact_decimal(value);
  const std::string whole = d.whole.empty() ? "0" : d.whole;
  return {(d.negative ? "-" : "") + whole + (d.fraction.empty() ? "" : "." + d.fraction), value, {}};
}

Result<TypedNumber> parse_number(std::string_view text) {
  constexpr std::size_t longest = 4096;
  if (text.size() > longest) return no_number(text, "it has more than 4096 characters");
  if (text.size() >= 2 && text[0] == '0' && ((text[1] | 32) == 'x' || (text[1] | 32) == 'b'))
    return parse_pattern(text);
  if (auto named = named_number(text)) return *named;
  const auto decimal = parse_decimal(text);
  if (!decimal) return no_number(text, "it is no number, or its exponent lies beyond 5000");
  return TypedNumber{std::string(text), nearest_double(*decimal), {}};
}

BitLayout layout(const TypedNumber& number, const BitFormat& format) {
  const auto typed = digits_of(number);
  BitLayout out =
      format.integer ? integer_layout(number.nearest, format) : float_layout(number, typed.has_value(), format);
  if (typed && std::isfinite(out.value)) out.error = nearest_double(difference(exact_decimal(out.value), *typed));
  return out;
}

BitLayout layout_of_bits(std::uint64_t bits, const BitFormat& format, double typed) {
  const std::uint64_t code = format.bits == 64 ? bits : bits & ((std::uint64_t{1} << format.bits) - 1);
  const bool negative = (code >> (format.bits - 1)) & 1;
  BitLayout out = format.integer
                      ? show_integer(std::int64_t(code) - (negative ? std::int64_t{1} << format.bits : 0), format)
                      : show_float(code, format);
  if (std::isfinite(out.value) && std::isfinite(typed)) out.error = out.value - typed;
  return out;
}

}  // namespace quant
