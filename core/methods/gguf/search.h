#pragma once
// The searches behind GGUF's block types: float32, one operation at a time, in the page's order.
//
// Sub-blocks of a row are independent while sums within one are sequential, so eight sub-blocks lie side by side, one a
// lane: each lane sees exactly the operations of a scalar search, and none of its sums is re-associated.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace quant::gguf {

using Float4 = float __attribute__((vector_size(16)));
using Int4 = std::int32_t __attribute__((vector_size(16)));

constexpr std::size_t lanes = 8;

/// One number of each of eight sub-blocks.
struct Lanes {
  Float4 a{}, b{};

  static Lanes all(float v) { return {Float4{v, v, v, v}, Float4{v, v, v, v}}; }
  float operator[](std::size_t lane) const { return lane < 4 ? a[lane] : b[lane - 4]; }
  void set(std::size_t lane, float v) { lane < 4 ? void(a[lane] = v) : void(b[lane - 4] = v); }

  friend Lanes operator+(Lanes x, Lanes y) { return {x.a + y.a, x.b + y.b}; }
  friend Lanes operator-(Lanes x, Lanes y) { return {x.a - y.a, x.b - y.b}; }
  friend Lanes operator*(Lanes x, Lanes y) { return {x.a * y.a, x.b * y.b}; }
  friend Lanes operator/(Lanes x, Lanes y) { return {x.a / y.a, x.b / y.b}; }
  friend Lanes operator-(Lanes x) { return {-x.a, -x.b}; }
  Lanes& operator+=(Lanes y) { return *this = *this + y; }
};

/// All ones where a condition holds in a lane.
struct Mask {
  Int4 a{}, b{};

  friend Mask operator&(Mask x, Mask y) { return {x.a & y.a, x.b & y.b}; }
  bool any() const {
    const Int4 both = a | b;
    return (both[0] | both[1] | both[2] | both[3]) != 0;
  }
};

inline Mask operator>(Lanes x, Lanes y) { return {x.a > y.a, x.b > y.b}; }
inline Mask operator<(Lanes x, Lanes y) { return {x.a < y.a, x.b < y.b}; }
inline Mask operator>=(Lanes x, Lanes y) { return {x.a >= y.a, x.b >= y.b}; }
inline Mask operator==(Lanes x, Lanes y) { return {x.a == y.a, x.b == y.b}; }
inline Mask operator!=(Lanes x, Lanes y) { return {x.a != y.a, x.b != y.b}; }
inline Lanes select(Mask m, Lanes yes, Lanes no) { return {m.a ? yes.a : no.a, m.b ? yes.b : no.b}; }
inline Lanes min(Lanes x, Lanes y) { return select(x < y, x, y); }
inline Lanes max(Lanes x, Lanes y) { return select(x > y, x, y); }
inline Lanes abs(Lanes x) {
  constexpr std::int32_t magnitude = 0x7FFFFFFF;
  const Int4 bits = {magnitude, magnitude, magnitude, magnitude};
  return {reinterpret_cast<Float4>(reinterpret_cast<Int4>(x.a) & bits),
          reinterpret_cast<Float4>(reinterpret_cast<Int4>(x.b) & bits)};
}

/// Nearest integer, ties to even, for |v| ≤ 4194303; beyond that (and for NaN) the low 23 bits that ggml takes: the sum
/// with 1.5·2^23 holds the integer in its fraction.
inline int rne(float v) { return int(__builtin_bit_cast(std::uint32_t, v + 12582912.0f) & 0x7FFFFF) - 0x400000; }
inline Float4 rne(Float4 v) {
  constexpr std::int32_t fraction = 0x7FFFFF, offset = 0x400000;
  const Int4 bits = reinterpret_cast<Int4>(v + 12582912.0f) & Int4{fraction, fraction, fraction, fraction};
  return __builtin_convertvector(bits - Int4{offset, offset, offset, offset}, Float4);
}
inline Lanes rne(Lanes v) { return {rne(v.a), rne(v.b)}; }

/// Element i of eight sub-blocks of n elements stands in [i].
template <std::size_t n>
using Batch = std::array<Lanes, n>;

/// Eight sub-blocks that lie one after the other, side by side. Where `from` holds fewer, the rest is zeros.
template <std::size_t n>
Batch<n> side_by_side(std::span<const float> from) {
  Batch<n> out{};
  for (std::size_t lane = 0; lane * n < from.size() && lane < lanes; ++lane)
    for (std::size_t i = 0; i < n; ++i) out[i].set(lane, from[lane * n + i]);
  return out;
}

/// Codes back in their sub-blocks' order, as many as `to` holds.
template <std::size_t n>
void in_order(const Batch<n>& codes, std::span<std::uint8_t> to) {
  for (std::size_t lane = 0; lane * n < to.size() && lane < lanes; ++lane)
    for (std::size_t i = 0; i < n; ++i) to[lane * n + i] = static_cast<std::uint8_t>(static_cast<int>(codes[i][lane]));
}

/// The value of the largest magnitude, the first of equals, with its sign.
float signed_extreme(std::span<const float> x);
template <std::size_t n>
Lanes signed_extreme(const Batch<n>& x) {
  Lanes extreme, peak;
  for (const Lanes& v : x) {
    const Lanes magnitude = abs(v);
    const Mask larger = magnitude > peak;
    peak = select(larger, magnitude, peak);
    extreme = select(larger, v, extreme);
  }
  return extreme;
}

/// 3.1: the scale of symmetric codes −N … N − 1 that fits x best under the weights w. `codes` are stored offset by N;
/// a sub-block without values has codes 0 and scale 0.
template <std::size_t n>
Lanes qx(int N, const Batch<n>& x, const Batch<n>& w, Batch<n>& codes);

/// 3.2: the same by coordinate descent, N = 4, weights x².
Lanes q3(const Batch<16>& x, Batch<16>& codes);

/// What qkx varies: N, and 1/scale from (rmin + N)/range upwards in steps of rdelta; errors are |v| or v².
struct Steps {
  int N = 15;
  float rmin = -1, rdelta = 0.1f;
  int count = 20;
  bool absolute = false;
};

/// ŵ = scale·code − min.
struct ScaleAndMin {
  Lanes scale, min;
};

/// 3.3, qkx2 and qkx3: scale and minimum ≤ 0 (given with its sign turned) of codes 0 … N.
template <std::size_t n>
ScaleAndMin qkx(const Steps& steps, const Batch<n>& x, const Batch<n>& w, Batch<n>& codes);

/// 3.4: the scale of non-negative codes 0 … N for the sub-blocks' own scales. All spans have one length.
float qp(int N, std::span<const float> x, std::span<const float> w, std::span<std::uint8_t> codes);

/// The 16 levels of IQ4 (a fixed non-linear table of ggml).
inline constexpr std::array<float, 16> iq4_levels = {-127, -104, -83, -65, -49, -35, -22, -10,
                                                     1,    13,   25,  38,  53,  69,  89,  113};

/// 3.5: the nearest level's index, ties to the upper one.
std::uint8_t best(float v);

/// 4.11: the scale under which the nearest levels fit x best.
Lanes iq4_scale(const Batch<32>& x, const Batch<32>& w);

/// The doubled values of E2M1, sign in the highest bit; −0 decodes to 0, as ggml's integer table has it.
inline constexpr std::array<float, 16> e2m1_doubled = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

/// Importance of each weight under the imatrix: q·√(σ² + x²).
void weigh(std::span<const float> x, std::span<const float> importance, float variance, std::span<float> w);

/// Σ x², sequentially.
float sum_of_squares(std::span<const float> x);

}  // namespace quant::gguf
