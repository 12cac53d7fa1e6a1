#pragma once
// Error and value statistics of whole tensors: tiles in, figures out, on any backend, with any number of threads.

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/backend/backend.h"
#include "core/jobs/job.h"
#include "core/stats/error_stats.h"
#include "core/stats/value_stats.h"

namespace quant {

/// What a run works with: the backend asked for, the reference for where that fails, limits and calibration.
struct Devices {
  const Backend* chosen = nullptr;
  const Backend* reference = nullptr;
  int threads = 0;                           ///< 0 = all hardware threads
  std::uint64_t memory = 0;                  ///< ceiling for working memory in bytes; 0 = a quarter of RAM
  const Calibration* calibration = nullptr;  ///< what runs of the model have shown, for the schemes that ask; or null
};

/// The result of one scheme on one tensor, or why it was refused.
struct Analysis {
  std::string tensor;
  std::string scheme;        ///< canonical
  std::string refused;       ///< why, or empty
  std::string device;        ///< id of the backend that ran it
  std::string warning;       ///< how the chosen device failed and what took over, or empty
  bool approximate = false;  ///< the codebook was sought on merged values (kmeans)
  ErrorFigures figures;
  ErrorStats stats;         ///< with all counters; merged over tensors it gives the model's histogram
  double seconds = 0;       ///< of the whole pass, shared by its schemes in proportion
  std::string calibration;  ///< Calibration::fingerprint of the tensor; empty = made without a calibration
};

/// Analyses one tensor under several schemes: each tile is read once per pass and serves all of them. Percentiles are
/// exact: several schemes, and one that is costly to encode, find them in the first pass where a sample foretold them;
/// else they cost two more. Figures weighted by calibration cost one. Results in the order of `schemes`; a scheme that
/// cannot take the tensor is refused there and the others go on. What the chosen device does not run, the cpu backend
/// does; where the device fails, the reference takes over and `warning` says so. Deterministic for any number of
/// threads. Adds elements × schemes to job.done. Errors: io, cancelled, no_memory.
Result<std::vector<Analysis>> analyze(const TensorView& view, std::span<const Scheme> schemes, const Devices& devices,
                                      JobContext& job);

/// The same for two stored tensors of one shape: error of `stored` against `original` (analyze Q --against ORIGINAL).
/// Which elements were clipped is not known.
Result<Analysis> compare(const TensorView& stored, const TensorView& original, const Devices& devices, JobContext& job);

/// Value statistics of one tensor, percentiles and outliers included (three passes over its tiles).
Result<ValueFigures> value_statistics(const TensorView& view, const Devices& devices, JobContext& job);

/// The whole tensor under one scheme, for dumps: codes, scales, zeros, values, clipped. Holds it in memory.
struct Quantized {
  std::unique_ptr<RowQuantizer> quantizer;
  QuantizedTile whole;  ///< scales and zeros of tensor and column regions are filled in here too
  std::string device;
};
Result<Quantized> quantize(const TensorView& view, const Scheme& scheme, const Devices& devices, JobContext& job);

/// Where ŵ comes from: a scheme applied to w, or another tensor of its shape that stores it. Neither: w stands alone.
/// Points to what its maker keeps.
struct Approximation {
  const Scheme* scheme = nullptr;
  const TensorView* stored = nullptr;

  Approximation(std::nullptr_t) {}
  Approximation(const Scheme* of) : scheme(of) {}
  Approximation(const Scheme& of) : scheme(&of) {}
  Approximation(const TensorView* as) : stored(as) {}
};

/// Exact counts of w (of nothing) or of e = ŵ − w in equal linear bins over [lo, hi): what a zoomed chart shows.
struct Recount {
  double lo = 0, hi = 0;
  std::vector<std::uint64_t> counts, clipping;
  std::uint64_t below = 0, above = 0;  ///< finite elements outside
};
Result<Recount> recount(const TensorView& view, const Approximation& of, double lo, double hi, std::size_t bins,
                        const Devices& devices, JobContext& job);

/// Reduced picture of a matrix for maps: one value a cell of block_rows × block_cols elements.
enum class MapView { weight, value, error, error_steps, code, scale };
enum class Reduction { max_abs, rms, mean, peak };  // peak: the value farthest from 0, with its sign
struct MapGrid {
  std::uint64_t rows = 0, cols = 0;  ///< cells
  std::uint64_t block_rows = 1, block_cols = 1;
  std::vector<float> cells;               ///< rows * cols; NaN where a cell holds no finite element
  std::vector<float> row_rmse, col_rmse;  ///< of the error, per output channel and input column of the whole tensor
};
/// The whole tensor reduced to at most max_rows × max_cols cells. `of` may be nothing for weight. Codes and scales of a
/// stored tensor are those of its storage. Errors: unsupported (a storage has no codes, or no step that is known).
Result<MapGrid> reduce_map(const TensorView& view, const Approximation& of, MapView what, Reduction reduction,
                           std::uint64_t max_rows, std::uint64_t max_cols, const Devices& devices, JobContext& job);

/// The chain of one element: value → +minimum → ÷scale → rounded → +zero → clamped: code → dequantized → error.
struct ElementChain {
  float value = 0;
  std::optional<float> scale, zero;
  std::optional<float> minimum;    ///< of GGUF types that have one: ŵ = scale · code − minimum
  std::optional<double> quotient;  ///< (value + minimum) / scale
  std::optional<int> code;
  bool clipped = false;
  float dequantized = 0;
  double error = 0;                   ///< ŵ − w
  std::optional<double> error_steps;  ///< e / Δ
};
Result<ElementChain> element_chain(const TensorView& view, const Approximation& of, std::uint64_t row,
                                   std::uint64_t col, JobContext& job, const Calibration* calibration = nullptr);

}  // namespace quant
