#pragma once
// Blocks of small floats under a scale, mx and nvfp4: what fast versions need of them, that is, all but rounding.

#include "core/methods/quantizer.h"
#include "core/tensor/float_format.h"

namespace quant {

class ElementBlocks : public RowQuantizer {
 public:
  /// What the weights of a block are multiplied by before they are rounded, and the values after.
  struct Factors {
    float inverse = 0;  ///< not finite where only the reference divides right
    float scale = 0;
  };
  /// Of a block whose largest finite magnitude is `peak`, in a row of the tensor.
  virtual Factors factors(float peak, std::uint64_t row) const = 0;
  /// The format of the elements; null = int8 in units of 1/64.
  virtual const float_format::Format* element() const = 0;
};

}  // namespace quant
