// Block types whose bytes follow from a search: one RowQuantizer for all of them.

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/methods/gguf/blocks.h"
#include "core/methods/importance.h"
#include "core/tensor/calibration.h"

namespace quant::gguf {
namespace {

/// Bytes of a stored block.
std::uint64_t bytes_of_block(const PackedType& type) { return info(type.dtype).block_bits / 8; }
std::uint64_t elements_of_block(const PackedType& type) { return info(type.dtype).block; }

class ReferenceRows final : public PackedRows {
 public:
  ReferenceRows(Scheme scheme, const PackedType& type, std::vector<float> importance, std::uint64_t rows)
      : scheme_(std::move(scheme)), type_(type) {
    shared_.importance = std::move(importance);
    shared_.rows = rows;
    levels_.assign(type.levels.begin(), type.levels.end());
    std::sort(levels_.begin(), levels_.end());
  }

  const Scheme& scheme() const override { return scheme_; }
  CodeForm codes() const override { return {type_.bits, type_.is_signed}; }
  Region region() const override { return Region::group; }
  std::uint64_t group() const override { return type_.sub; }
  const Shared& shared() const override { return shared_; }
  std::span<const float> codebook() const override { return type_.levels; }

  const PackedType& type() const override { return type_; }
  std::span<const float> importance_of(std::uint64_t row, std::uint64_t cols) const override;
  QuantizedTile unpacked(const RowTile& tile, std::vector<std::uint8_t> packed) const override;

  QuantizedTile quantize(const RowTile& tile) const override;
  void dequantize(QuantizedTile& q) const override;
  void steps(const RowTile& tile, const QuantizedTile& q, std::span<float> out) const override;
  std::uint64_t stored_bytes(const MatrixShape& shape) const override {
    return shape.elements() / elements_of_block(type_) * bytes_of_block(type_);
  }
  std::vector<std::uint8_t> pack(const QuantizedTile& whole) const override { return whole.packed; }

 private:
  void unpack(QuantizedTile& q) const;
  void mark_clipped(std::span<const float> w, QuantizedTile& q) const;
  void gaps_around(const float* w, float scale, float* out) const;

  Scheme scheme_;
  const PackedType& type_;
  Shared shared_;              ///< importance alone; none = the plain variant
  std::vector<float> levels_;  ///< of the type, ascending
};

std::span<const float> ReferenceRows::importance_of(std::uint64_t row, std::uint64_t cols) const {
  const std::span<const float> all = shared_.importance;
  return all.size() <= cols ? all : all.subspan(row / shared_.rows * cols, cols);
}

QuantizedTile ReferenceRows::quantize(const RowTile& tile) const { return encode_tile(*this, tile, type_.encode); }

QuantizedTile ReferenceRows::unpacked(const RowTile& tile, std::vector<std::uint8_t> packed) const {
  QuantizedTile q = tile_like(tile);
  q.packed = std::move(packed);
  unpack(q);
  dequantize(q);
  mark_clipped(tile.w, q);
  return q;
}

void ReferenceRows::unpack(QuantizedTile& q) const {
  const std::uint64_t n = q.rows * q.cols, block = elements_of_block(type_), bytes = bytes_of_block(type_);
  const std::uint64_t subs = block / type_.sub;
  q.codes.resize(n);
  q.scales.resize(n / type_.sub);
  if (type_.has_minima) q.minima.resize(q.scales.size());
  for (std::uint64_t b = 0; b < n / block; ++b)
    type_.unpack(q.packed.data() + b * bytes,
                 {std::span(q.codes).subspan(b * block, block), std::span(q.scales).subspan(b * subs, subs),
                  type_.has_minima ? std::span(q.minima).subspan(b * subs, subs) : std::span<float>{}});
}

/// ŵ of a sub-block; the subtraction of a minimum of 0 changes nothing.
void decode_sub(const PackedType& type, const std::uint8_t* codes, float scale, float least, float* out) {
  if (!type.levels.empty()) {
    for (std::size_t i = 0; i < type.sub; ++i) out[i] = scale * type.levels[codes[i]];
  } else if (type.is_signed) {
    for (std::size_t i = 0; i < type.sub; ++i) out[i] = scale * float(std::int8_t(codes[i]));
  } else {
    for (std::size_t i = 0; i < type.sub; ++i) out[i] = scale * float(codes[i]) - least;
  }
}

void ReferenceRows::dequantize(QuantizedTile& q) const {
  q.values.resize(q.codes.size());
  for (std::size_t s = 0; s < q.scales.size(); ++s)
    decode_sub(type_, q.codes.data() + s * type_.sub, q.scales[s], type_.has_minima ? q.minima[s] : 0.0f,
               q.values.data() + s * type_.sub);
}

void ReferenceRows::steps(const RowTile& tile, const QuantizedTile& q, std::span<float> out) const {
  for (std::size_t s = 0; s < q.scales.size(); ++s) {
    float* const step = out.data() + s * type_.sub;
    if (levels_.empty() || q.scales[s] == 0)
      std::fill_n(step, type_.sub, std::fabs(q.scales[s]));
    else
      gaps_around(tile.w.data() + s * type_.sub, q.scales[s], step);
  }
}

/// The distance of the two neighbouring levels around each weight of a sub-block, of the outermost two beyond them: the
/// inner levels at or below it are counted, one after the other for all weights.
void ReferenceRows::gaps_around(const float* w, float scale, float* out) const {
  constexpr std::size_t sub = 32;
  std::array<float, sub> v;
  std::array<std::int32_t, sub> cell{};
  for (std::size_t i = 0; i < sub; ++i) v[i] = w[i] / scale;
  for (std::size_t k = 1; k + 1 < levels_.size(); ++k) {
    const float level = levels_[k];
    for (std::size_t i = 0; i < sub; ++i) cell[i] += level <= v[i];
  }
  for (std::size_t i = 0; i < sub; ++i) {
    const float* const below = levels_.data() + cell[i];
    out[i] = (below[1] - below[0]) * std::fabs(scale);
  }
}

/// Marks what lies outside [from, to]; whether any does. `n` is a multiple of 16, which become one vector.
bool mark_outside(const float* w, std::size_t n, float from, float to, std::uint8_t* marks) {
  unsigned any = 0;
  for (std::size_t at = 0; at < n; at += 16) {
    std::array<std::uint8_t, 16> out;
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = std::uint8_t((w[at + i] < from) | (w[at + i] > to));
    for (const std::uint8_t one : out) any |= one;
    std::copy(out.begin(), out.end(), marks + at);
  }
  return any != 0;
}

/// Weights further than half a step outside the values of their sub-block.
void ReferenceRows::mark_clipped(std::span<const float> w, QuantizedTile& q) const {
  q.clipped.resize(w.size());
  const float low = levels_.empty() ? (type_.is_signed ? -float(1 << (type_.bits - 1)) : 0.0f) : levels_.front();
  const float high = levels_.empty() ? low + float((1 << type_.bits) - 1) : levels_.back();
  const float low_half = levels_.empty() ? 0.5f : (levels_[1] - levels_[0]) / 2;
  const float high_half = levels_.empty() ? 0.5f : (high - levels_[levels_.size() - 2]) / 2;
  const std::size_t sub = type_.sub;
  bool any = false;
  for (std::size_t s = 0; s < q.scales.size(); ++s) {
    const float scale = q.scales[s], least = q.minima.empty() ? 0.0f : q.minima[s];
    if (scale == 0) continue;
    float from = (low - low_half) * scale - least, to = (high + high_half) * scale - least;
    if (scale < 0) std::swap(from, to);
    any |= mark_outside(w.data() + s * sub, sub, from, to, q.clipped.data() + s * sub);
  }
  if (!any) q.clipped.clear();
}

class PackedQuantizer final : public Quantizer {
 public:
  PackedQuantizer(Scheme scheme, const PackedType& type) : scheme_(std::move(scheme)), type_(type) {}
  const Scheme& scheme() const override { return scheme_; }

  Result<std::unique_ptr<RowQuantizer>> fit(TensorFacts& facts, const Calibration* calibration,
                                            JobContext& job) const override {
    QUANT_CHECK(check_suits({elements_of_block(type_), type_.largest, type_.fallback}, scheme_, facts, job));
    std::vector<float> importance;
    if (type_.has_weighted_variant && scheme_.flag("imatrix")) {
      QUANT_TRY(found, column_importance(scheme_, "imatrix", facts.view(), calibration));
      importance = std::move(found);
    }
    return std::make_unique<ReferenceRows>(scheme_, type_, std::move(importance), facts.view().matrix().rows);
  }

 private:
  Scheme scheme_;
  const PackedType& type_;
};

/// Calls visit(first element, codes, scale, minimum) for each sub-block of the stored blocks of `elements`.
template <class Visit>
void each_sub_block(const PackedType& type, std::span<const std::byte> in, std::size_t elements, Visit visit) {
  std::uint8_t codes[256];
  float scales[16], minima[16];
  const std::uint64_t block = elements_of_block(type), bytes = bytes_of_block(type), subs = block / type.sub;
  const auto* stored = reinterpret_cast<const std::uint8_t*>(in.data());
  for (std::size_t at = 0; at < elements; at += block, stored += bytes) {
    type.unpack(stored, {{codes, block}, {scales, subs}, {minima, subs}});
    for (std::size_t s = 0; s < subs; ++s)
      visit(at + s * type.sub, codes + s * type.sub, scales[s], type.has_minima ? minima[s] : 0.0f);
  }
}

/// Stored blocks of `type` as values.
template <const PackedType& type>
void decode(std::span<const std::byte> in, std::span<float> out) {
  each_sub_block(type, in, out.size(), [&](std::size_t at, const std::uint8_t* codes, float scale, float least) {
    decode_sub(type, codes, scale, least, out.data() + at);
  });
}

}  // namespace

std::unique_ptr<Quantizer> make(const Scheme& scheme, const PackedType& type) {
  return std::make_unique<PackedQuantizer>(scheme, type);
}

QuantizedTile encode_tile(const PackedRows& rows, const RowTile& tile, const RowEncoder& encode) {
  const std::uint64_t row_bytes = tile.cols / elements_of_block(rows.type()) * bytes_of_block(rows.type());
  std::vector<std::uint8_t> packed(tile.rows * row_bytes);
  if (tile.rows == 0 || rows.importance_of(tile.first_row, tile.cols).empty()) {
    encode(tile.w, {}, packed);
  } else {
    for (std::uint64_t r = 0; r < tile.rows; ++r)
      encode(tile.w.subspan(r * tile.cols, tile.cols), rows.importance_of(tile.first_row + r, tile.cols),
             std::span(packed).subspan(r * row_bytes, row_bytes));
  }
  return rows.unpacked(tile, std::move(packed));
}

const PackedType* packed_type_of(DType dtype) {
  static constexpr std::array all = {&q4_0_weighted, &q4_1_type,  &q5_0_type,  &q5_1_type, &q8_0_stored, &q2_k_type,
                                     &q3_k_type,     &q4_k_type,  &q5_k_type,  &q6_k_type, &iq4_nl_type, &iq4_xs_type,
                                     &mxfp4_type,    &nvfp4_type, &tq1_0_type, &tq2_0_type};
  const auto found = std::ranges::find(all, dtype, [](const PackedType* type) { return type->dtype; });
  return found == all.end() ? nullptr : *found;
}

void read_codes(const PackedType& type, std::span<const std::byte> in, StoredCodes& out) {
  each_sub_block(type, in, out.codes.size(), [&](std::size_t at, const std::uint8_t* codes, float scale, float least) {
    const float zero = scale != 0 ? least / scale : 0.0f;
    for (std::size_t i = 0; i < type.sub; ++i)
      out.set(at + i, type.is_signed ? std::int8_t(codes[i]) : codes[i], scale, zero);
  });
}

Decoder decoder_of(DType dtype) {
  switch (dtype) {
    case DType::q4_0: return decode_q4_0;
    case DType::q8_0: return decode_q8_0;
    case DType::q4_1: return decode<q4_1_type>;
    case DType::q5_0: return decode<q5_0_type>;
    case DType::q5_1: return decode<q5_1_type>;
    case DType::q2_k: return decode<q2_k_type>;
    case DType::q3_k: return decode<q3_k_type>;
    case DType::q4_k: return decode<q4_k_type>;
    case DType::q5_k: return decode<q5_k_type>;
    case DType::q6_k: return decode<q6_k_type>;
    case DType::iq4_nl: return decode<iq4_nl_type>;
    case DType::iq4_xs: return decode<iq4_xs_type>;
    case DType::mxfp4: return decode<mxfp4_type>;
    case DType::nvfp4: return decode<nvfp4_type>;
    case DType::tq1_0: return decode<tq1_0_type>;
    case DType::tq2_0: return decode<tq2_0_type>;
    case DType::iq1_s: return decode_iq1_s;
    case DType::iq1_m: return decode_iq1_m;
    case DType::iq2_xxs: return decode_iq2_xxs;
    case DType::iq2_xs: return decode_iq2_xs;
    case DType::iq2_s: return decode_iq2_s;
    case DType::iq3_xxs: return decode_iq3_xxs;
    case DType::iq3_s: return decode_iq3_s;
    default: return nullptr;
  }
}

}  // namespace quant::gguf
