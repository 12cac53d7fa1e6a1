#pragma once
// SIMD versions of quantizing alone, for methods whose cost is a search: one object a family, listed in
// native_coders.cpp. Statistics of what they give are counted as the reference's are (decoded_simd.cpp).

#include "core/methods/quantizer.h"

namespace quant {

/// Stateless. Results are the reference's, bit for bit.
class NativeCoder {
 public:
  virtual ~NativeCoder() = default;
  /// Whether it has code for this scheme.
  virtual bool runs(const RowQuantizer& quantizer) const = 0;
  virtual QuantizedTile quantize(const RowQuantizer& quantizer, const RowTile& tile) const = 0;
};

const NativeCoder& blocks_coder();  ///< mxfp4 … mxint8, nvfp4
const NativeCoder& hqq_coder();     ///< groups of neighbours
const NativeCoder& iq4_coder();     ///< iq4_nl, iq4_xs
const NativeCoder& kquant_coder();  ///< q2_k … q6_k
const NativeCoder& mxfp4_coder();   ///< gguf-mxfp4

/// The tile by the coder that runs the scheme, else by the reference.
QuantizedTile native_quantize(const RowQuantizer& quantizer, const RowTile& tile);

}  // namespace quant
