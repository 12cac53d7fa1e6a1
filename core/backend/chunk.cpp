#include "core/backend/chunk.h"

namespace quant {

void TileCounters::flush(int code_bits, bool is_signed, ErrorCounters& into) const {
  for (std::size_t k = 0; k < bit_bins; ++k) into.error.counts[k] += error[k];
  const bool is_joint = code_bits > 0 && code_bits <= joint_bits;
  const std::uint32_t codes = is_joint ? 1u << code_bits : 1u;
  for (std::uint32_t c = 0; c < codes; ++c) {
    std::uint64_t total = 0;
    for (std::size_t s = 0; s < step_bins; ++s) {
      into.step[s] += joint[c * step_bins + s];
      total += joint[c * step_bins + s];
    }
    const bool negative = is_signed && is_joint && c >= codes / 2;
    if (is_joint) into.code[negative ? c + 256 - codes : c] += total;
  }
  if (code_bits > joint_bits) {
    for (std::size_t c = 0; c < 256; ++c) into.code[c] += code[c];
  }
}

}  // namespace quant
