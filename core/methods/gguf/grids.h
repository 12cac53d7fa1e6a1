#pragma once
// Points of the grids that the codes of IQ1, IQ2 and IQ3 blocks name (ggml's tables, as the Python package has them).

#include <array>
#include <cstdint>

namespace quant::gguf {

/// Eight elements of two bits, digits 0, 1, 2 for −1, 0, 1. IQ1_M has the same grid.
extern const std::array<std::uint16_t, 2048> iq1_s_grid;
/// Eight elements of two bits, digits 0, 1, 2 for 8, 25, 43.
extern const std::array<std::uint16_t, 256> iq2_xxs_grid;
extern const std::array<std::uint16_t, 512> iq2_xs_grid;
extern const std::array<std::uint16_t, 1024> iq2_s_grid;
/// Four elements of four bits, digits 0 … 7 for 4, 12, 20, 28, 36, 44, 52, 62.
extern const std::array<std::uint16_t, 256> iq3_xxs_grid;
/// Four elements of four bits, digits d for 2d + 1.
extern const std::array<std::uint16_t, 512> iq3_s_grid;

}  // namespace quant::gguf
