#include "core/tensor/calibration.h"

#include <fmt/format.h>

#include <bit>
#include <cstdint>

namespace quant {

std::string Calibration::fingerprint(std::string_view tensor) const {
  const auto values = mean_sq(tensor);
  if (values.empty()) return "none";
  std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a, 64 bit
  for (const float v : values)
    for (auto bits = std::bit_cast<std::uint32_t>(v), i = std::uint32_t{0}; i < 4; ++i, bits >>= 8)
      hash = (hash ^ (bits & 0xFF)) * 0x100000001b3;
  return fmt::format("{:016x}", hash);
}

}  // namespace quant
