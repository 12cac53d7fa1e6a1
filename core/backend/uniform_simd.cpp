// SIMD versions of rtn and article: min-max of a region, one division and one rounding an element.

#include "core/backend/chunk.h"
#include "core/backend/native_kernel.h"
#include "core/methods/uniform/rtn.h"
#include "core/methods/uniform/uniform.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/backend/uniform_simd.cpp"
#include "hwy/foreach_target.h"
// Highway's order: foreach_target.h before everything that is compiled per target.
#include "core/backend/tally-inl.h"

HWY_BEFORE_NAMESPACE();
namespace quant {
namespace HWY_NAMESPACE {
#if HWY_TARGET == HWY_SCALAR

void AnalyzeUniform(const uniform::Form&, const RowTile& tile, const TileTask& task) { add_reference_errors(tile, task); }
bool StoreUniform(const uniform::Form&, const RowQuantizer&, const RowTile&, QuantizedTile&) { return false; }

#else

/// One row after another; a region's grid is found from its values or taken from Shared.
class UniformEncoder {
 public:
  UniformEncoder(const uniform::Form& form, const RowQuantizer& quantizer)
      : form_(form), region_(quantizer.region()), group_(quantizer.group()), shared_(quantizer.shared()) {}

  /// Where the scales and zeros of row and group regions go; may be null.
  void Collect(std::vector<float>* scales, std::vector<std::uint8_t>* zeros) { scales_ = scales, zeros_ = zeros; }

  template <class Sink>
  HWY_INLINE void Row(const float* w, std::size_t cols, std::uint64_t row, Sink& sink) {
    const std::uint64_t matrix = shared_.rows == 0 ? 0 : row / shared_.rows;
    if (region_ == Region::tensor) {
      return Run(w, cols, {shared_.scales[matrix], shared_.zeros.empty() ? 0 : shared_.zeros[matrix]}, sink);
    }
    if (region_ == Region::column) return Columns(w, cols, matrix * cols, sink);
    const std::size_t run = region_ == Region::group ? group_ : cols;
    for (std::size_t c = 0; c < cols; c += run) {
      const std::size_t n = std::min(run, cols - c);
      const uniform::Grid grid = uniform::grid(form_, Range(w + c, n));
      if (scales_) scales_->push_back(grid.scale);
      if (zeros_) zeros_->push_back(static_cast<std::uint8_t>(grid.zero));
      Run(w + c, n, grid, sink);
    }
  }

 private:
  static HWY_INLINE uniform::Limits Range(const float* w, std::size_t n) {
    const F32 d;
    const std::size_t N = lanes();
    std::size_t i = 0;
    uniform::Limits range{w[0], w[0]};
    if (n >= N) {
      VF lo = hn::LoadU(d, w), hi = lo;
      for (i = N; i + N <= n; i += N) {
        const VF x = hn::LoadU(d, w + i);
        lo = hn::Min(lo, x);
        hi = hn::Max(hi, x);
      }
      range = {hn::GetLane(hn::MinOfLanes(d, lo)), hn::GetLane(hn::MaxOfLanes(d, hi))};
    }
    for (; i < n; ++i) range = {std::min(range.lo, w[i]), std::max(range.hi, w[i])};
    return range;
  }

  template <class Sink>
  HWY_INLINE void Run(const float* w, std::size_t n, uniform::Grid grid, Sink& sink) {
    const F32 d;
    const VF scale = hn::Set(d, grid.scale), zero = hn::Set(d, grid.zero);
    const float inverse = 1.0f / grid.scale;
    const bool multiply = form_.recip && std::isfinite(inverse);
    for (std::size_t c = 0; c < n; c += chunk_max) {
      Chunk chunk = Open(w + c, std::min(chunk_max, n - c));
      bool any = false;
      for (std::size_t i = 0; i < chunk.n; i += lanes()) {
        const VF x = hn::LoadU(d, chunk.w + i);
        const VF quotient = multiply ? hn::Mul(x, hn::Set(d, inverse)) : hn::Div(x, scale);
        any |= Encode(quotient, scale, zero, i);
      }
      chunk.step = grid.scale;
      if (any) chunk.clipped = clipped_;
      sink(chunk);
    }
  }

  template <class Sink>
  HWY_INLINE void Columns(const float* w, std::size_t cols, std::size_t first, Sink& sink) {
    const F32 d;
    for (std::size_t c = 0; c < cols; c += chunk_max) {
      Chunk chunk = Open(w + c, std::min(chunk_max, cols - c));
      chunk.steps = PaddedScales(first + c, chunk.n);
      bool any = false;
      for (std::size_t i = 0; i < chunk.n; i += lanes()) {
        const VF x = hn::LoadU(d, chunk.w + i), scale = hn::LoadU(d, chunk.steps + i);
        const VF quotient = form_.recip ? Reciprocal(x, scale) : hn::Div(x, scale);
        any |= Encode(quotient, scale, shared_.zeros.empty() ? hn::Zero(d) : hn::LoadU(d, zero_pad_ + i), i);
      }
      if (any) chunk.clipped = clipped_;
      sink(chunk);
    }
  }

  /// w·(1/Δ), but w/Δ where the inverse is infinite.
  static HWY_INLINE VF Reciprocal(VF x, VF scale) {
    const F32 d;
    const VF inverse = hn::Div(hn::Set(d, 1.0f), scale);
    return hn::IfThenElse(hn::IsInf(inverse), hn::Div(x, scale), hn::Mul(x, inverse));
  }

  HWY_INLINE Chunk Open(const float* w, std::size_t n) {
    Chunk chunk;
    chunk.w = Padded(w, n, pad_);
    chunk.values = values_;
    chunk.codes = codes_;
    chunk.n = n;
    return chunk;
  }

  /// Column scales and zeros of a chunk, with 1 and 0 behind them.
  HWY_INLINE const float* PaddedScales(std::size_t first, std::size_t n) {
    std::memcpy(scale_pad_, shared_.scales.data() + first, n * sizeof(float));
    std::fill(scale_pad_ + n, scale_pad_ + std::min(chunk_max, n + 16), 1.0f);
    if (!shared_.zeros.empty()) {
      std::memcpy(zero_pad_, shared_.zeros.data() + first, n * sizeof(float));
      std::fill(zero_pad_ + n, zero_pad_ + std::min(chunk_max, n + 16), 0.0f);
    }
    return scale_pad_;
  }

  /// q = clamp(rne(w/Δ) + z), ŵ = (q − z)·Δ of one vector; whether the clamp changed any.
  HWY_INLINE bool Encode(VF quotient, VF scale, VF zero, std::size_t i) {
    const F32 d;
    const I32 di;
    const VF rounded = hn::Add(hn::Round(quotient), zero);
    const VF code = hn::Min(hn::Max(rounded, hn::Set(d, form_.code_lo)), hn::Set(d, form_.code_hi));
    hn::StoreU(hn::Mul(hn::Sub(code, zero), scale), d, values_ + i);
    hn::StoreU(hn::U8FromU32(hn::BitCast(U32(), hn::ConvertTo(di, code))), U8(), codes_ + i);
    const auto clip = hn::Ne(rounded, code);
    const auto flags = hn::IfThenElseZero(hn::RebindMask(di, clip), hn::Set(di, 1));
    hn::StoreU(hn::U8FromU32(hn::BitCast(U32(), flags)), U8(), clipped_ + i);
    return !hn::AllFalse(d, clip);
  }

  const uniform::Form form_;
  const Region region_;
  const std::size_t group_;
  const Shared& shared_;
  std::vector<float>* scales_ = nullptr;
  std::vector<std::uint8_t>* zeros_ = nullptr;
  alignas(64) float pad_[chunk_max];
  alignas(64) float values_[chunk_max];
  alignas(64) float scale_pad_[chunk_max];
  alignas(64) float zero_pad_[chunk_max];
  alignas(64) std::uint8_t codes_[chunk_max];
  alignas(64) std::uint8_t clipped_[chunk_max];
};

void AnalyzeUniform(const uniform::Form& form, const RowTile& tile, const TileTask& task) {
  UniformEncoder encoder(form, *task.quantizer);
  AnalyzeRows(tile, task, encoder);
}

/// Fills one row; false where the row is not tame.
bool StoreUniform(const uniform::Form& form, const RowQuantizer& quantizer, const RowTile& tile, QuantizedTile& q) {
  if (!Tame(tile.w.data(), tile.w.size())) return false;
  UniformEncoder encoder(form, quantizer);
  const bool local = quantizer.region() == Region::row || quantizer.region() == Region::group;
  encoder.Collect(local ? &q.scales : nullptr, local && form.zero_point ? &q.zeros : nullptr);
  StoreSink sink(q);
  for (std::uint64_t r = 0; r < tile.rows; ++r) {
    encoder.Row(tile.w.data() + r * tile.cols, tile.cols, tile.first_row + r, sink);
  }
  return true;
}

#endif  // HWY_TARGET == HWY_SCALAR

const char* TargetInUse() { return hwy::TargetName(HWY_TARGET); }

}  // namespace HWY_NAMESPACE
}  // namespace quant
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace quant {

namespace {

HWY_EXPORT(AnalyzeUniform);
HWY_EXPORT(StoreUniform);
HWY_EXPORT(TargetInUse);

class UniformKernel final : public NativeKernel {
 public:
  bool offers(const Method& method) const override { return method.id == "rtn"; }

  bool runs(const RowQuantizer& quantizer) const override {
    const Scheme& scheme = quantizer.scheme();
    return offers(scheme.method()) && scheme.word("range") == "minmax";
  }

  void analyze(const RowTile& tile, const TileTask& task) const override {
    HWY_DYNAMIC_DISPATCH(AnalyzeUniform)(form_of(task.quantizer->scheme()), tile, task);
  }

  QuantizedTile quantize(const RowQuantizer& quantizer, const RowTile& tile) const override {
    QuantizedTile q;
    q.rows = tile.rows, q.cols = tile.cols, q.first_row = tile.first_row;
    q.values.resize(tile.w.size());
    q.codes.resize(tile.w.size());
    if (HWY_DYNAMIC_DISPATCH(StoreUniform)(form_of(quantizer.scheme()), quantizer, tile, q)) return q;
    return quantizer.quantize(tile);
  }

 private:
  static uniform::Form form_of(const Scheme& scheme) { return rtn_form(scheme); }
};

}  // namespace

const char* native_target() { return HWY_DYNAMIC_DISPATCH(TargetInUse)(); }

const NativeKernel& uniform_kernel() {
  static const UniformKernel kernel;
  return kernel;
}

}  // namespace quant
#endif  // HWY_ONCE
