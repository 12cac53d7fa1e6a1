#pragma once
// K-quants with minima, q2_k, q4_k and q5_k: one algorithm with three sets of constants.

#include "core/methods/gguf/blocks.h"
#include "core/methods/gguf/search.h"

namespace quant::gguf {

struct KConstants {
  Steps plain;         ///< of the plain search; N is the largest code
  int scale_top = 63;  ///< largest stored scale and minimum of a sub-block
  bool spread = true;  ///< plain weights are √(Σx²/n) + |x| of a sub-block, else |x|
  float variance = 2;  ///< σ² of the weighted variant is this times Σx² / 256
};

/// A super-block before it is packed: ŵ = f(d)·scales[j]·q − f(dmin)·minima[j].
struct KBlock {
  std::uint16_t d = 0, dmin = 0;
  std::array<std::uint8_t, 16> scales{}, minima{};
  std::array<std::uint8_t, 256> codes{};
};

/// One of these types, with what fast versions share: all but the search.
struct KType {
  KConstants constants;
  std::size_t sub = 32;     ///< elements of a sub-block
  std::size_t bytes = 144;  ///< of a stored super-block
  void (*pack)(const KBlock& from, std::uint8_t* block) = nullptr;
};
extern const KType q2_k_blocks, q4_k_blocks, q5_k_blocks;

/// What is searched under importance.
Steps weighted_steps(const KConstants& k);

/// Scales and minima of all sub-blocks as the search finds them, and the sums of their weights.
struct KFound {
  std::array<float, 16> scales{}, minima{}, weights{};
};
/// d, dmin and the stored scales and minima.
void store_scales(const KType& type, bool weighted, const KFound& found, KBlock& out);

/// Rows of such a type; `importance` is empty for the plain variant.
void encode_k(const KType& type, std::span<const float> row, std::span<const float> importance,
              std::span<std::uint8_t> out);

/// 6-bit scales and minima of eight sub-blocks in 12 bytes (q4_k, q5_k).
void pack_six_bits(std::span<const std::uint8_t> scales, std::span<const std::uint8_t> minima, std::uint8_t* out);
/// From the 16 bytes d, dmin, 12 bytes of them: d·sc and dmin·mn of each sub-block.
void unpack_six_bits(const std::uint8_t* block, const Unpacked& out);

/// Nibbles of q4_k and q5_k: of 64 elements the first 32 low, the others high.
void pack_nibbles_64(std::span<const std::uint8_t> codes, std::uint8_t* out);
void unpack_nibbles_64(const std::uint8_t* in, std::span<std::uint8_t> codes);

}  // namespace quant::gguf
