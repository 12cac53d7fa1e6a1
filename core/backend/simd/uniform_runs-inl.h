// Per target (Highway): several uniform grids on the same rows or groups. What they share is found once: ranges and
// Σw². What remains is the loop over a run: no division, since two products enclose each quotient.

#if defined(QUANT_UNIFORM_RUNS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef QUANT_UNIFORM_RUNS_INL_H_
#undef QUANT_UNIFORM_RUNS_INL_H_
#else
#define QUANT_UNIFORM_RUNS_INL_H_
#endif

#include <limits>

#include "core/backend/simd/tally-inl.h"
#include "core/methods/uniform/uniform.h"

HWY_BEFORE_NAMESPACE();
namespace quant {
namespace HWY_NAMESPACE {
#if HWY_TARGET != HWY_SCALAR

/// Smallest and largest value; false where the run is not tame.
HWY_INLINE bool RangeOf(std::span<const float> w, uniform::Limits& range) {
  const F32 d;
  const std::size_t N = lanes();
  std::size_t i = 0;
  range = {w[0], w[0]};
  if (w.size() >= N) {
    VF lo = hn::LoadU(d, w.data()), hi = lo;
    for (i = N; i + N <= w.size(); i += N) {
      const VF x = hn::LoadU(d, w.data() + i);
      lo = hn::Min(lo, x);
      hi = hn::Max(hi, x);
    }
    range = {hn::GetLane(hn::MinOfLanes(d, lo)), hn::GetLane(hn::MaxOfLanes(d, hi))};
  }
  for (; i < w.size(); ++i) range = {std::min(range.lo, w[i]), std::max(range.hi, w[i])};
  return LargestBits(w.data(), w.size()) < tame_bits;
}

/// Rows or groups of a tile, whole vectors each: their ranges, and Σw² of those that are tame.
class TileRuns {
 public:
  TileRuns(const RowTile& tile, std::size_t run) : tile_(tile), run_(run), squares_(hn::Zero(F64())) {
    const std::size_t all = tile.rows * ((tile.cols + run - 1) / run);
    for (auto* ends : {&lo_, &hi_}) ends->resize((all + lanes() - 1) / lanes() * lanes());
    tame_.resize(all);
    Each([&](std::span<const float> w, std::uint64_t, std::size_t number) HWY_ATTR {
      uniform::Limits range;
      tame_[number] = RangeOf(w, range);
      lo_[number] = range.lo, hi_[number] = range.hi;
      if (!tame_[number]) return;
      Square(w);
      count_ += w.size();
    });
  }

  /// Calls visit(values, row of the tensor, number) for every run.
  template <class Visit>
  HWY_INLINE void Each(const Visit& visit) const {
    std::size_t number = 0;
    for (std::uint64_t r = 0; r < tile_.rows; ++r) {
      for (std::size_t c = 0; c < tile_.cols; c += run_, ++number) {
        visit(tile_.w.subspan(r * tile_.cols + c, std::min<std::size_t>(run_, tile_.cols - c)), tile_.first_row + r,
              number);
      }
    }
  }

  std::size_t size() const { return tame_.size(); }
  bool tame(std::size_t number) const { return tame_[number]; }
  /// Of every run, and some behind the last one: whole vectors can be loaded.
  const float* lo() const { return lo_.data(); }
  const float* hi() const { return hi_.data(); }
  std::uint64_t count() const { return count_; }  ///< elements of tame runs
  double squares() const { return hn::GetLane(hn::SumOfLanes(F64(), squares_)); }

 private:
  HWY_INLINE void Square(std::span<const float> w) {
    const F64 d;
    VD total = squares_;
    for (std::size_t i = 0; i < w.size(); i += lanes()) {
      const VF x = hn::LoadU(F32(), w.data() + i);
      const VD low = hn::PromoteTo(d, hn::LowerHalf(x)), high = hn::PromoteTo(d, hn::UpperHalf(HalfF32(), x));
      total = hn::MulAdd(low, low, total);
      total = hn::MulAdd(high, high, total);
    }
    squares_ = total;
  }

  const RowTile& tile_;
  const std::size_t run_;
  std::vector<float> lo_, hi_;
  std::vector<std::uint8_t> tame_;
  std::uint64_t count_ = 0;
  VD squares_;
};

/// The grids of a form on all runs of a tile, with products that enclose quotients by their scale: w·below and w·above
/// lie on the two sides of w/Δ.
class RunGrids {
 public:
  RunGrids(const uniform::Form& form, const TileRuns& runs) {
    const std::size_t n = runs.size(), room = (n + lanes() - 1) / lanes() * lanes();
    for (auto* values : {&scale_, &zero_, &below_, &above_}) values->resize(room);
    const bool plain = form.decimals < 0 && !form.half_scale;
    for (std::size_t r = 0; !plain && r < n; ++r) {
      const uniform::Grid grid = uniform::grid(form, {runs.lo()[r], runs.hi()[r]});
      scale_[r] = grid.scale, zero_[r] = grid.zero;
    }
    for (std::size_t r = 0; r < room; r += lanes()) {
      if (plain) Plain(form, runs, r);
      Enclose(r);
    }
  }

  float scale(std::size_t run) const { return scale_[run]; }
  float zero(std::size_t run) const { return zero_[run]; }
  float below(std::size_t run) const { return below_[run]; }
  float above(std::size_t run) const { return above_[run]; }

 private:
  /// uniform::grid of tame runs.
  HWY_INLINE void Plain(const uniform::Form& form, const TileRuns& runs, std::size_t r) {
    const F32 d;
    const VF none = hn::Zero(d);
    VF lo = hn::LoadU(d, runs.lo() + r), hi = hn::LoadU(d, runs.hi() + r);
    if (form.widen) lo = hn::Min(lo, none), hi = hn::Max(hi, none);
    const bool magnitude = form.span == uniform::Form::Span::magnitude;
    const VF extent = magnitude ? hn::Max(hn::Abs(lo), hn::Abs(hi)) : hn::Sub(hi, lo);
    VF scale = hn::Div(extent, hn::Set(d, form.divisor));
    scale = hn::IfThenElse(hn::Eq(scale, none), hn::Set(d, 1.0f), scale);
    hn::StoreU(scale, d, scale_.data() + r);
    if (!form.zero_point) return;
    const VF zero = hn::Round(hn::Div(hn::Neg(lo), scale));
    hn::StoreU(hn::Min(hn::Max(zero, hn::Set(d, form.code_lo)), hn::Set(d, form.code_hi)), d, zero_.data() + r);
  }

  /// Outside of these scales, products could underflow where quotients do not: NaN agrees with nothing.
  HWY_INLINE void Enclose(std::size_t r) {
    const F32 d;
    const VF scale = hn::LoadU(d, scale_.data() + r), inverse = hn::Div(hn::Set(d, 1.0f), scale);
    const MF fits = hn::And(hn::Ge(scale, hn::Set(d, 0x1p-100f)), hn::Le(scale, hn::Set(d, 1.0f)));
    hn::StoreU(hn::Mul(inverse, hn::Set(d, 1 - 0x1p-22f)), d, below_.data() + r);
    const VF above = hn::Mul(inverse, hn::Set(d, 1 + 0x1p-22f));
    hn::StoreU(hn::IfThenElse(fits, above, hn::Set(d, std::numeric_limits<float>::quiet_NaN())), d, above_.data() + r);
  }

  std::vector<float> scale_, zero_, below_, above_;
};

/// A grid in registers.
struct RunGrid {
  RunGrid(const RunGrids& grids, std::size_t run) {
    const F32 d;
    const VF steps = hn::Set(d, 64.0f);
    scale = hn::Set(d, grids.scale(run)), zero = hn::Set(d, grids.zero(run));
    below = hn::Set(d, grids.below(run)), above = hn::Set(d, grids.above(run));
    step_below = hn::Mul(below, steps), step_above = hn::Mul(above, steps);
  }
  VF scale, zero, below, above, step_below, step_above;
};

/// What a form's codes are counted by, in registers.
struct CodeRange {
  CodeRange(const uniform::Form& form, float stride_of_codes) {
    const F32 d;
    const float lowest = form.code_lo < 0 ? -static_cast<float>(1 << (form.bits - 1)) : 0.0f;
    lo = hn::Set(d, form.code_lo), hi = hn::Set(d, form.code_hi), stride = hn::Set(d, stride_of_codes);
    base = hn::Set(d, 65.0f + 0x1p23f - lowest * stride_of_codes);
  }
  VF lo, hi, stride, base;
};

/// Sums, counts and windows of one grid on the runs of a tile. Twin of UniformEncoder and CountSink: ŵ = w + e, so that
/// Σwe takes the place of Σwŵ and Σŵ².
class RunTally {
 public:
  RunTally(const uniform::Form& form, const TileTask& task, TileCounters& counters)
      : form_(form),
        task_(task),
        counters_(counters),
        wide_(form.bits > TileCounters::joint_bits),
        codes_(form, wide_ ? 256.0f : static_cast<float>(TileCounters::stride)),
        windows_(task.windows) {}

  void operator()(const TileRuns& runs) {
    const VD zero = hn::Zero(F64());
    State state{zero, zero, zero, hn::Zero(F32())};
    const RunGrids grids(form_, runs);
    runs.Each([&](std::span<const float> w, std::uint64_t row, std::size_t number) HWY_ATTR {
      if (!runs.tame(number)) {
        add_reference_errors({w, 1, w.size(), row},
                             {task_.quantizer, task_.sums, task_.counters, nullptr, task_.windows});
        return;
      }
      const RunGrid grid(grids, number);
      for (std::size_t i = 0; i < w.size();) {
        const std::size_t part = std::min(w.size() - i, chunk_max - held_);
        Part(grid, w.data() + i, part, state);
        i += part, held_ += part;
        if (held_ == chunk_max) Count();
      }
    });
    Count();
    windows_.Finish();
    Finish(state, runs);
  }

 private:
  /// Lane sums of Σe, Σe², Σwe, and max|e|.
  struct State {
    VD e, e2, we;
    VF peak;
  };

  /// What the sums and counters take of a vector.
  struct Errors {
    VF e;          ///< rounded to float32
    VD low, high;  ///< the same in double
    VU key;        ///< error key, and above it bin + stride · code
  };

  HWY_INLINE void Part(const RunGrid& grid, const float* w, std::size_t n, State& state) {
    const F32 d;
    const F64 dd;
    const CodeRange codes = codes_;
    State s = state;
    for (std::size_t i = 0; i < n; i += lanes()) {
      const VF x = hn::LoadU(d, w + i);
      const VF nearest = hn::Round(hn::Mul(x, grid.below)), rounded = hn::Add(nearest, grid.zero);
      const VF code = hn::Min(hn::Max(rounded, codes.lo), codes.hi);
      const VF e = hn::Sub(hn::Mul(hn::Sub(code, grid.zero), grid.scale), x);
      const VF step = hn::Floor(hn::Mul(e, grid.step_below));
      const auto sure = hn::And(hn::And(hn::Eq(nearest, hn::Round(hn::Mul(x, grid.above))), hn::Eq(rounded, code)),
                                hn::Eq(step, hn::Floor(hn::Mul(e, grid.step_above))));
      Errors errors;
      if (HWY_LIKELY(hn::AllTrue(d, sure))) {
        // w lies between ŵ/2 and 2ŵ, or ŵ is 0: the difference in float32 is exact.
        errors = {e, hn::PromoteTo(dd, hn::LowerHalf(e)), hn::PromoteTo(dd, hn::UpperHalf(HalfF32(), e)),
                  Key(codes, e, step, code)};
        s.peak = hn::Max(s.peak, hn::Abs(e));
      } else {
        errors = Exactly(grid, x);
      }
      hn::StoreU(errors.key, U32(), keys_ + held_ + i);
      hn::StoreU(errors.e, d, errors_ + held_ + i);
      s.e = hn::Add(s.e, errors.low);
      s.e2 = hn::MulAdd(errors.low, errors.low, s.e2);
      s.we = hn::MulAdd(hn::PromoteTo(dd, hn::LowerHalf(x)), errors.low, s.we);
      s.e = hn::Add(s.e, errors.high);
      s.e2 = hn::MulAdd(errors.high, errors.high, s.e2);
      s.we = hn::MulAdd(hn::PromoteTo(dd, hn::UpperHalf(HalfF32(), x)), errors.high, s.we);
    }
    state = s;
  }

  /// step_bin() joined with the code: small whole numbers, exact in float32. Added to 2^23 they are the low bits of the
  /// sum, which spares a conversion.
  static HWY_INLINE VU Key(const CodeRange& codes, VF e, VF step, VF code) {
    const U32 du;
    const VF joint = hn::MulAdd(code, codes.stride, hn::Add(step, codes.base));
    return hn::Or(hn::ShiftRight<19>(hn::BitCast(du, e)), hn::ShiftLeft<16>(hn::BitCast(du, joint)));
  }

  /// A vector where a quotient lies next to a boundary, or where codes are clipped.
  HWY_NOINLINE Errors Exactly(const RunGrid& grid, VF x) {
    const F32 d;
    const F64 dd;
    const CodeRange& codes = codes_;
    const VF rounded = hn::Add(hn::Round(hn::Div(x, grid.scale)), grid.zero);
    const VF code = hn::Min(hn::Max(rounded, codes.lo), codes.hi);
    const VF y = hn::Mul(hn::Sub(code, grid.zero), grid.scale), e = hn::Sub(y, x);
    const VF t = hn::Floor(hn::Mul(hn::Div(e, grid.scale), hn::Set(d, 64.0f)));
    const VF step = hn::Min(hn::Max(t, hn::Set(d, -65.0f)), hn::Set(d, 64.0f));
    const Errors errors = {
        e, hn::Sub(hn::PromoteTo(dd, hn::LowerHalf(y)), hn::PromoteTo(dd, hn::LowerHalf(x))),
        hn::Sub(hn::PromoteTo(dd, hn::UpperHalf(HalfF32(), y)), hn::PromoteTo(dd, hn::UpperHalf(HalfF32(), x))),
        Key(codes, e, step, code)};
    AddRare(errors, hn::Ne(rounded, code));
    return errors;
  }

  /// Clipped elements, and max|e| in double.
  HWY_INLINE void AddRare(const Errors& errors, MF clipped) {
    const F64 dd;
    max_abs_ = std::max(max_abs_, hn::GetLane(hn::MaxOfLanes(dd, hn::Max(hn::Abs(errors.low), hn::Abs(errors.high)))));
    if (hn::AllFalse(F32(), clipped)) return;
    alignas(64) double e[16];
    alignas(64) std::uint32_t keys[16];
    hn::Store(errors.low, dd, e);
    hn::Store(errors.high, dd, e + lanes() / 2);
    hn::Store(errors.key, U32(), keys);
    ClipBits bits;
    bits.Store(0, clipped);
    for (std::size_t k = 0; k < lanes(); ++k) {
      if (!bits.At(k)) continue;
      ++clipped_;
      e2_clipped_ += e[k] * e[k];
      if (task_.counters) ++task_.counters->clipped.counts[keys[k] & 0xffff];
    }
  }

  HWY_INLINE void Count() {
    wide_ ? CountWide(keys_, held_, counters_) : CountJoint(keys_, held_, counters_);
    windows_.Add(errors_, held_);
    held_ = 0;
  }

  void Finish(const State& state, const TileRuns& runs) {
    if (!task_.sums) return;
    const F64 d;
    const double e2 = hn::GetLane(hn::SumOfLanes(d, state.e2)), we = hn::GetLane(hn::SumOfLanes(d, state.we));
    const double w2 = runs.squares(), peak = hn::GetLane(hn::MaxOfLanes(F32(), state.peak));
    ErrorSums s;
    s.count = runs.count();
    s.clipped = clipped_;
    s.e = hn::GetLane(hn::SumOfLanes(d, state.e));
    s.e2 = e2, s.e2_clipped = e2_clipped_;
    s.w2 = w2, s.wq = w2 + we, s.q2 = (w2 + we) + (we + e2);
    s.max_abs = std::max(max_abs_, peak);
    task_.sums->merge(s);
  }

  const uniform::Form& form_;
  const TileTask& task_;
  TileCounters& counters_;
  const bool wide_;
  const CodeRange codes_;
  std::size_t held_ = 0;
  std::uint64_t clipped_ = 0;
  double e2_clipped_ = 0, max_abs_ = 0;
  alignas(64) std::uint32_t keys_[chunk_max];
  alignas(64) float errors_[chunk_max];
  WindowFiller windows_;
};

#endif  // HWY_TARGET != HWY_SCALAR
}  // namespace HWY_NAMESPACE
}  // namespace quant
HWY_AFTER_NAMESPACE();

#endif  // QUANT_UNIFORM_RUNS_INL_H_
