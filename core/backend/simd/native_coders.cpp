#include <algorithm>
#include <array>

#include "core/backend/simd/native_coder.h"

namespace quant {

QuantizedTile native_quantize(const RowQuantizer& quantizer, const RowTile& tile) {
  static const std::array all = {&kquant_coder(), &iq4_coder(), &blocks_coder(), &hqq_coder(), &mxfp4_coder()};
  const auto found = std::find_if(all.begin(), all.end(), [&](const NativeCoder* c) { return c->runs(quantizer); });
  return found == all.end() ? quantizer.quantize(tile) : (*found)->quantize(quantizer, tile);
}

}  // namespace quant
