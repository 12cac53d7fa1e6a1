// Per target (Highway): what happens to a chunk after it was encoded. Sinks for sums and counts, for radix selection
// and for dumps, and the walk over the rows of a tile. Twin of add_errors.

#if defined(QUANT_TALLY_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef QUANT_TALLY_INL_H_
#undef QUANT_TALLY_INL_H_
#else
#define QUANT_TALLY_INL_H_
#endif

#include <algorithm>
#include <cmath>
#include <cstring>
#include <type_traits>

#include "core/backend/chunk.h"
#include "core/backend/element_errors.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace quant {
namespace HWY_NAMESPACE {
#if HWY_TARGET != HWY_SCALAR  // no vectors at all: kernels take the reference there
namespace hn = hwy::HWY_NAMESPACE;

using F32 = hn::ScalableTag<float>;
using I32 = hn::RebindToSigned<F32>;
using U32 = hn::RebindToUnsigned<F32>;
using F64 = hn::ScalableTag<double>;
using HalfF32 = hn::Half<F32>;
using U16 = hn::Rebind<std::uint16_t, F32>;
using U8 = hn::Rebind<std::uint8_t, F32>;
using VF = hn::Vec<F32>;
using VD = hn::Vec<F64>;
using VU = hn::Vec<U32>;

HWY_INLINE std::size_t lanes() { return hn::Lanes(F32()); }

using MF = hn::Mask<F32>;

/// Bits of the largest magnitude; from infinity_bits on something is not finite.
HWY_INLINE std::uint32_t LargestBits(const float* w, std::size_t n) {
  const U32 du;
  const std::size_t N = lanes();
  constexpr std::uint32_t magnitude = 0x7fffffffu;
  const auto mask = hn::Set(du, magnitude);
  auto largest = hn::Zero(du);
  std::size_t i = 0;
  for (; i + N <= n; i += N) {
    largest = hn::Max(largest, hn::And(mask, hn::BitCast(du, hn::LoadU(F32(), w + i))));
  }
  std::uint32_t top = hn::GetLane(hn::MaxOfLanes(du, largest));
  for (; i < n; ++i) {
    std::uint32_t bits;
    std::memcpy(&bits, w + i, sizeof bits);
    top = std::max(top, bits & magnitude);
  }
  return top;
}

/// Bits of 2^126. Below, values are finite, and so is every difference of two.
constexpr std::uint32_t tame_bits = 0x7e800000u;

/// The weights where they can be loaded in whole vectors: themselves, or a copy with zeros behind.
HWY_INLINE const float* Padded(const float* w, std::size_t n, float* pad) {
  if (n % lanes() == 0) return w;
  std::memcpy(pad, w, n * sizeof(float));
  std::fill(pad + n, pad + (n + lanes() - 1) / lanes() * lanes(), 0.0f);
  return pad;
}

/// One vector of a chunk under a scheme.
struct Encoded {
  VF value;
  VF code;  ///< the code as a number, from the lowest code on: 0 … 2^bits − 1; nothing in schemes without codes
  MF clipped;
};

/// The clip marks of a chunk, up to 16 a vector.
class ClipBits {
 public:
  HWY_INLINE void Store(std::size_t i, MF mask) {
    hn::StoreMaskBits(F32(), mask, reinterpret_cast<std::uint8_t*>(bits_ + i / lanes()));
  }
  HWY_INLINE bool At(std::size_t i) const { return bits_[i / lanes()] >> (i % lanes()) & 1; }

 private:
  std::uint16_t bits_[chunk_max / 4] = {};
};

// Sinks take chunks of at most chunk_max elements: Begin, one Vector after another, End. What changes from vector to
// vector is in the state that Begin returns: locals stay in registers, members would be stored each time. Behind the
// last element of a chunk stand zeros, which every scheme encodes without error. Scale and Zero are told once for each
// of the tile's own regions. Foreign takes a piece that only the reference can encode, as a tile of its own, or one
// that is encoded already.

/// Adds |e| of finite elements to the windows of a selection. Twin of WindowSelect::add.
class WindowFiller {
 public:
  explicit WindowFiller(WindowSelect* select) : select_(select) {
    if (!select) return;
    tied_ = select->tied();
    Window all[WindowSelect::most_windows];
    std::copy(select->windows().begin(), select->windows().end(), all);
    const auto three = [&](const auto& of) HWY_ATTR {
      const U32 du;
      return Three{hn::Set(du, of(all[0])), hn::Set(du, of(all[1])), hn::Set(du, of(all[2]))};
    };
    lo_ = three([](const Window& w) { return w.lo; });
    from_ = three([](const Window& w) { return w.from; });
    width_ = three([](const Window& w) { return w.width; });
    tied_lo_ = three([](const Window& w) { return w.tied ? w.lo : nothing; });
    tied_hi_ = three([](const Window& w) { return w.tied && w.hi != w.lo ? w.hi : nothing; });
    below_ = at_lo_ = at_hi_ = three([](const Window&) { return 0u; });
  }

  /// Errors in float32.
  HWY_INLINE void Add(const float* errors, std::size_t n) {
    if (!select_ || select_->full()) return;
    tied_ ? AddAll<true>(errors, n) : AddAll<false>(errors, n);
    if (hits_ > chunk_max) Keep();
  }

  void Finish() {
    if (!select_) return;
    Keep();
    Report(0, below_.a, at_lo_.a, at_hi_.a);
    Report(1, below_.b, at_lo_.b, at_hi_.b);
    Report(2, below_.c, at_lo_.c, at_hi_.c);
  }

 private:
  HWY_INLINE void Report(std::size_t window, VU below, VU at_lo, VU at_hi) {
    if (window >= select_->windows().size()) return;
    const U32 du;
    Window& to = select_->windows()[window];
    to.below += hn::GetLane(hn::SumOfLanes(du, below));
    to.at_lo += hn::GetLane(hn::SumOfLanes(du, at_lo));
    to.at_hi += hn::GetLane(hn::SumOfLanes(du, at_hi));
  }

  /// One value a window, in registers: loops over an array would keep them in memory.
  struct Three {
    VU a, b, c;
  };

  template <bool kTied>
  HWY_INLINE void AddAll(const float* errors, std::size_t n) {
    Three below = below_, at_lo = at_lo_, at_hi = at_hi_;
    const Three lo = lo_, from = from_, width = width_, tied_lo = tied_lo_, tied_hi = tied_hi_;
    const F32 d;
    const U32 du;
    std::uint32_t* to = kept_ + hits_;
    for (std::size_t i = 0; i < n; i += lanes()) {
      auto bits = hn::BitCast(du, hn::Abs(hn::LoadU(d, errors + i)));
      if (HWY_UNLIKELY(i + lanes() > n)) bits = hn::IfThenElse(hn::FirstN(du, n - i), bits, hn::Set(du, beyond));
      Count(below, hn::Lt(bits, lo.a), hn::Lt(bits, lo.b), hn::Lt(bits, lo.c));
      if (kTied) {
        Count(at_lo, hn::Eq(bits, tied_lo.a), hn::Eq(bits, tied_lo.b), hn::Eq(bits, tied_lo.c));
        Count(at_hi, hn::Eq(bits, tied_hi.a), hn::Eq(bits, tied_hi.b), hn::Eq(bits, tied_hi.c));
      }
      const auto wanted = hn::Or(hn::Or(hn::Lt(hn::Sub(bits, from.a), width.a), hn::Lt(hn::Sub(bits, from.b), width.b)),
                                 hn::Lt(hn::Sub(bits, from.c), width.c));
      hn::StoreU(hn::Compress(bits, wanted), du, to);
      to += hn::CountTrue(du, wanted);
    }
    below_ = below, at_lo_ = at_lo, at_hi_ = at_hi;
    hits_ = static_cast<std::size_t>(to - kept_);
  }

  static HWY_INLINE void Count(Three& counts, hn::Mask<U32> a, hn::Mask<U32> b, hn::Mask<U32> c) {
    const VU one = hn::Set(U32(), 1u);
    counts.a = hn::IfThenElse(a, hn::Add(counts.a, one), counts.a);
    counts.b = hn::IfThenElse(b, hn::Add(counts.b, one), counts.b);
    counts.c = hn::IfThenElse(c, hn::Add(counts.c, one), counts.c);
  }

  /// Hands over what lies in each window.
  void Keep() {
    const std::size_t held = hits_;
    hits_ = 0;
    KeepOf(0, from_.a, width_.a, held);
    KeepOf(1, from_.b, width_.b, held);
    KeepOf(2, from_.c, width_.c, held);
  }

  HWY_INLINE void KeepOf(std::size_t window, VU from, VU width, std::size_t held) {
    if (window >= select_->windows().size()) return;
    const U32 du;
    std::uint32_t* to = part_;
    for (std::size_t i = 0; i < held; i += lanes()) {
      const auto bits = hn::LoadU(du, kept_ + i);
      auto inside = hn::Lt(hn::Sub(bits, from), width);
      if (HWY_UNLIKELY(i + lanes() > held)) inside = hn::And(inside, hn::FirstN(du, held - i));
      hn::StoreU(hn::Compress(bits, inside), du, to);
      to += hn::CountTrue(du, inside);
    }
    select_->keep(window, {part_, to});
  }

  static constexpr std::uint32_t nothing = 0xffffffffu, beyond = 0xfffffffeu;  // bits of no magnitude

  WindowSelect* select_;
  bool tied_ = false;
  Three lo_, from_, width_, tied_lo_, tied_hi_, below_, at_lo_, at_hi_;
  std::size_t hits_ = 0;
  alignas(64) std::uint32_t kept_[2 * chunk_max + 16];
  alignas(64) std::uint32_t part_[2 * chunk_max + 16];
};

/// Two elements a load: their error keys, and their codes joined with the step bins.
HWY_INLINE void CountJoint(const std::uint32_t* HWY_RESTRICT keys, std::size_t n, TileCounters& counters) {
  std::uint32_t* HWY_RESTRICT error = counters.error;
  std::uint32_t* HWY_RESTRICT joint = counters.joint;
  std::size_t i = 0;
  for (; i + 2 <= n; i += 2) {
    std::uint64_t two;
    std::memcpy(&two, keys + i, sizeof two);
    ++error[two & 0xffff];
    ++joint[two >> 16 & 0xffff];
    ++error[two >> 32 & 0xffff];
    ++joint[two >> 48];
  }
  if (i == n) return;
  ++error[keys[i] & 0xffff];
  ++joint[keys[i] >> 16];
}

HWY_INLINE void CountWide(const std::uint32_t* HWY_RESTRICT keys, std::size_t n, TileCounters& counters) {
  for (std::size_t i = 0; i < n; ++i) {
    ++counters.error[keys[i] & 0xffff];
    ++counters.joint[keys[i] >> 16 & 0xff];
    ++counters.code[keys[i] >> 24];
  }
}

/// Sums and counters of elements that are all finite. Twin of add_errors. With kStepless, elements may have no step.
template <bool kStepless = false>
class CountSink {
 public:
  CountSink(const TileTask& task, TileCounters& counters) : task_(task), counters_(counters), windows_(task.windows) {
    const int bits = task.quantizer->codes().bits;
    wide_ = bits > TileCounters::joint_bits;
    stride_ = bits == 0 ? 0.0f : wide_ ? 256.0f : static_cast<float>(TileCounters::stride);
    const VD zero = hn::Zero(F64());
    total_ = {zero, zero, zero, zero, zero, zero};
  }

  static constexpr bool wants_codes = true, wants_steps = true;

  void Scale(float) {}
  void Zero(float) {}
  void Foreign(const RowTile& piece) {
    add_reference_errors(piece, TileTask{task_.quantizer, task_.sums, task_.counters, nullptr, task_.windows});
  }
  void Foreign(const ElementErrors& piece) {
    add_errors(piece, TileTask{task_.quantizer, task_.sums, task_.counters, nullptr, task_.windows});
  }

  /// Lane sums of Σe, Σe², Σw², Σwŵ, Σŵ², max|e|.
  struct State {
    VD e, e2, w2, wq, q2, peak;
  };

  HWY_INLINE State Begin(const float* w, std::size_t n) {
    w_ = w, n_ = n;
    return total_;
  }

  /// `step` is the local Δ of each element, above 0 unless kStepless.
  HWY_INLINE void Vector(State& s, std::size_t i, VF x, const Encoded& encoded, VF step) {
    const F32 d;
    const U32 du;
    const VF y = encoded.value, error = hn::Sub(y, x);
    const auto key = hn::ShiftRight<19>(hn::BitCast(du, error));
    // step_bin() in vectors, joined with the code: small whole numbers, exact in float32. Added to 2^23 they are the
    // low bits of the sum, which spares a conversion.
    const VF t = hn::Floor(hn::Mul(hn::Div(error, step), hn::Set(d, 64.0f)));
    VF bin = hn::Min(hn::Max(t, hn::Set(d, -65.0f)), hn::Set(d, 64.0f));
    if constexpr (kStepless) bin = hn::IfThenElse(hn::Gt(step, hn::Zero(d)), bin, hn::Set(d, 65.0f));
    const VF joint = hn::Add(hn::Add(bin, hn::Mul(encoded.code, hn::Set(d, stride_))), hn::Set(d, 65.0f + 0x1p23f));
    hn::StoreU(hn::Or(key, hn::ShiftLeft<16>(hn::BitCast(du, joint))), du, keys_ + i);
    hn::StoreU(y, d, values_ + i);
    hn::StoreU(error, d, errors_ + i);
    if (HWY_UNLIKELY(!hn::AllFalse(d, encoded.clipped))) clipped_bits_.Store(i, encoded.clipped), clips_ = true;
    Half(s, hn::LowerHalf(x), hn::LowerHalf(y));
    Half(s, hn::UpperHalf(HalfF32(), x), hn::UpperHalf(HalfF32(), y));
  }

  HWY_INLINE void End(const State& s) {
    total_ = s;
    wide_ ? CountWide(keys_, n_, counters_) : CountJoint(keys_, n_, counters_);
    windows_.Add(errors_, n_);
    if (HWY_UNLIKELY(clips_)) Clipped();
    count_ += n_;
  }

  void Finish(ErrorSums& sums) {
    const F64 d;
    windows_.Finish();
    ErrorSums s;
    s.count = count_;
    s.clipped = clipped_;
    s.e = hn::GetLane(hn::SumOfLanes(d, total_.e));
    s.e2 = hn::GetLane(hn::SumOfLanes(d, total_.e2));
    s.e2_clipped = e2_clipped_;
    s.w2 = hn::GetLane(hn::SumOfLanes(d, total_.w2));
    s.wq = hn::GetLane(hn::SumOfLanes(d, total_.wq));
    s.q2 = hn::GetLane(hn::SumOfLanes(d, total_.q2));
    s.max_abs = hn::GetLane(hn::MaxOfLanes(d, total_.peak));
    sums.merge(s);
  }

 private:
  template <class VHalf>
  static HWY_INLINE void Half(State& s, VHalf x, VHalf y) {
    const F64 d;
    const VD w = hn::PromoteTo(d, x), q = hn::PromoteTo(d, y), diff = hn::Sub(q, w);
    s.e = hn::Add(s.e, diff);
    s.e2 = hn::MulAdd(diff, diff, s.e2);
    s.w2 = hn::MulAdd(w, w, s.w2);
    s.wq = hn::MulAdd(w, q, s.wq);
    s.q2 = hn::MulAdd(q, q, s.q2);
    s.peak = hn::Max(s.peak, hn::Abs(diff));
  }

  void Clipped() {
    for (std::size_t i = 0; i < n_; ++i) {
      if (!clipped_bits_.At(i)) continue;
      const double e = static_cast<double>(values_[i]) - static_cast<double>(w_[i]);
      ++clipped_;
      e2_clipped_ += e * e;
      if (task_.counters) ++task_.counters->clipped.counts[keys_[i] & 0xffff];
    }
    clipped_bits_ = {};
    clips_ = false;
  }

  const TileTask& task_;
  TileCounters& counters_;
  float stride_ = 0;
  bool wide_ = false, clips_ = false;
  const float* w_ = nullptr;
  std::size_t n_ = 0;
  std::uint64_t count_ = 0, clipped_ = 0;
  double e2_clipped_ = 0;
  State total_;
  alignas(64) std::uint32_t keys_[chunk_max];  ///< error key, and above it bin + stride * code
  alignas(64) float values_[chunk_max];
  alignas(64) float errors_[chunk_max];
  ClipBits clipped_bits_;
  WindowFiller windows_;
};

/// Fills windows, and nothing else.
class WindowSink {
 public:
  explicit WindowSink(const TileTask& task) : task_(task), windows_(task.windows) {}

  static constexpr bool wants_codes = false, wants_steps = false;

  void Scale(float) {}
  void Zero(float) {}
  void Foreign(const RowTile& piece) {
    add_reference_errors(piece, TileTask{task_.quantizer, nullptr, nullptr, nullptr, task_.windows});
  }
  void Foreign(const ElementErrors& piece) {
    add_errors(piece, TileTask{task_.quantizer, nullptr, nullptr, nullptr, task_.windows});
  }

  struct State {};

  HWY_INLINE State Begin(const float*, std::size_t n) {
    n_ = n;
    return {};
  }
  HWY_INLINE void Vector(State&, std::size_t i, VF x, const Encoded& encoded, VF) {
    hn::StoreU(hn::Sub(encoded.value, x), F32(), errors_ + i);
  }
  HWY_INLINE void End(const State&) { windows_.Add(errors_, n_); }
  void Finish() { windows_.Finish(); }

 private:
  const TileTask& task_;
  std::size_t n_ = 0;
  WindowFiller windows_;
  alignas(64) float errors_[chunk_max];
};

/// Counts |e| into the current targets of a radix selection.
class SelectSink {
 public:
  explicit SelectSink(const TileTask& task) : task_(task), first_(task.select->pass() == 0) {
    RadixSelect& select = *task.select;
    const std::uint32_t sign = 0x80000000u >> select.shift();
    const auto wanted = select.prefixes();
    for (std::size_t t = 0; t < wanted.size() && targets_ < most_targets; ++t) {
      if (!(wanted[t] & sign)) continue;  // no magnitude belongs to it
      prefixes_[targets_] = wanted[t] ^ sign;
      counters_[targets_++] = select.counter(t).data();
    }
    for (std::size_t t = targets_; t > 0 && t < 4; ++t) prefixes_[t] = prefixes_[t - 1];
  }

  static constexpr bool wants_codes = false, wants_steps = false;

  void Scale(float) {}
  void Zero(float) {}
  void Foreign(const RowTile& piece) {
    add_reference_errors(piece, TileTask{task_.quantizer, nullptr, nullptr, task_.select});
  }
  void Foreign(const ElementErrors& piece) {
    add_errors(piece, TileTask{task_.quantizer, nullptr, nullptr, task_.select});
  }

  bool HasTargets() const { return targets_ > 0; }

  /// How many hits wait, and the first four prefixes (the last one repeated where there are fewer).
  struct State {
    std::size_t hits;
    VU p0, p1, p2, p3;
  };

  HWY_INLINE State Begin(const float*, std::size_t n) {
    const U32 du;
    n_ = n;
    return {0, hn::Set(du, prefixes_[0]), hn::Set(du, prefixes_[1]), hn::Set(du, prefixes_[2]),
            hn::Set(du, prefixes_[3])};
  }

  HWY_INLINE void Vector(State& s, std::size_t i, VF x, const Encoded& encoded, VF) {
    first_ ? Pick<19>(s, i, x, encoded.value) : Pick<9>(s, i, x, encoded.value);
  }

  HWY_INLINE void End(const State& s) { first_ ? Count<19, 9>(s.hits) : Count<9, 0>(s.hits); }

 private:
  static constexpr std::size_t most_targets = 16;  // two an error percentile are used

  template <int kShift>
  HWY_INLINE void Pick(State& s, std::size_t i, VF x, VF y) {
    const U32 du;
    const auto bits = hn::BitCast(du, hn::Abs(hn::Sub(y, x))), lead = hn::ShiftRight<kShift>(bits);
    auto wanted =
        hn::Or(hn::Or(hn::Eq(lead, s.p0), hn::Eq(lead, s.p1)), hn::Or(hn::Eq(lead, s.p2), hn::Eq(lead, s.p3)));
    for (std::size_t t = 4; t < targets_; ++t) wanted = hn::Or(wanted, hn::Eq(lead, hn::Set(du, prefixes_[t])));
    if (i + lanes() > n_) wanted = hn::And(wanted, hn::FirstN(du, n_ - i));
    if (kShift == 9 && hn::AllFalse(du, wanted)) return;  // 23 known bits: rare
    hn::StoreU(hn::Compress(bits, wanted), du, hits_ + s.hits);
    s.hits += hn::CountTrue(du, wanted);
  }

  template <int kShift, int kNext>
  HWY_INLINE void Count(std::size_t hits) {
    constexpr std::uint32_t mask = (1u << (kShift - kNext)) - 1;
    for (std::size_t k = 0; k < hits; ++k) {
      std::size_t t = 0;
      while (prefixes_[t] != hits_[k] >> kShift) ++t;
      ++counters_[t][(hits_[k] >> kNext) & mask];
    }
  }

  const TileTask& task_;
  const bool first_;
  std::size_t targets_ = 0, n_ = 0;
  std::uint32_t prefixes_[most_targets] = {};
  std::uint64_t* counters_[most_targets] = {};
  alignas(64) std::uint32_t hits_[chunk_max + 16];
};

/// Fills a QuantizedTile whose arrays have their size.
class StoreSink {
 public:
  StoreSink(const RowQuantizer& quantizer, QuantizedTile& q)
      : quantizer_(quantizer), q_(q), lowest_(quantizer.codes().is_signed ? 1 << (quantizer.codes().bits - 1) : 0) {}

  static constexpr bool wants_codes = true, wants_steps = false;

  void Scale(float scale) { q_.scales.push_back(scale); }
  void Zero(float zero) { q_.zeros.push_back(static_cast<std::uint8_t>(zero)); }
  void Foreign(const RowTile& piece) {
    const QuantizedTile part = quantizer_.quantize(piece);
    std::copy(part.values.begin(), part.values.end(), q_.values.data() + at_);
    if (!q_.codes.empty()) std::copy(part.codes.begin(), part.codes.end(), q_.codes.data() + at_);
    for (std::size_t i = 0; i < part.clipped.size(); ++i) {
      if (part.clipped[i]) Mark(at_ + i);
    }
    q_.scales.insert(q_.scales.end(), part.scales.begin(), part.scales.end());
    q_.zeros.insert(q_.zeros.end(), part.zeros.begin(), part.zeros.end());
    at_ += piece.w.size();
  }

  struct State {};

  HWY_INLINE State Begin(const float*, std::size_t n) {
    n_ = n;
    return {};
  }

  HWY_INLINE void Vector(State&, std::size_t i, VF, const Encoded& encoded, VF) {
    hn::StoreU(encoded.value, F32(), values_ + i);
    if (!q_.codes.empty()) {
      const auto code = hn::Sub(hn::ConvertTo(I32(), encoded.code), hn::Set(I32(), lowest_));
      hn::StoreU(hn::U8FromU32(hn::And(hn::BitCast(U32(), code), hn::Set(U32(), 255))), U8(), codes_ + i);
    }
    clipped_bits_.Store(i, encoded.clipped);
  }

  void End(const State&) {
    std::memcpy(q_.values.data() + at_, values_, n_ * sizeof(float));
    if (!q_.codes.empty()) std::memcpy(q_.codes.data() + at_, codes_, n_);
    for (std::size_t i = 0; i < n_; ++i) {
      if (clipped_bits_.At(i)) Mark(at_ + i);
    }
    at_ += n_;
  }

 private:
  void Mark(std::size_t element) {
    if (q_.clipped.empty()) q_.clipped.resize(q_.values.size());
    q_.clipped[element] = 1;
  }

  const RowQuantizer& quantizer_;
  QuantizedTile& q_;
  const int lowest_;
  std::size_t at_ = 0, n_ = 0;
  alignas(64) float values_[chunk_max];
  alignas(64) std::uint8_t codes_[chunk_max];
  ClipBits clipped_bits_;
};

/// Encodes all rows of the tile into the sink. Encoder: Row(RowTile of one row, sink).
template <class Encoder, class Sink>
HWY_INLINE void WalkRows(const RowTile& tile, Encoder& encoder, Sink& sink) {
  for (std::uint64_t r = 0; r < tile.rows; ++r) {
    encoder.Row(RowTile{tile.w.subspan(r * tile.cols, tile.cols), 1, tile.cols, tile.first_row + r}, sink);
  }
}

/// A tile with room for every value, and for codes where the scheme has them.
inline QuantizedTile RoomFor(const RowQuantizer& quantizer, const RowTile& tile) {
  QuantizedTile q;
  q.rows = tile.rows, q.cols = tile.cols, q.first_row = tile.first_row;
  q.values.resize(tile.w.size());
  if (quantizer.codes().bits > 0) q.codes.resize(tile.w.size());
  return q;
}

/// The tile as one row, for schemes whose blocks run through the flattened tensor.
inline RowTile Flattened(const RowTile& tile) { return {tile.w, 1, tile.w.size(), tile.first_row}; }

/// Does what the task wants: sums and counts, windows, or one selection pass.
template <bool kStepless = false, class Encoder>
void AnalyzeRows(const RowTile& tile, const TileTask& task, Encoder& encoder) {
  if (task.sums || task.counters) {
    TileCounters counters;
    CountSink<kStepless> sink(task, counters);
    WalkRows(tile, encoder, sink);
    ErrorSums sums;
    sink.Finish(sums);
    if (task.sums) task.sums->merge(sums);
    if (task.counters) counters.flush(task.quantizer->codes(), *task.counters);
  }
  if (task.windows && !task.sums && !task.counters) {
    WindowSink sink(task);
    WalkRows(tile, encoder, sink);
    sink.Finish();
  }
  if (task.select && !task.select->done()) {
    SelectSink sink(task);
    if (sink.HasTargets()) WalkRows(tile, encoder, sink);
  }
}

template <class Encoder>
QuantizedTile QuantizeRows(const RowQuantizer& quantizer, const RowTile& tile, Encoder& encoder) {
  QuantizedTile q = RoomFor(quantizer, tile);
  StoreSink sink(quantizer, q);
  WalkRows(tile, encoder, sink);
  return q;
}

#endif  // HWY_TARGET != HWY_SCALAR
}  // namespace HWY_NAMESPACE
}  // namespace quant
HWY_AFTER_NAMESPACE();

#endif  // QUANT_TALLY_INL_H_
