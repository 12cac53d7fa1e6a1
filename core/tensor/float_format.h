#pragma once
// Binary floating formats ExMy bit by bit: encode with one rounding, ties to even, and decode.

#include <bit>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

namespace quant::float_format {

/// What the largest exponent of a format stands for.
enum class Specials {
  ieee,      ///< Inf and NaN fill it
  nan_only,  ///< finite, but for the all-ones pattern, which is NaN (OFP8 e4m3)
  none,      ///< finite throughout (OCP MX fp6, fp4)
};

/// value = (−1)^s · 2^(e − bias) · (1 + f/2^M), or (−1)^s · 2^(1 − bias) · f/2^M where e = 0.
struct Format {
  std::string_view id;
  int exponent_bits = 0;
  int mantissa_bits = 0;
  Specials specials = Specials::ieee;

  constexpr int bits() const { return 1 + exponent_bits + mantissa_bits; }
  constexpr int bias() const { return (1 << (exponent_bits - 1)) - 1; }
  constexpr std::uint64_t sign_bit() const { return std::uint64_t{1} << (exponent_bits + mantissa_bits); }
  /// Pattern of +Inf, where the format has one.
  constexpr std::uint64_t inf_code() const { return ((std::uint64_t{1} << exponent_bits) - 1) << mantissa_bits; }
  /// Pattern of the largest finite value.
  constexpr std::uint64_t max_code() const {
    return specials == Specials::ieee ? inf_code() - 1 : sign_bit() - (specials == Specials::none ? 1 : 2);
  }
  /// Pattern of the positive NaN: quiet for IEEE formats, 0x7F for both fp8; 0 (zero) where there is none.
  constexpr std::uint64_t nan_code() const {
    if (specials == Specials::none) return 0;
    return bits() == 8 ? 0x7F : inf_code() | (std::uint64_t{1} << (mantissa_bits - 1));
  }
  double max_finite() const;
};

inline constexpr Format fp64{"fp64", 11, 52};
inline constexpr Format fp32{"fp32", 8, 23};
inline constexpr Format tf32{"tf32", 8, 10};
inline constexpr Format bf16{"bf16", 8, 7};
inline constexpr Format fp16{"fp16", 5, 10};
inline constexpr Format fp8_e4m3{"fp8-e4m3", 4, 3, Specials::nan_only};
inline constexpr Format fp8_e5m2{"fp8-e5m2", 5, 2};
inline constexpr Format fp6_e3m2{"fp6-e3m2", 3, 2, Specials::none};
inline constexpr Format fp6_e2m3{"fp6-e2m3", 2, 3, Specials::none};
inline constexpr Format fp4_e2m1{"fp4-e2m1", 2, 1, Specials::none};
inline constexpr Format formats[] = {fp64, fp32, tf32, bf16, fp16, fp8_e4m3, fp8_e5m2, fp6_e3m2, fp6_e2m3, fp4_e2m1};

/// What becomes of finite values beyond the largest, and of Inf where a format has none.
enum class Overflow {
  ieee,      ///< Inf; NaN in e4m3. Formats without specials saturate always.
  saturate,  ///< the largest finite value; Inf stays Inf where the format has it
};

struct Encoded {
  std::uint64_t code = 0;
  bool saturated = false;  ///< a finite value that rounds beyond the largest and was held there
};

template <class Float>
struct Layout;
template <>
struct Layout<float> {
  using Bits = std::uint32_t;
  static constexpr int mantissa_bits = 23, bias = 127;
};
template <>
struct Layout<double> {
  using Bits = std::uint64_t;
  static constexpr int mantissa_bits = 52, bias = 1023;
};

/// 2^exponent for a normal result.
template <class Float>
constexpr Float power_of_two(int exponent) {
  using L = Layout<Float>;
  return std::bit_cast<Float>(static_cast<typename L::Bits>(exponent + L::bias) << L::mantissa_bits);
}

/// Pattern of |x| rounded to the format's grid as if its exponents went on: what overflows lies above max_code().
/// x must be finite; the format must not be wider than Float.
template <class Float>
constexpr std::uint64_t round_magnitude(Float x, const Format& f) {
  using L = Layout<Float>;
  using Bits = typename L::Bits;
  const int drop = L::mantissa_bits - f.mantissa_bits;
  const Bits u = std::bit_cast<Bits>(x) & ~(Bits{1} << (sizeof(Bits) * 8 - 1));
  if (f.bias() < L::bias) {
    const Float magnitude = std::bit_cast<Float>(u);
    if (magnitude < power_of_two<Float>(1 - f.bias())) {
      // Subnormal: the sum's unit is the format's fixed step 2^(1 − bias − M), so the addition rounds to it.
      const Float shift = power_of_two<Float>(1 - f.bias() - f.mantissa_bits + L::mantissa_bits);
      return std::bit_cast<Bits>(magnitude + shift) - std::bit_cast<Bits>(shift);
    }
  }
  const Bits rounding = drop == 0 ? 0 : (Bits{1} << (drop - 1)) - 1 + ((u >> drop) & 1);
  const Bits rebias = static_cast<Bits>(L::bias - f.bias()) << f.mantissa_bits;
  return ((u + rounding) >> drop) - rebias;
}

/// One rounding, ties to even; −0 and what rounds to zero keep their sign. NaN keeps its sign where the format has NaN,
/// else gives code 0.
template <class Float>
constexpr Encoded encode(Float x, const Format& f, Overflow overflow) {
  using L = Layout<Float>;
  const bool negative = (std::bit_cast<typename L::Bits>(x) >> (sizeof(Float) * 8 - 1)) != 0;
  const std::uint64_t sign = negative ? f.sign_bit() : 0;
  if (x != x) return {f.specials == Specials::none ? 0 : sign | f.nan_code(), false};
  const bool saturate = overflow == Overflow::saturate || f.specials == Specials::none;
  const std::uint64_t beyond = f.specials == Specials::ieee ? f.inf_code() : f.nan_code();
  if (x - x != 0) return {sign | (f.specials != Specials::ieee && saturate ? f.max_code() : beyond), false};
  const std::uint64_t code = round_magnitude(x, f);
  if (code <= f.max_code()) return {sign | code, false};
  return {sign | (saturate ? f.max_code() : beyond), saturate};
}

/// The exact value of a pattern of at most Float's width.
template <class Float>
constexpr Float decode(std::uint64_t code, const Format& f) {
  using L = Layout<Float>;
  using Bits = typename L::Bits;
  const std::uint64_t magnitude = code & (f.sign_bit() - 1);
  const Bits sign = Bits{(code & f.sign_bit()) != 0} << (sizeof(Bits) * 8 - 1);
  Bits bits{};
  if (magnitude > f.max_code()) {
    const bool inf = f.specials == Specials::ieee && magnitude == f.inf_code();
    bits = std::bit_cast<Bits>(inf ? std::numeric_limits<Float>::infinity() : std::numeric_limits<Float>::quiet_NaN());
  } else if (f.bias() < L::bias && (magnitude >> f.mantissa_bits) == 0) {
    // Subnormal: f units of 2^(1 − bias − M), a product of two exact numbers.
    bits = std::bit_cast<Bits>(static_cast<Float>(magnitude) * power_of_two<Float>(1 - f.bias() - f.mantissa_bits));
  } else {
    const Bits rebias = static_cast<Bits>(L::bias - f.bias()) << L::mantissa_bits;
    bits = (static_cast<Bits>(magnitude) << (L::mantissa_bits - f.mantissa_bits)) + rebias;
  }
  return std::bit_cast<Float>(bits | sign);
}

/// x rounded to the format, IEEE overflow.
template <class Float>
constexpr Float round(Float x, const Format& f) {
  return decode<Float>(encode(x, f, Overflow::ieee).code, f);
}

inline double Format::max_finite() const { return decode<double>(max_code(), *this); }

}  // namespace quant::float_format
