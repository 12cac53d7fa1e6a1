#include "core/backend/chunk.h"

namespace quant {

void TileCounters::flush(const CodeForm& form, ErrorCounters& into) const {
  for (std::size_t k = 0; k < bit_bins; ++k) into.error.counts[k] += error[k];
  const bool is_joint = form.bits > 0 && form.bits <= joint_bits;
  const std::size_t lowest = form.is_signed ? 256 - (std::size_t{1} << (form.bits - 1)) : 0;
  for (std::size_t c = 0; c < (is_joint ? std::size_t{1} << form.bits : 1); ++c) {
    std::uint64_t total = joint[c * stride + stepless];
    for (std::size_t s = 0; s < step_bins; ++s) {
      into.step[s] += joint[c * stride + s];
      total += joint[c * stride + s];
    }
    if (is_joint) into.code[(lowest + c) % 256] += total;
  }
  if (form.bits <= joint_bits) return;
  for (std::size_t c = 0; c < 256; ++c) into.code[(lowest + c) % 256] += code[c];
}

}  // namespace quant
