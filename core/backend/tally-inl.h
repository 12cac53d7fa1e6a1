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

HWY_INLINE std::size_t lanes() { return hn::Lanes(F32()); }

/// Whether all values are finite and so small that no error can overflow: |w| < 2^126.
HWY_INLINE bool Tame(const float* w, std::size_t n) {
  const U32 du;
  const std::size_t N = lanes();
  constexpr std::uint32_t magnitude = 0x7fffffffu, limit = 0x7e800000u;
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
  return top < limit;
}

/// The chunk's weights where they can be loaded in whole vectors: themselves, or a padded copy.
HWY_INLINE const float* Padded(const float* w, std::size_t n, float* pad) {
  if (n % lanes() == 0) return w;
  std::memcpy(pad, w, n * sizeof(float));
  std::fill(pad + n, pad + (n + lanes() - 1) / lanes() * lanes(), 0.0f);
  return pad;
}

/// Sums and counters of chunks whose elements are all finite.
class CountSink {
 public:
  CountSink(int code_bits, TileCounters& counters, ErrorCounters& rare)
      : mask_(code_bits <= TileCounters::joint_bits ? (1 << code_bits) - 1 : 0),
        wide_(code_bits > TileCounters::joint_bits),
        counters_(counters),
        rare_(rare) {}

  HWY_INLINE void operator()(const Chunk& c) {
    Vectors(c);
    std::uint32_t* HWY_RESTRICT error = counters_.error;
    std::uint32_t* HWY_RESTRICT joint = counters_.joint;
    for (std::size_t i = 0; i < c.n; ++i) {
      ++error[keys_[i]];
      ++joint[bins_[i]];
    }
    if (wide_) {
      for (std::size_t i = 0; i < c.n; ++i) ++counters_.code[c.codes[i]];
    }
    if (c.clipped) Clipped(c);
    count_ += c.n;
  }

  void Finish(ErrorSums& sums) const {
    const F64 d;
    ErrorSums s;
    s.count = count_;
    s.clipped = clipped_;
    s.e = hn::GetLane(hn::SumOfLanes(d, e_));
    s.e2 = hn::GetLane(hn::SumOfLanes(d, e2_));
    s.e2_clipped = e2_clipped_;
    s.w2 = hn::GetLane(hn::SumOfLanes(d, w2_));
    s.wq = hn::GetLane(hn::SumOfLanes(d, wq_));
    s.q2 = hn::GetLane(hn::SumOfLanes(d, q2_));
    s.max_abs = hn::GetLane(hn::MaxOfLanes(d, peak_));
    sums.merge(s);
  }

 private:
  HWY_INLINE void Vectors(const Chunk& c) {
    const F32 d;
    const U32 du;
    VD e = e_, e2 = e2_, w2 = w2_, wq = wq_, q2 = q2_, peak = peak_;
    VF step = hn::Set(d, c.step);
    const std::size_t N = lanes();
    for (std::size_t i = 0; i < c.n; i += N) {
      const VF x = hn::LoadU(d, c.w + i), y = hn::LoadU(d, c.values + i);
      if (c.steps) step = hn::LoadU(d, c.steps + i);
      const VF error = hn::Sub(y, x);
      const auto key = hn::ShiftRight<19>(hn::BitCast(du, error));
      hn::StoreU(hn::DemoteTo(U16(), hn::BitCast(I32(), key)), U16(), keys_ + i);
      hn::StoreU(hn::DemoteTo(U16(), Bin(error, step, c, i)), U16(), bins_ + i);
      Half(hn::LowerHalf(x), hn::LowerHalf(y), e, e2, w2, wq, q2, peak);
      Half(hn::UpperHalf(HalfF32(), x), hn::UpperHalf(HalfF32(), y), e, e2, w2, wq, q2, peak);
    }
    e_ = e, e2_ = e2, w2_ = w2, wq_ = wq, q2_ = q2, peak_ = peak;
  }

  /// step_bin() in vectors, joined with the code.
  HWY_INLINE hn::Vec<I32> Bin(VF error, VF step, const Chunk& c, std::size_t i) const {
    const F32 d;
    const I32 di;
    const VF t = hn::Floor(hn::Mul(hn::Div(error, step), hn::Set(d, 64.0f)));
    const VF held = hn::Min(hn::Max(t, hn::Set(d, -65.0f)), hn::Set(d, 64.0f));
    const auto bin = hn::Add(hn::ConvertTo(di, held), hn::Set(di, 65));
    if (mask_ == 0) return bin;
    const auto code = hn::And(hn::PromoteTo(di, hn::LoadU(U8(), c.codes + i)), hn::Set(di, mask_));
    return hn::Add(bin, hn::Mul(code, hn::Set(di, static_cast<int>(step_bins))));
  }

  template <class VHalf>
  static HWY_INLINE void Half(VHalf x, VHalf y, VD& e, VD& e2, VD& w2, VD& wq, VD& q2, VD& peak) {
    const F64 d;
    const VD w = hn::PromoteTo(d, x), q = hn::PromoteTo(d, y), diff = hn::Sub(q, w);
    e = hn::Add(e, diff);
    e2 = hn::MulAdd(diff, diff, e2);
    w2 = hn::MulAdd(w, w, w2);
    wq = hn::MulAdd(w, q, wq);
    q2 = hn::MulAdd(q, q, q2);
    peak = hn::Max(peak, hn::Abs(diff));
  }

  void Clipped(const Chunk& c) {
    for (std::size_t i = 0; i < c.n; ++i) {
      if (!c.clipped[i]) continue;
      const double e = static_cast<double>(c.values[i]) - static_cast<double>(c.w[i]);
      ++clipped_;
      e2_clipped_ += e * e;
      ++rare_.clipped.counts[keys_[i]];
    }
  }

  const int mask_;
  const bool wide_;
  TileCounters& counters_;
  ErrorCounters& rare_;
  std::uint64_t count_ = 0, clipped_ = 0;
  double e2_clipped_ = 0;
  VD e_ = hn::Zero(F64()), e2_ = e_, w2_ = e_, wq_ = e_, q2_ = e_, peak_ = e_;
  alignas(64) std::uint16_t keys_[chunk_max];
  alignas(64) std::uint16_t bins_[chunk_max];
};

/// Counts |e| into the current targets of a radix selection.
class SelectSink {
 public:
  explicit SelectSink(RadixSelect& select) : first_(select.pass() == 0) {
    const std::uint32_t sign = 0x80000000u >> select.shift();
    const auto wanted = select.prefixes();
    for (std::size_t t = 0; t < wanted.size() && targets_ < most_targets; ++t) {
      if (!(wanted[t] & sign)) continue;  // no magnitude belongs to it
      prefixes_[targets_] = wanted[t] ^ sign;
      counters_[targets_++] = select.counter(t).data();
    }
  }

  HWY_INLINE void operator()(const Chunk& c) { first_ ? Pick<19, 9>(c) : Pick<9, 0>(c); }

 private:
  static constexpr std::size_t most_targets = 16;  // two an error percentile are used

  template <int kShift, int kNext>
  HWY_INLINE void Pick(const Chunk& c) {
    const F32 d;
    const U32 du;
    const std::size_t N = lanes();
    std::size_t hits = 0;
    for (std::size_t i = 0; i < c.n; i += N) {
      const VF error = hn::Abs(hn::Sub(hn::LoadU(d, c.values + i), hn::LoadU(d, c.w + i)));
      const auto bits = hn::BitCast(du, error), lead = hn::ShiftRight<kShift>(bits);
      auto wanted = hn::Eq(lead, hn::Set(du, prefixes_[0]));
      for (std::size_t t = 1; t < targets_; ++t) wanted = hn::Or(wanted, hn::Eq(lead, hn::Set(du, prefixes_[t])));
      wanted = hn::And(wanted, hn::FirstN(du, c.n - i));
      if (kShift == 9 && hn::AllFalse(du, wanted)) continue;  // 23 known bits: rare
      hn::StoreU(hn::Compress(bits, wanted), du, hits_ + hits);
      hits += hn::CountTrue(du, wanted);
    }
    constexpr std::uint32_t mask = (1u << (kShift - kNext)) - 1;
    for (std::size_t k = 0; k < hits; ++k) {
      std::size_t t = 0;
      while (prefixes_[t] != hits_[k] >> kShift) ++t;
      ++counters_[t][(hits_[k] >> kNext) & mask];
    }
  }

  const bool first_;
  std::size_t targets_ = 0;
  std::uint32_t prefixes_[most_targets] = {};
  std::uint64_t* counters_[most_targets] = {};
  alignas(64) std::uint32_t hits_[chunk_max + 16];
};

/// Copies chunks into a QuantizedTile whose arrays have their size.
class StoreSink {
 public:
  explicit StoreSink(QuantizedTile& q) : q_(q) {}

  void Seek(std::size_t element) { at_ = element; }

  void operator()(const Chunk& c) {
    std::memcpy(q_.values.data() + at_, c.values, c.n * sizeof(float));
    if (c.codes) std::memcpy(q_.codes.data() + at_, c.codes, c.n);
    if (c.clipped) {
      if (q_.clipped.empty()) q_.clipped.resize(q_.values.size());
      std::memcpy(q_.clipped.data() + at_, c.clipped, c.n);
    }
    at_ += c.n;
  }

 private:
  QuantizedTile& q_;
  std::size_t at_ = 0;
};

/// Encodes every tame row into `sink`; the other rows take the reference.
template <class Encoder, class Sink>
HWY_INLINE void WalkRows(const RowTile& tile, const TileTask& task, Encoder& encoder, Sink& sink) {
  for (std::uint64_t r = 0; r < tile.rows; ++r) {
    const float* row = tile.w.data() + r * tile.cols;
    if (Tame(row, tile.cols)) {
      encoder.Row(row, tile.cols, tile.first_row + r, sink);
    } else {
      add_reference_errors(RowTile{tile.w.subspan(r * tile.cols, tile.cols), 1, tile.cols, tile.first_row + r}, task);
    }
  }
}

/// Does what the task wants, with an encoder that has
///   Row(w, cols, row, sink)   calls the sink with the chunks of one tame row, in order.
template <class Encoder>
void AnalyzeRows(const RowTile& tile, const TileTask& task, Encoder& encoder) {
  const CodeForm form = task.quantizer->codes();
  if (task.sums || task.counters) {
    TileCounters counters;
    ErrorCounters unwanted_counters;
    ErrorSums unwanted_sums;
    ErrorCounters& into = task.counters ? *task.counters : unwanted_counters;
    CountSink sink(form.bits, counters, into);
    WalkRows(tile, TileTask{task.quantizer, task.sums, task.counters, nullptr}, encoder, sink);
    sink.Finish(task.sums ? *task.sums : unwanted_sums);
    counters.flush(form.bits, form.is_signed, into);
  }
  if (task.select && !task.select->done()) {
    SelectSink sink(*task.select);
    WalkRows(tile, TileTask{task.quantizer, nullptr, nullptr, task.select}, encoder, sink);
  }
}

#endif  // HWY_TARGET != HWY_SCALAR
}  // namespace HWY_NAMESPACE
}  // namespace quant
HWY_AFTER_NAMESPACE();

#endif  // QUANT_TALLY_INL_H_
