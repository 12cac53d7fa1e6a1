#pragma once
// gguf-mxfp4's scale, for fast versions.

#include <cstdint>
#include <span>

namespace quant::gguf {

/// The exponent byte of a block: the OCP specification's floor(log2 max) − 2, offset by 127.
std::uint8_t mxfp4_exponent(std::span<const float> x);

/// 2^(e − 127) / 2: the levels are E2M1 doubled. The two least are subnormal.
float mxfp4_scale(std::uint8_t e);

}  // namespace quant::gguf
