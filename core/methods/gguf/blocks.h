#pragma once
// GGUF block types as bytes (gguf-types.md 2): decoding, and what their methods share.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "core/methods/quantizer.h"

namespace quant::gguf {

/// Whole blocks of `in` to `out` (32 values a block).
void decode_q4_0(std::span<const std::byte> in, std::span<float> out);
void decode_q8_0(std::span<const std::byte> in, std::span<float> out);

/// fp16 of a float32, rounded to nearest even, and back.
std::uint16_t to_half(float v);
float from_half(std::uint16_t half);
/// The two little-endian bytes of a stored fp16.
float read_half(std::span<const std::byte> in);

/// One block type whose blocks are quantized by themselves: ŵ = Δ·q with an fp16 Δ.
struct BlockType {
  std::uint64_t block = 32;  ///< elements
  std::uint64_t bytes = 18;  ///< of a stored block
  int bits = 4;              ///< of a code; codes are signed here, whatever offset the bytes store
  float largest = 8;         ///< largest magnitude of a code: max|w| / largest must be an fp16
  /// Codes of a block (two's complement), with whether the clamp changed each; returns Δ as float32, before fp16.
  float (*encode)(std::span<const float> w, std::span<std::uint8_t> codes, std::span<std::uint8_t> clipped) = nullptr;
  /// A stored block from its fp16 Δ and codes.
  void (*pack)(std::uint16_t scale, std::span<const std::uint8_t> codes, std::span<std::uint8_t> out) = nullptr;
};

/// A scheme of this type; `type` outlives it. fit refuses rows that are no multiple of the block, NaN and Inf (GGUF has
/// no place for them), and weights whose Δ no fp16 holds.
std::unique_ptr<Quantizer> make(const Scheme& scheme, const BlockType& type);

}  // namespace quant::gguf
