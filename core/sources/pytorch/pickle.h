#pragma once
// Python pickles, read as data: a stack machine that builds inert values and calls nothing (protocols 2 to 5).

#include <cstddef>
#include <span>
#include <string>

#include "core/base/result.h"
#include "core/sources/pytorch/pickle_values.h"

namespace quant {

struct Pickle {
  PickleArena arena;
  PickleValue root;
};

constexpr std::uint64_t longest_pickle = 64 << 20;  ///< bytes: 400,000 tensors

/// Reads a whole pickle of at most `longest_pickle` bytes. Texts and bytes of the values are parts of `bytes`. Names
/// outside the table of pickle_globals.h are refused on sight, and so are the opcodes that only objects need. Memory
/// stays below four times the pickle's size and 4 MiB (at most 144 MiB), whatever its structure. Errors: malformed,
/// unsafe.
Result<Pickle> read_pickle(std::span<const std::byte> bytes, std::string where);

}  // namespace quant
