// Vector statistics of every method: the scalar reference quantizes a tile, what it decodes to is counted in vectors.

#include "core/backend/chunk.h"
#include "core/backend/simd/native_coder.h"
#include "core/backend/simd/native_kernel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/backend/simd/decoded_simd.cpp"
#include "hwy/foreach_target.h"
// Highway's order: foreach_target.h before everything that is compiled per target.
#include "core/backend/simd/tally-inl.h"

HWY_BEFORE_NAMESPACE();
namespace quant {
namespace HWY_NAMESPACE {
#if HWY_TARGET == HWY_SCALAR

void AnalyzeDecoded(const RowTile& tile, const TileTask& task) { add_reference_errors(tile, task); }

#else

/// Quantizes a tile a few rows at a time, so that what they decode to stays in a second-level cache, and hands that out
/// chunk by chunk of the flattened elements.
class DecodedEncoder {
 public:
  DecodedEncoder(const RowQuantizer& quantizer, const RowTile& tile, bool wants_counts)
      : quantizer_(quantizer), tile_(tile), wants_counts_(wants_counts), form_(quantizer.codes()) {
    const std::uint64_t alignment = quantizer.row_alignment(tile.cols);
    const std::uint64_t cols = std::max<std::uint64_t>(1, tile.cols);
    rows_ = alignment * std::max<std::uint64_t>(1, piece_weights / (cols * alignment));
  }

  template <class Sink>
  HWY_INLINE void Row(const RowTile&, Sink& sink) {
    for (std::uint64_t r = 0; r < tile_.rows; r += rows_) {
      const std::uint64_t count = std::min(rows_, tile_.rows - r);
      const RowTile piece{tile_.w.subspan(r * tile_.cols, count * tile_.cols), count, tile_.cols, tile_.first_row + r};
      Decode(piece);
      Chunks(piece.w, sink);
    }
  }

 private:
  static constexpr std::uint64_t piece_weights = 1 << 15;  // with values, steps, codes and marks half of a 1 MiB L2

  void Decode(const RowTile& piece) {
    q_ = native_quantize(quantizer_, piece);
    coded_ = form_.bits == 0 || !q_.codes.empty();
    steps_.resize(piece.w.size());
    if (wants_counts_) quantizer_.steps(piece, q_, steps_);
    // Whole vectors can be loaded from every position.
    const std::size_t room = (piece.w.size() + lanes() - 1) / lanes() * lanes();
    q_.values.resize(room);
    steps_.resize(room);
    if (!q_.codes.empty()) q_.codes.resize(room);
    if (!q_.clipped.empty()) q_.clipped.resize(room);
  }

  template <class Sink>
  HWY_INLINE void Chunks(std::span<const float> w, Sink& sink) {
    for (std::size_t at = 0; at < w.size(); at += chunk_max) {
      const std::size_t n = std::min(chunk_max, w.size() - at);
      const float* from = w.data() + at;
      IsTame(from, at, n) ? Chunk(Padded(from, n, pad_), at, n, sink) : sink.Foreign(Piece(w, at, n));
    }
  }

  /// Whether weights, values and their differences are finite, and codes are what the form says.
  HWY_INLINE bool IsTame(const float* w, std::size_t at, std::size_t n) const {
    return coded_ && LargestBits(w, n) < tame_bits && LargestBits(q_.values.data() + at, n) < tame_bits &&
           (q_.codes.empty() || form_.bits == 0 || CodesFit(at, n));
  }

  HWY_INLINE bool CodesFit(std::size_t at, std::size_t n) const {
    const U32 du;
    auto all = hn::Zero(du);
    for (std::size_t i = 0; i < n; i += lanes()) all = hn::Or(all, Code(at + i));
    return hn::AllTrue(du, hn::Lt(all, hn::Set(du, 1u << form_.bits)));
  }

  /// Codes from the lowest one on.
  HWY_INLINE VU Code(std::size_t i) const {
    const U32 du;
    const auto code = hn::PromoteTo(du, hn::LoadU(U8(), q_.codes.data() + i));
    if (!form_.is_signed) return code;
    return hn::And(hn::Add(code, hn::Set(du, 1u << (form_.bits - 1))), hn::Set(du, 255u));
  }

  ElementErrors Piece(std::span<const float> w, std::size_t at, std::size_t n) const {
    const auto part = [&](const auto& values) {
      return values.empty() ? std::span(values) : std::span(values).subspan(at, n);
    };
    return {w.subspan(at, n), part(q_.values), part(q_.codes), part(q_.clipped), part(steps_)};
  }

  template <class Sink>
  HWY_INLINE void Chunk(const float* from, std::size_t at, std::size_t n, Sink& sink) {
    const F32 d;
    const bool coded = Sink::wants_codes && form_.bits > 0, clips = !q_.clipped.empty();
    auto state = sink.Begin(from, n);
    for (std::size_t i = 0; i < n; i += lanes()) {
      Encoded encoded{hn::LoadU(d, q_.values.data() + at + i), hn::Zero(d), hn::MaskFromVec(hn::Zero(d))};
      if (coded) encoded.code = hn::ConvertTo(d, hn::BitCast(I32(), Code(at + i)));
      if (clips) encoded.clipped = Clipped(at + i);
      sink.Vector(state, i, hn::LoadU(d, from + i), encoded, hn::LoadU(d, steps_.data() + at + i));
    }
    sink.End(state);
  }

  HWY_INLINE MF Clipped(std::size_t i) const {
    const U32 du;
    const auto marks = hn::PromoteTo(du, hn::LoadU(U8(), q_.clipped.data() + i));
    return hn::RebindMask(F32(), hn::Ne(marks, hn::Zero(du)));
  }

  const RowQuantizer& quantizer_;
  const RowTile& tile_;
  const bool wants_counts_;
  const CodeForm form_;
  std::uint64_t rows_ = 1;  ///< of a piece
  QuantizedTile q_;         ///< of the piece at hand
  bool coded_ = false;      ///< whether there is a code for every element, where the form has codes
  std::vector<float> steps_;
  alignas(64) float pad_[chunk_max];
};

void AnalyzeDecoded(const RowTile& tile, const TileTask& task) {
  DecodedEncoder encoder(*task.quantizer, tile, task.sums || task.counters);
  AnalyzeRows<true>(Flattened(tile), task, encoder);
}

#endif  // HWY_TARGET == HWY_SCALAR
}  // namespace HWY_NAMESPACE
}  // namespace quant
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace quant {

namespace {

HWY_EXPORT(AnalyzeDecoded);

class DecodedKernel final : public NativeKernel {
 public:
  bool runs(const RowQuantizer&) const override { return true; }
  void analyze(const RowTile& tile, const TileTask& task) const override {
    HWY_DYNAMIC_DISPATCH(AnalyzeDecoded)(tile, task);
  }
  QuantizedTile quantize(const RowQuantizer& quantizer, const RowTile& tile) const override {
    return native_quantize(quantizer, tile);
  }
};

}  // namespace

const NativeKernel& decoded_kernel() {
  static const DecodedKernel kernel;
  return kernel;
}

}  // namespace quant
#endif  // HWY_ONCE
