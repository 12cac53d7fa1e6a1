#pragma once
// Where tiles are computed. One interface, three implementations: reference (scalar), cpu (SIMD), opencl (in gpu/).

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/methods/quantizer.h"
#include "core/stats/error_stats.h"
#include "core/stats/radix_select.h"
#include "core/stats/value_stats.h"
#include "core/stats/window_select.h"

namespace quant {

/// What an analysis of one tile under one scheme fills. `sums` is of this tile alone; `counters` and `select` are the
/// worker's and are added to.
struct TileTask {
  const RowQuantizer* quantizer = nullptr;
  ErrorSums* sums = nullptr;          ///< null: not wanted (selection passes)
  ErrorCounters* counters = nullptr;  ///< null: not wanted
  RadixSelect* select = nullptr;      ///< null, or: count |e| (float32) into its current targets
  WindowSelect* windows = nullptr;    ///< null, or: add |e| to it; where the backend has_windows()
};

/// A device. const methods may be called from several threads unless concurrency() is 1.
class Backend {
 public:
  virtual ~Backend() = default;

  virtual const std::string& id() const = 0;    ///< "reference", "cpu", "opencl:0": what --device takes
  virtual const std::string& name() const = 0;  ///< as people know it: "AMD EPYC … (AVX3)", "PoCL …"
  virtual std::string kind() const = 0;         ///< "cpu", "gpu", "accelerator"

  /// Whether it has an implementation of its own for this fitted scheme. Where not, callers use the reference.
  virtual bool runs(const RowQuantizer& quantizer) const = 0;
  /// The same before fitting, for `methods --json`.
  virtual bool offers(const Method& method) const = 0;

  /// Weights of a tile that suit it: a tile and its results stay in a cache, or fill a device.
  virtual std::uint64_t tile_weights() const = 0;
  /// Whether it fills `windows` of its tasks.
  virtual bool has_windows() const { return false; }
  /// Whether another pass over the tensor under this scheme costs more than the memory that spares it.
  virtual bool is_slow(const RowQuantizer&) const { return true; }
  /// Tiles that may be in work at the same time, given `threads` of the caller.
  virtual int concurrency(int threads) const = 0;

  /// Errors of one tile under several schemes, all of which it runs(). The tile is read once for all of them.
  virtual Result<void> analyze(const RowTile& tile, std::span<const TileTask> tasks) const = 0;
  /// Codes, scales, zeros, values, clipped of one tile: equal to the reference's, bit for bit.
  virtual Result<QuantizedTile> quantize(const RowQuantizer& quantizer, const RowTile& tile) const = 0;
  /// Sums and histogram of the tile's values: merged into `sums` (callers hand in an empty one a tile) and added to
  /// `histogram` (the worker's).
  virtual Result<void> values(const RowTile& tile, ValueSums& sums, BitHistogram& histogram) const = 0;
};

std::unique_ptr<Backend> make_reference_backend();
/// SIMD by Highway: the statistics of every method, and the arithmetic of those where a measurement shows that it pays.
std::unique_ptr<Backend> make_native_backend();

}  // namespace quant
