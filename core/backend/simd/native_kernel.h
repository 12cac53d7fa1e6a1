#pragma once
// A SIMD version of some methods: one object a family, listed in native_backend.cpp.

#include "core/backend/backend.h"

namespace quant {

/// Stateless. Results are those of the reference: codes, scales, zeros and values bit for bit, counts exactly, sums but
/// for the order of additions.
class NativeKernel {
 public:
  virtual ~NativeKernel() = default;
  /// Whether it has code for this method and its parameters.
  virtual bool runs(const RowQuantizer& quantizer) const = 0;
  virtual void analyze(const RowTile& tile, const TileTask& task) const = 0;
  /// Several schemes that it runs() on one tile; a family may share work between them.
  virtual void analyze_all(const RowTile& tile, std::span<const TileTask> tasks) const {
    for (const TileTask& task : tasks) analyze(tile, task);
  }
  virtual QuantizedTile quantize(const RowQuantizer& quantizer, const RowTile& tile) const = 0;
};

const NativeKernel& uniform_kernel();  ///< rtn and article with min-max ranges
const NativeKernel& cast_kernel();     ///< all casts that round float32
const NativeKernel& nf4_kernel();      ///< without double quantization
const NativeKernel& gguf_kernel();     ///< q4_0, q8_0
const NativeKernel& decoded_kernel();  ///< everything: quantized by the scalar reference, counted in vectors

/// Sums of a tile's values merged into `sums`, its counts added to `histogram`.
void native_values(std::span<const float> values, ValueSums& sums, BitHistogram& histogram);
/// Counts every finite value into the current targets.
void native_select(std::span<const float> values, RadixSelect& select);
/// Finite values further than `limit` from `mean`.
std::uint64_t native_far(std::span<const float> values, double mean, double limit);

/// The widest instruction set that this machine and this build have: "AVX3".
const char* native_target();

}  // namespace quant
