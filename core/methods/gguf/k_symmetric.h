#pragma once
// K-quants without minima, q3_k and q6_k: what they share with fast versions, that is, all but the search.

#include "core/methods/gguf/blocks.h"
#include "core/methods/gguf/search.h"

namespace quant::gguf {

/// A super-block before it is packed: ŵ = f(d)·scales[j]·(q − N).
struct SymmetricBlock {
  bool empty = false;  ///< stored as zero bytes
  std::uint16_t d = 0;
  std::array<std::int8_t, 16> scales{};
  std::array<std::uint8_t, 256> codes{};  ///< offset by N
};

/// Scales of the 16 sub-blocks as the search finds them, and the sums of their weights.
struct SymmetricFound {
  std::array<float, 16> scales{}, weights{};
};

struct SymmetricType {
  int N = 32;               ///< codes are −N … N − 1
  std::size_t bytes = 210;  ///< of a stored super-block
  bool descends = false;    ///< whether the plain search is q3, which leaves codes of its own
  /// What errors count in the search under importance; x are the 256 weights.
  void (*weigh)(std::span<const float> x, std::span<const float> importance, std::span<float> w) = nullptr;
  /// d and the stored scales; whether the block is empty.
  void (*store_scales)(bool weighted, const SymmetricFound& found, SymmetricBlock& out) = nullptr;
  void (*pack)(const SymmetricBlock& from, std::uint8_t* block) = nullptr;
};
extern const SymmetricType q3_k_blocks, q6_k_blocks;

/// Rows of such a type; `importance` is empty for the plain variant.
void encode_symmetric(const SymmetricType& type, std::span<const float> row, std::span<const float> importance,
                      std::span<std::uint8_t> out);

}  // namespace quant::gguf
