#pragma once
// What every cast must give, from the definition of its format: the nearest of the two neighbours in double, ties to
// the even code. Knows nothing of the code it is held against.

#include <QString>
#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "core/backend/backend.h"
#include "tests/support/methods.h"

namespace quant::test {

/// What lies above the largest finite value of a format: its next code.
enum class Above { inf, nan, none };

/// A cast as the methods' definitions list it: field widths, specials, and what becomes of finite overflow.
struct CastCase {
  const char* scheme;
  int exponent_bits, mantissa_bits;
  Above above;
  bool saturates;
  bool has_nan() const { return above != Above::none; }
  int bits() const { return 1 + exponent_bits + mantissa_bits; }
};

inline constexpr CastCase cast_cases[] = {
    {"fp16", 5, 10, Above::inf, false},    {"bf16", 8, 7, Above::inf, false},
    {"fp8-e4m3", 4, 3, Above::nan, true},  {"fp8-e4m3:overflow=ieee", 4, 3, Above::nan, false},
    {"fp8-e5m2", 5, 2, Above::inf, true},  {"fp8-e5m2:overflow=ieee", 5, 2, Above::inf, false},
    {"tf32", 8, 10, Above::inf, false},    {"fp6-e3m2", 3, 2, Above::none, true},
    {"fp6-e2m3", 2, 3, Above::none, true}, {"fp4-e2m1", 2, 1, Above::none, true},
};

/// Of cast_cases: those whose long run takes all float32.
inline constexpr std::size_t exhaustive_cases = 6;

class CastOracle {
 public:
  struct Want {
    float value = 0;
    std::uint32_t code = 0;
    bool clipped = false;
  };

  explicit CastOracle(const CastCase& c) : case_(c) {
    // Patterns of positive finite values, and one beyond, which rounding may reach.
    const int top_field = (1 << c.exponent_bits) - (c.above == Above::inf ? 2 : 1);
    const int last = ((top_field + 1) << c.mantissa_bits) - (c.above == Above::nan ? 2 : 1);
    for (int code = 0; code <= last + 1; ++code) values_.push_back(value_of(code));
    for (std::size_t k = 0; k + 1 < values_.size(); ++k) middles_.push_back((values_[k] + values_[k + 1]) / 2);
  }

  const CastCase& of() const { return case_; }
  double value(std::size_t code) const { return values_[code]; }
  double middle(std::size_t code) const { return middles_[code]; }
  std::size_t largest() const { return values_.size() - 2; }

  /// Code of the magnitude: `from` is a code at or below it, as of a smaller magnitude.
  std::size_t nearest(double magnitude, std::size_t from = 0) const {
    std::size_t k = from;
    while (k < middles_.size() && (magnitude > middles_[k] || (magnitude == middles_[k] && k % 2 == 1))) ++k;
    return k;
  }
  std::size_t start(double magnitude) const {
    const auto at = std::lower_bound(middles_.begin(), middles_.end(), magnitude) - middles_.begin();
    return at > 0 ? std::size_t(at) - 1 : 0;
  }

  /// `k`: nearest() of the weight's magnitude; not read for NaN and infinities.
  Want want(float weight, std::size_t k) const {
    const std::uint32_t sign = std::bit_cast<std::uint32_t>(weight) >> 31 << (case_.bits() - 1);
    const auto signed_value = [&](double v) { return float(std::signbit(weight) ? -v : v); };
    const auto top = std::uint32_t(largest());
    const Want held{signed_value(values_[top]), sign | top, false};
    const Want nan{std::copysign(std::numeric_limits<float>::quiet_NaN(), weight), sign | nan_code(), false};
    const Want infinite{signed_value(std::numeric_limits<double>::infinity()), sign | (top + 1), false};
    if (std::isnan(weight)) return case_.has_nan() ? nan : Want{};
    if (std::isinf(weight)) return case_.above == Above::inf ? infinite : case_.saturates ? held : nan;
    if (k <= top) return {signed_value(values_[k]), sign | std::uint32_t(k), false};
    if (case_.saturates) return {held.value, held.code, true};
    return case_.above == Above::inf ? infinite : nan;
  }

 private:
  double value_of(int code) const {
    const int field = code >> case_.mantissa_bits, fraction = code & ((1 << case_.mantissa_bits) - 1);
    const int bias = (1 << (case_.exponent_bits - 1)) - 1;
    const double mantissa = std::ldexp(double(fraction), -case_.mantissa_bits) + (field > 0 ? 1 : 0);
    return std::ldexp(mantissa, std::max(field, 1) - bias);
  }
  std::uint32_t nan_code() const { return (1u << (case_.bits() - 1)) - 1; }  // of fp8, the only ones with codes and NaN

  CastCase case_;
  std::vector<double> values_, middles_;
};

/// "" where the device's casts of the weights are the oracle's, else the first that is not. Magnitudes of one sign that
/// ascend are followed step by step; others are searched.
inline QString cast_difference(const CastOracle& oracle, const Backend& backend, const RowQuantizer& rows,
                               std::span<const float> w) {
  const auto got = backend.quantize(rows, {w, 1, w.size(), 0});
  if (!got) return QString::fromStdString(one_line(got.error()));
  std::size_t k = 0;
  double last = std::numeric_limits<double>::infinity();
  CastOracle::Want want;  // of neighbours, as long as they round to the same code
  bool is_fresh = false;
  for (std::size_t i = 0; i < w.size(); ++i) {
    const double magnitude = std::fabs(double(w[i]));
    const bool is_finite = magnitude < std::numeric_limits<double>::infinity();
    const std::size_t before = k;
    if (is_finite) {
      k = oracle.nearest(magnitude, magnitude >= last ? k : oracle.start(magnitude));
      last = magnitude;
    }
    if (!is_fresh || !is_finite || k != before || std::signbit(w[i]) != std::signbit(want.value)) {
      want = oracle.want(w[i], k);
      is_fresh = is_finite;
    }
    const float value = got->values[i];
    const bool same_value = std::isnan(want.value)
                                ? std::isnan(value) && std::signbit(value) == std::signbit(want.value)
                                : std::bit_cast<std::uint32_t>(value) == std::bit_cast<std::uint32_t>(want.value);
    const bool same_code = got->codes.empty() ? oracle.of().bits() > 8 : got->codes[i] == want.code;
    const bool clipped = !got->clipped.empty() && got->clipped[i];
    if (same_value && same_code && clipped == want.clipped) continue;
    return QString("%1 on %2: 0x%3 (%4) gives %5, code %6, clipped %7; expected %8, %9, %10")
        .arg(oracle.of().scheme, QString::fromStdString(backend.id()))
        .arg(std::bit_cast<std::uint32_t>(w[i]), 8, 16, QChar('0'))
        .arg(double(w[i]))
        .arg(double(value))
        .arg(got->codes.empty() ? -1 : int(got->codes[i]))
        .arg(clipped)
        .arg(double(want.value))
        .arg(want.code)
        .arg(want.clipped);
  }
  return {};
}

/// The same for all 2^32 float32 patterns, on all threads of this machine (one for a device that takes one tile).
inline QString all_casts_difference(const CastOracle& oracle, const Backend& backend, const RowQuantizer& rows,
                                    unsigned threads) {
  constexpr std::uint64_t chunk = 1 << 18, chunks = (std::uint64_t{1} << 32) / chunk;
  std::atomic<std::uint64_t> next{0};
  std::mutex mutex;
  QString first;
  const auto work = [&] {
    std::vector<float> w(chunk);
    for (std::uint64_t c; (c = next++) < chunks;) {
      for (std::uint64_t i = 0; i < chunk; ++i) w[i] = std::bit_cast<float>(std::uint32_t(c * chunk + i));
      const QString found = cast_difference(oracle, backend, rows, w);
      if (found.isEmpty()) continue;
      const std::lock_guard lock(mutex);
      if (first.isEmpty()) first = found;
      next = chunks;
    }
  };
  std::vector<std::jthread> pool;
  for (unsigned t = 1; t < threads; ++t) pool.emplace_back(work);
  work();
  pool.clear();
  return first;
}

/// A sample of float32 that holds what casts can get wrong: every value of the format and every tie with their
/// neighbours in float32, every exponent with mantissas of one bit and of all but one, NaN of every one-bit payload,
/// and a stride over all patterns. Both signs, ascending magnitudes.
inline std::vector<float> cast_sample(const CastOracle& oracle) {
  std::vector<std::uint32_t> bits;
  const auto around = [&](double v) {
    const auto u = std::bit_cast<std::uint32_t>(float(v));
    for (const std::uint32_t near : {u - 1, u, u + 1}) bits.push_back(near & 0x7fffffffu);
  };
  for (std::size_t k = 0; k <= oracle.largest(); ++k) around(oracle.value(k)), around(oracle.middle(k));
  for (std::uint32_t exponent = 0; exponent < 256; ++exponent)
    for (std::uint32_t bit = 0; bit < 24; ++bit) {
      const std::uint32_t one = bit < 23 ? 1u << bit : 0;
      bits.push_back(exponent << 23 | one);
      bits.push_back(exponent << 23 | (0x7fffffu ^ one));
    }
  for (std::uint64_t u = 0; u < 0x80000000u; u += 12289) bits.push_back(std::uint32_t(u));
  std::sort(bits.begin(), bits.end());
  std::vector<float> w;
  for (const std::uint32_t sign : {0u, 0x80000000u})
    for (const std::uint32_t u : bits) w.push_back(std::bit_cast<float>(u | sign));
  return w;
}

/// All patterns of 16 bits as float32: those of fp16, made by the compiler's own type, and those of bf16.
inline std::vector<float> sixteen_bit_inputs() {
  std::vector<float> w;
  for (std::uint32_t u = 0; u < 0x10000; ++u) w.push_back(float(std::bit_cast<_Float16>(std::uint16_t(u))));
  for (std::uint32_t u = 0; u < 0x10000; ++u) w.push_back(std::bit_cast<float>(u << 16));
  return w;
}

}  // namespace quant::test
