// SIMD versions of rtn and article: min-max of a region, one division and one rounding an element.

#include "core/backend/chunk.h"
#include "core/backend/simd/native_kernel.h"
#include "core/methods/uniform/article.h"
#include "core/methods/uniform/rtn.h"
#include "core/methods/uniform/uniform.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/backend/simd/uniform_simd.cpp"
#include "hwy/foreach_target.h"
// Highway's order: foreach_target.h before everything that is compiled per target.
#include "core/backend/simd/uniform_runs-inl.h"

HWY_BEFORE_NAMESPACE();
namespace quant {
namespace HWY_NAMESPACE {
#if HWY_TARGET == HWY_SCALAR

void AnalyzeUniform(const uniform::Form&, const RowTile& tile, const TileTask& task) {
  add_reference_errors(tile, task);
}
void AnalyzeUniformRuns(std::span<const uniform::Form>, const RowTile& tile, std::span<const TileTask> tasks) {
  for (const TileTask& task : tasks) add_reference_errors(tile, task);
}
QuantizedTile QuantizeUniform(const uniform::Form&, const RowQuantizer& quantizer, const RowTile& tile) {
  return quantizer.quantize(tile);
}

#else

/// A region's grid is found from its values or taken from Shared; then one quotient and one rounding an element.
class UniformEncoder {
 public:
  UniformEncoder(const uniform::Form& form, const RowQuantizer& quantizer)
      : form_(form),
        region_(quantizer.region()),
        group_(quantizer.group()),
        shared_(quantizer.shared()),
        code_lo_(form.code_lo < 0 ? -static_cast<float>(1 << (form.bits - 1)) : 0.0f) {}

  template <class Sink>
  HWY_INLINE void Row(const RowTile& row, Sink& sink) {
    const float* w = row.w.data();
    const bool is_shared = region_ == Region::tensor || region_ == Region::column;
    if (is_shared && LargestBits(w, row.cols) >= tame_bits) return sink.Foreign(row);
    const std::uint64_t matrix = shared_.rows == 0 ? 0 : row.first_row / shared_.rows;
    if (region_ == Region::tensor) {
      return Run(w, row.cols, {shared_.scales[matrix], shared_.zeros.empty() ? 0 : shared_.zeros[matrix]}, sink);
    }
    if (region_ == Region::column) return Columns(w, row.cols, matrix * row.cols, sink);
    const std::size_t run = region_ == Region::group ? group_ : row.cols;
    for (std::size_t c = 0; c < row.cols; c += run) {
      LocalRun(RowTile{row.w.subspan(c, std::min(run, row.cols - c)), 1, std::min(run, row.cols - c), row.first_row},
               sink);
    }
  }

 private:
  /// A row or group, with its own range. One that is not tame goes to the reference as a row of its own.
  template <class Sink>
  HWY_INLINE void LocalRun(const RowTile& run, Sink& sink) {
    uniform::Limits range;
    if (!RangeFor(run.w, range)) return sink.Foreign(run);
    const uniform::Grid grid = uniform::grid(form_, range);
    sink.Scale(grid.scale);
    if (form_.zero_point) sink.Zero(grid.zero);
    Run(run.w.data(), run.cols, grid, sink);
  }

  HWY_INLINE bool RangeFor(std::span<const float> w, uniform::Limits& range) const {
    return form_.span == uniform::Form::Span::magnitude ? Magnitude(w, range) : RangeOf(w, range);
  }

  /// max|w| as the range that grid() takes it from.
  static HWY_INLINE bool Magnitude(std::span<const float> w, uniform::Limits& range) {
    const std::uint32_t bits = LargestBits(w.data(), w.size());
    std::memcpy(&range.hi, &bits, sizeof bits);
    return bits < tame_bits;
  }

  template <class Sink>
  HWY_INLINE void Run(const float* w, std::size_t n, uniform::Grid grid, Sink& sink) {
    const float inverse = 1.0f / grid.scale;
    form_.recip&& std::isfinite(inverse) ? RunBy<true>(w, n, grid, inverse, sink)
                                         : RunBy<false>(w, n, grid, inverse, sink);
  }

  template <bool kMultiply, class Sink>
  HWY_INLINE void RunBy(const float* w, std::size_t n, uniform::Grid grid, float inverse, Sink& sink) {
    const F32 d;
    const VF scale = hn::Set(d, grid.scale), zero = hn::Set(d, grid.zero), factor = hn::Set(d, inverse);
    for (std::size_t c = 0; c < n; c += chunk_max) {
      const std::size_t part = std::min(chunk_max, n - c);
      const float* from = Padded(w + c, part, pad_);
      auto state = sink.Begin(from, part);
      for (std::size_t i = 0; i < part; i += lanes()) {
        const VF x = hn::LoadU(d, from + i);
        sink.Vector(state, i, x, Encode(kMultiply ? hn::Mul(x, factor) : hn::Div(x, scale), scale, zero), scale);
      }
      sink.End(state);
    }
  }

  template <class Sink>
  HWY_INLINE void Columns(const float* w, std::size_t cols, std::size_t first, Sink& sink) {
    const F32 d;
    for (std::size_t c = 0; c < cols; c += chunk_max) {
      const std::size_t part = std::min(chunk_max, cols - c);
      const float* from = Padded(w + c, part, pad_);
      PadScales(first + c, part);
      auto state = sink.Begin(from, part);
      for (std::size_t i = 0; i < part; i += lanes()) {
        const VF x = hn::LoadU(d, from + i), scale = hn::Load(d, scale_pad_ + i), zero = hn::Load(d, zero_pad_ + i);
        sink.Vector(state, i, x, Encode(form_.recip ? Reciprocal(x, scale) : hn::Div(x, scale), scale, zero), scale);
      }
      sink.End(state);
    }
  }

  /// w·(1/Δ), but w/Δ where the inverse is infinite.
  static HWY_INLINE VF Reciprocal(VF x, VF scale) {
    const F32 d;
    const VF inverse = hn::Div(hn::Set(d, 1.0f), scale);
    return hn::IfThenElse(hn::IsInf(inverse), hn::Div(x, scale), hn::Mul(x, inverse));
  }

  /// Column scales and zeros of a chunk, with 1 and 0 behind them.
  HWY_INLINE void PadScales(std::size_t first, std::size_t n) {
    std::memcpy(scale_pad_, shared_.scales.data() + first, n * sizeof(float));
    std::fill(scale_pad_ + n, scale_pad_ + std::min(chunk_max, n + 16), 1.0f);
    std::fill(zero_pad_, zero_pad_ + std::min(chunk_max, n + 16), 0.0f);
    if (!shared_.zeros.empty()) std::memcpy(zero_pad_, shared_.zeros.data() + first, n * sizeof(float));
  }

  /// q = clamp(rne(w/Δ) + z), ŵ = (q − z)·Δ.
  HWY_INLINE Encoded Encode(VF quotient, VF scale, VF zero) const {
    const F32 d;
    const VF rounded = hn::Add(hn::Round(quotient), zero);
    const VF code = hn::Min(hn::Max(rounded, hn::Set(d, form_.code_lo)), hn::Set(d, form_.code_hi));
    return {hn::Mul(hn::Sub(code, zero), scale), hn::Sub(code, hn::Set(d, code_lo_)), hn::Ne(rounded, code)};
  }

  const uniform::Form form_;
  const Region region_;
  const std::size_t group_;
  const Shared& shared_;
  const float code_lo_;
  alignas(64) float pad_[chunk_max];
  alignas(64) float scale_pad_[chunk_max];
  alignas(64) float zero_pad_[chunk_max];
};

void AnalyzeUniform(const uniform::Form& form, const RowTile& tile, const TileTask& task) {
  UniformEncoder encoder(form, *task.quantizer);
  AnalyzeRows(tile, task, encoder);
}

/// Schemes whose runs are the same: ranges and Σw² once for all.
void AnalyzeUniformRuns(std::span<const uniform::Form> forms, const RowTile& tile, std::span<const TileTask> tasks) {
  const RowQuantizer& first = *tasks.front().quantizer;
  const std::size_t run = first.region() == Region::group ? first.group() : tile.cols;
  const bool counts = std::all_of(tasks.begin(), tasks.end(), [](const TileTask& t) { return t.sums && t.counters; });
  if (!counts || run % lanes() != 0 || tile.cols % lanes() != 0) {
    for (std::size_t k = 0; k < tasks.size(); ++k) AnalyzeUniform(forms[k], tile, tasks[k]);
    return;
  }
  const TileRuns runs(tile, run);
  for (std::size_t k = 0; k < tasks.size(); ++k) {
    TileCounters counters;
    RunTally(forms[k], tasks[k], counters)(runs);
    counters.flush(tasks[k].quantizer->codes(), *tasks[k].counters);
  }
}

QuantizedTile QuantizeUniform(const uniform::Form& form, const RowQuantizer& quantizer, const RowTile& tile) {
  UniformEncoder encoder(form, quantizer);
  return QuantizeRows(quantizer, tile, encoder);
}

#endif  // HWY_TARGET == HWY_SCALAR

}  // namespace HWY_NAMESPACE
}  // namespace quant
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace quant {

namespace {

HWY_EXPORT(AnalyzeUniform);
HWY_EXPORT(AnalyzeUniformRuns);
HWY_EXPORT(QuantizeUniform);

class UniformKernel final : public NativeKernel {
 public:
  bool runs(const RowQuantizer& quantizer) const override {
    const Scheme& scheme = quantizer.scheme();
    return scheme.method().id == "article" || (scheme.method().id == "rtn" && scheme.word("range") == "minmax");
  }

  void analyze(const RowTile& tile, const TileTask& task) const override {
    HWY_DYNAMIC_DISPATCH(AnalyzeUniform)(form_of(task.quantizer->scheme()), tile, task);
  }

  void analyze_all(const RowTile& tile, std::span<const TileTask> tasks) const override {
    std::vector<TileTask> rest(tasks.begin(), tasks.end());
    while (!rest.empty()) {
      const RowQuantizer& first = *rest.front().quantizer;
      const auto end = std::stable_partition(rest.begin(), rest.end(), [&](const TileTask& task) {
        return task.quantizer == &first || same_runs(*task.quantizer, first);
      });
      analyze_alike(tile, std::span(rest.begin(), end));
      rest.erase(rest.begin(), end);
    }
  }

  QuantizedTile quantize(const RowQuantizer& quantizer, const RowTile& tile) const override {
    return HWY_DYNAMIC_DISPATCH(QuantizeUniform)(form_of(quantizer.scheme()), quantizer, tile);
  }

 private:
  static void analyze_alike(const RowTile& tile, std::span<const TileTask> tasks) {
    std::vector<uniform::Form> forms;
    for (const TileTask& task : tasks) forms.push_back(form_of(task.quantizer->scheme()));
    if (tasks.size() == 1) return HWY_DYNAMIC_DISPATCH(AnalyzeUniform)(forms.front(), tile, tasks.front());
    HWY_DYNAMIC_DISPATCH(AnalyzeUniformRuns)(forms, tile, tasks);
  }

  /// Whether their rows or groups are the same. Σŵ² of the shared sums is a difference: not for schemes that may clip
  /// nearly all of a weight.
  static bool same_runs(const RowQuantizer& a, const RowQuantizer& b) {
    const bool local = a.region() == Region::row || a.region() == Region::group;
    return local && a.region() == b.region() && a.group() == b.group() && covers(form_of(a.scheme())) &&
           covers(form_of(b.scheme()));
  }
  static bool covers(const uniform::Form& form) {
    return !form.half_scale && !form.recip && (form.span == uniform::Form::Span::magnitude || form.widen);
  }

  static uniform::Form form_of(const Scheme& scheme) {
    return scheme.method().id == "article" ? article_form(scheme) : rtn_form(scheme);
  }
};

}  // namespace

const NativeKernel& uniform_kernel() {
  static const UniformKernel kernel;
  return kernel;
}

}  // namespace quant
#endif  // HWY_ONCE
