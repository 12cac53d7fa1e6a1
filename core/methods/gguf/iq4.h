#pragma once
// What iq4_nl and iq4_xs share: scales of blocks of 32 under the 16 non-linear levels.

#include "core/methods/gguf/blocks.h"
#include "core/methods/gguf/search.h"

namespace quant::gguf {

/// Weights of a batch of up to eight blocks of 32 (zeros beyond x): importance·√(σ² + x²) with σ² = 2·Σx²/n of each
/// `super` consecutive elements, or x² where there is no importance.
std::array<float, 256> iq4_weights(std::span<const float> x, std::span<const float> importance, std::size_t super);

/// iq4_xs: d @0, top two bits of eight 6-bit scales @2 and their low nibbles @4 of a super-block, from the eight scales
/// that the search found. `inverse` becomes 1/Δ of each sub-block, by which codes are chosen: it follows from d before
/// it is rounded to fp16; 0 where Δ is.
void store_iq4_xs_scales(std::span<const float> scales, std::uint8_t* block, std::span<float> inverse);

/// Codes of 32 weights for the inverse of their scale, as nibbles.
void pack_nearest(std::span<const float> x, float inverse, std::uint8_t* out);

}  // namespace quant::gguf
