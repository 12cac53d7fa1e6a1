#pragma once
// bitsandbytes' 4-bit codebooks: sixteen values, scaled by the largest magnitude of a block of the flattened tensor
//. nf4 and fp4-bnb differ in their tables alone.

#include <array>
#include <memory>

#include "core/methods/quantizer.h"

namespace quant {

struct BlockCode {
  std::array<float, 16> values{};        ///< by code, in [−1, 1]
  std::array<float, 15> thresholds{};    ///< ascending, midpoints of neighbours as float32
  std::array<std::uint8_t, 16> order{};  ///< codes by ascending value
  std::uint8_t zero = 0;                 ///< the code of 0
};

/// A scheme with the parameters below. `code` must outlive it.
std::unique_ptr<Quantizer> make_block_code(const Scheme& scheme, const BlockCode& code);

/// Errors: bad_scheme for an odd block, and for lookup without dq.
Result<void> normalise_block_code(Scheme& scheme);

inline constexpr std::array block_code_params = {
    Param{"block", ParamType::integer, "64", "2..65536",
          "consecutive weights of the flattened tensor that share a scale"},
    Param{"dq", ParamType::flag, "", "",
          "double quantization: block scales in 8 bits, 4.127 instead of 4.5 bits a weight"},
    Param{"lookup", ParamType::choice, "exact", "exact|table",
          "with dq: the nearest 8-bit code, or bitsandbytes' table of 65,536 entries, 0.16 % of whose codes differ"},
};

}  // namespace quant
