#pragma once
// The rows of rotary attention projections in the order of the other toolchain.

#include <memory>

#include "core/tensor/tensor.h"

namespace quant {

/// How the rows of one head of d rows stand. Rotary embedding turns row i and row i + d/2 of a head together.
enum class HeadRows {
  halves,  ///< 0 1 2 …, as Hugging Face's Llama keeps them
  pairs,   ///< 0 d/2 1 d/2+1 …, as Meta's Llama and llama.cpp keep them
};

/// The row of a head that stands at `at` once the head's `d` rows (even) are in the order `to` and were in the other
/// one. By convert_hf_to_gguf.py: reshape [heads, 2, d/2, cols], swap axes 1 and 2; or back.
std::uint64_t head_row(std::uint64_t at, std::uint64_t d, HeadRows to);

/// The rows of `view` in the order `to`, head by head; they stand in the other order. `heads` divides the rows into
/// even parts.
std::unique_ptr<TensorView> with_head_rows(std::unique_ptr<TensorView> view, std::uint64_t heads, HeadRows to);

}  // namespace quant
