// SIMD versions of q2_k … q6_k, plain and under importance: the searches of many sub-blocks side by side, then codes.

#include <array>

#include "core/backend/simd/native_coder.h"
#include "core/methods/gguf/k_minimum.h"
#include "core/methods/gguf/k_symmetric.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/backend/simd/kquant_simd.cpp"
#include "hwy/foreach_target.h"
// Highway's order: foreach_target.h before everything that is compiled per target.
#include "core/backend/simd/gguf_search-inl.h"

HWY_BEFORE_NAMESPACE();
namespace quant {
namespace HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR

void EncodeMinimum(const gguf::KType& type, std::span<const float> x, std::span<const float> importance,
                   std::span<std::uint8_t> out) {
  gguf::encode_k(type, x, importance, out);
}
void EncodeSymmetric(const gguf::SymmetricType& type, std::span<const float> x, std::span<const float> importance,
                     std::span<std::uint8_t> out) {
  gguf::encode_symmetric(type, x, importance, out);
}

#else
namespace gs_k {
using namespace gs;

constexpr std::size_t super = 256, at_once = 2;  // two super-blocks have a sub-block of 32 for each of sixteen lanes
constexpr std::size_t groups_at_once = at_once * super / 16;

/// What the searches of two super-blocks find, by sub-block; room for whole vectors.
struct Chunk {
  alignas(64) float scale[groups_at_once + max_lanes], least[groups_at_once + max_lanes],
      weight[groups_at_once + max_lanes], inverse[groups_at_once + max_lanes], base[groups_at_once + max_lanes];
  std::uint8_t codes[at_once * super];  ///< of q3_k's descent, which no inverse gives
};

HWY_INLINE void Keep(const Found& found, std::size_t group, Chunk& to) {
  const F32 d;
  hn::StoreU(found.scale, d, to.scale + group);
  hn::StoreU(found.least, d, to.least + group);
  hn::StoreU(found.inverse, d, to.inverse + group);
  hn::StoreU(found.base, d, to.base + group);
}

template <std::size_t sub>
HWY_INLINE void KeepWeights(const Batch<sub>& w, std::size_t group, Chunk& to) {
  VF sum = Zero();
  for (std::size_t i = 0; i < sub; ++i) sum = hn::Add(sum, w[i]);
  hn::StoreU(sum, F32(), to.weight + group);
}

/// √(Σx²/n) + |x|, or |x|.
template <std::size_t sub>
HWY_INLINE void PlainWeights(const Batch<sub>& x, bool spread, Batch<sub>& w) {
  VF squares = Zero();
  for (std::size_t i = 0; i < sub; ++i) squares = hn::Add(squares, hn::Mul(x[i], x[i]));
  const VF base = spread ? hn::Sqrt(hn::Div(squares, Set(static_cast<float>(sub)))) : Zero();
  for (std::size_t i = 0; i < sub; ++i) w[i] = hn::Add(base, hn::Abs(x[i]));
}

template <std::size_t sub, bool absolute>
HWY_NOINLINE bool SearchMinimum(const gguf::KType& type, const float* x, const float* w, std::size_t groups,
                                Chunk& out) {
  const gguf::Steps steps = w ? gguf::weighted_steps(type.constants) : type.constants.plain;
  bool exact = true;
  for (std::size_t g = 0; g < groups; g += lanes()) {
    Batch<sub> bx, bw;
    SideBySide(x + g * sub, std::min(groups - g, lanes()), bx);
    if (w)
      SideBySide(w + g * sub, std::min(groups - g, lanes()), bw);
    else
      PlainWeights(bx, type.constants.spread, bw);
    Found found;
    exact = Qkx<absolute>(steps, bx, bw, found) && exact;
    Keep(found, g, out);
    if (w) KeepWeights(bw, g, out);
  }
  return exact;
}

HWY_NOINLINE void SearchSymmetric(int N, const float* x, const float* w, std::size_t groups, Chunk& out) {
  for (std::size_t g = 0; g < groups; g += lanes()) {
    Batch<16> bx, bw;
    SideBySide(x + g * 16, std::min(groups - g, lanes()), bx);
    if (w)
      SideBySide(w + g * 16, std::min(groups - g, lanes()), bw);
    else
      Multiply(bx, bx, bw);
    Keep(Qx(N, bx, bw), g, out);
    if (w) KeepWeights(bw, g, out);
  }
}

HWY_NOINLINE void SearchDescent(const float* x, std::size_t groups, Chunk& out) {
  for (std::size_t g = 0; g < groups; g += lanes()) {
    Batch<16> bx, codes;
    SideBySide(x + g * 16, std::min(groups - g, lanes()), bx);
    hn::StoreU(Q3(bx, codes), F32(), out.scale + g);
    std::uint8_t side[16 * max_lanes];
    for (std::size_t i = 0; i < 16; ++i) StoreCodes(codes[i], side + i * lanes());
    for (std::size_t k = 0; k < std::min(groups - g, lanes()); ++k)
      for (std::size_t i = 0; i < 16; ++i) out.codes[(g + k) * 16 + i] = side[i * lanes() + k];
  }
}

/// Codes of n neighbours from the stored scale and minimum.
HWY_INLINE void EncodeStored(const float* x, std::size_t n, float step, float least, float lo, float hi,
                             std::uint8_t* codes) {
  for (std::size_t i = 0; i < n; i += lanes()) {
    const VF v = hn::Div(hn::Add(hn::LoadU(F32(), x + i), Set(least)), Set(step));
    StoreCodes(hn::Sub(Clamp(RneBits(v), lo, hi), Set(lo)), codes + i);
  }
}

/// Codes of n neighbours as the search left them.
HWY_INLINE void EncodeFound(const float* x, std::size_t n, float inverse, float base, float lo, float hi,
                            std::uint8_t* codes) {
  if (inverse == 0) return void(std::fill_n(codes, n, std::uint8_t{0}));
  for (std::size_t i = 0; i < n; i += lanes()) {
    const VF v = hn::Mul(Set(inverse), hn::Sub(hn::LoadU(F32(), x + i), Set(base)));
    StoreCodes(hn::Sub(Clamp(RneBits(v), lo, hi), Set(lo)), codes + i);
  }
}

HWY_INLINE void FinishMinimum(const gguf::KType& type, bool weighted, const float* x, const Chunk& found,
                              std::size_t first, std::uint8_t* out) {
  const std::size_t subs = super / type.sub;
  gguf::KFound block;
  std::copy_n(found.scale + first, subs, block.scales.begin());
  std::copy_n(found.least + first, subs, block.minima.begin());
  if (weighted) std::copy_n(found.weight + first, subs, block.weights.begin());
  gguf::KBlock stored;
  gguf::store_scales(type, weighted, block, stored);
  const float d = gguf::from_half(stored.d), dmin = gguf::from_half(stored.dmin);
  const auto top = static_cast<float>(type.constants.plain.N);
  for (std::size_t j = 0; j < subs; ++j) {
    const float step = d * static_cast<float>(stored.scales[j]), least = dmin * static_cast<float>(stored.minima[j]);
    std::uint8_t* const codes = stored.codes.data() + j * type.sub;
    if (step != 0)
      EncodeStored(x + j * type.sub, type.sub, step, least, 0, top, codes);
    else
      EncodeFound(x + j * type.sub, type.sub, found.inverse[first + j], found.base[first + j], 0, top, codes);
  }
  type.pack(stored, out);
}

HWY_INLINE void FinishSymmetric(const gguf::SymmetricType& type, bool weighted, const float* x, const Chunk& found,
                                std::size_t first, std::uint8_t* out) {
  gguf::SymmetricFound block;
  std::copy_n(found.scale + first, 16, block.scales.begin());
  if (weighted) std::copy_n(found.weight + first, 16, block.weights.begin());
  gguf::SymmetricBlock stored;
  type.store_scales(weighted, block, stored);
  const float d = gguf::from_half(stored.d), lo = static_cast<float>(-type.N), hi = static_cast<float>(type.N - 1);
  for (std::size_t j = 0; j < 16 && !stored.empty; ++j) {
    const float step = d * static_cast<float>(stored.scales[j]);
    std::uint8_t* const codes = stored.codes.data() + j * 16;
    if (step != 0)
      EncodeStored(x + j * 16, 16, step, 0, lo, hi, codes);
    else if (type.descends && !weighted)
      std::copy_n(found.codes + (first + j) * 16, 16, codes);
    else
      EncodeFound(x + j * 16, 16, found.inverse[first + j], 0, lo, hi, codes);
  }
  type.pack(stored, out);
}

/// Calls visit(weights of two super-blocks or of the last one, what they count in the search or null, their importance,
/// their bytes).
template <class Weigh, class Visit>
HWY_INLINE void EachChunk(std::span<const float> x, std::span<const float> importance, std::span<std::uint8_t> out,
                          std::size_t bytes, Weigh weigh, Visit visit) {
  std::array<float, at_once * super> w;
  for (std::size_t at = 0; at < x.size(); at += at_once * super) {
    const std::size_t n = std::min(at_once * super, x.size() - at);
    const auto part = x.subspan(at, n), counts = importance.empty() ? importance : importance.subspan(at, n);
    for (std::size_t k = 0; k < counts.size(); k += super)
      weigh(part.subspan(k, super), counts.subspan(k, super), std::span(w).subspan(k, super));
    visit(part, counts.empty() ? nullptr : w.data(), counts, out.subspan(at / super * bytes, n / super * bytes));
  }
}

}  // namespace gs_k

void EncodeMinimum(const gguf::KType& type, std::span<const float> x, std::span<const float> importance,
                   std::span<std::uint8_t> out) {
  using namespace gs_k;
  const auto search = type.sub == 32                                        ? SearchMinimum<32, false>
                      : type.constants.plain.absolute && importance.empty() ? SearchMinimum<16, true>
                                                                            : SearchMinimum<16, false>;
  const auto weigh = [&](std::span<const float> part, std::span<const float> counts, std::span<float> w) {
    gguf::weigh(part, counts, type.constants.variance * gguf::sum_of_squares(part) / static_cast<float>(super), w);
  };
  EachChunk(x, importance, out, type.bytes, weigh, [&](auto part, const float* w, auto counts, auto to) {
    Chunk found;
    const std::size_t subs = super / type.sub;
    if (!search(type, part.data(), w, part.size() / type.sub, found)) return gguf::encode_k(type, part, counts, to);
    for (std::size_t k = 0; k < part.size() / super; ++k)
      FinishMinimum(type, w != nullptr, part.data() + k * super, found, k * subs, to.data() + k * type.bytes);
  });
}

void EncodeSymmetric(const gguf::SymmetricType& type, std::span<const float> x, std::span<const float> importance,
                     std::span<std::uint8_t> out) {
  using namespace gs_k;
  EachChunk(x, importance, out, type.bytes, type.weigh, [&](auto part, const float* w, auto, auto to) {
    Chunk found;
    if (type.descends && !w)
      SearchDescent(part.data(), part.size() / 16, found);
    else
      SearchSymmetric(type.N, part.data(), w, part.size() / 16, found);
    for (std::size_t k = 0; k < part.size() / super; ++k)
      FinishSymmetric(type, w != nullptr, part.data() + k * super, found, k * 16, to.data() + k * type.bytes);
  });
}

#endif  // HWY_TARGET == HWY_SCALAR
}  // namespace HWY_NAMESPACE
}  // namespace quant
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace quant {

namespace {

HWY_EXPORT(EncodeMinimum);
HWY_EXPORT(EncodeSymmetric);

class KQuantCoder final : public NativeCoder {
 public:
  bool runs(const RowQuantizer& quantizer) const override {
    const auto* rows = dynamic_cast<const gguf::PackedRows*>(&quantizer);
    return rows && (minimum_type(*rows) || symmetric_type(*rows));
  }

  QuantizedTile quantize(const RowQuantizer& quantizer, const RowTile& tile) const override {
    const auto& rows = dynamic_cast<const gguf::PackedRows&>(quantizer);
    if (const gguf::KType* type = minimum_type(rows))
      return gguf::encode_tile(rows, tile, [type](auto x, auto importance, auto out) {
        HWY_DYNAMIC_DISPATCH(EncodeMinimum)(*type, x, importance, out);
      });
    return gguf::encode_tile(rows, tile, [type = symmetric_type(rows)](auto x, auto importance, auto out) {
      HWY_DYNAMIC_DISPATCH(EncodeSymmetric)(*type, x, importance, out);
    });
  }

 private:
  static const gguf::KType* minimum_type(const gguf::PackedRows& rows) {
    switch (rows.type().dtype) {
      case DType::q2_k: return &gguf::q2_k_blocks;
      case DType::q4_k: return &gguf::q4_k_blocks;
      case DType::q5_k: return &gguf::q5_k_blocks;
      default: return nullptr;
    }
  }
  static const gguf::SymmetricType* symmetric_type(const gguf::PackedRows& rows) {
    switch (rows.type().dtype) {
      case DType::q3_k: return &gguf::q3_k_blocks;
      case DType::q6_k: return &gguf::q6_k_blocks;
      default: return nullptr;
    }
  }
};

}  // namespace

const NativeCoder& kquant_coder() {
  static const KQuantCoder coder;
  return coder;
}

}  // namespace quant
#endif  // HWY_ONCE
