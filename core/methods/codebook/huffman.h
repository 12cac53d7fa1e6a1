#pragma once
// Huffman codes.

#include <cstdint>
#include <span>
#include <vector>

namespace quant {

/// Code length of every symbol; 0 for those that never occur, 1 for one that is alone. The two smallest counts are
/// merged; of equal counts the lower symbol, or the older merged node, goes first.
std::vector<std::uint8_t> huffman_lengths(std::span<const std::uint64_t> counts);

/// Σ count · length.
std::uint64_t coded_bits(std::span<const std::uint64_t> counts, std::span<const std::uint8_t> lengths);

/// Canonical codes: by (length, symbol), counted up, shifted left where the length grows.
std::vector<std::uint64_t> canonical_codes(std::span<const std::uint8_t> lengths);

}  // namespace quant
