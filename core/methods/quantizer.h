#pragma once
// What a scheme does to a tensor. Two steps: `fit` learns what all rows share, then rows are independent.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/jobs/job.h"
#include "core/methods/scheme.h"
#include "core/tensor/tensor.h"

namespace quant {

class Calibration;  // core/tensor/calibration.h

/// The stored integers of a scheme.
struct CodeForm {
  int bits = 0;            ///< 0 = the scheme has no codes of at most 8 bits (fp16, fp32): no entropy, no codes.npy
  bool is_signed = false;  ///< codes are two's complement int8, else uint8
};

/// Which elements share a scale.
enum class Region {
  none,    ///< no scale at all (plain casts)
  tensor,  ///< one per matrix
  column,  ///< one per input column of a matrix
  row,     ///< one per row
  group,   ///< `group` consecutive elements of a row, the last may be short
  block,   ///< `group` consecutive elements of the flattened tensor: blocks may cross rows (bitsandbytes)
};

/// Rows of a quantized tensor.
struct QuantizedTile {
  std::uint64_t rows = 0, cols = 0, first_row = 0;
  std::vector<std::uint8_t> codes;  ///< rows * cols, unpacked; two's complement where CodeForm::is_signed; empty = none
  std::vector<float> scales;        ///< of the regions inside the tile, in weight units; empty for tensor and column
                                    ///< regions (they stand in Shared) and for schemes without scales
  std::vector<std::uint8_t> zeros;  ///< beside scales, in codes; empty when symmetric
  std::vector<float> minima;        ///< beside scales, in weight units: ŵ = scale · code − min; empty = none
  std::vector<std::uint8_t> packed;  ///< standard storage of the rows, where codes and scales alone do not say it
  std::vector<float> codebooks;      ///< of the regions inside the tile, one after the other, where each region has its
                                     ///< own levels; empty where codebook() holds for all
  std::vector<float> values;         ///< rows * cols: dequantized
  std::vector<std::uint8_t> clipped;  ///< rows * cols: 1 = the code before the clamp lay outside; empty = none did
};

/// A tile without content in the place of `tile`.
QuantizedTile tile_like(const RowTile& tile);

/// Regions of a matrix shape: scales that a scheme stores, none where there are no elements. `group` counts for group
/// and block regions.
std::uint64_t regions(Region region, const MatrixShape& shape, std::uint64_t group);

/// What `fit` learned for all rows; plain data that a device can copy.
struct Shared {
  std::vector<float> scales;  ///< tensor regions: one a matrix; column regions: matrices * cols; block regions: one a
                              ///< block of the tensor, where what is stored is not the block's own (double
                              ///< quantization, hqq); group regions of two levels: the upper one, one a matrix (nvfp4)
  std::vector<float> zeros;   ///< beside scales, in codes; empty when symmetric
  std::vector<float> importance;  ///< of errors: one a column, or one a column of each matrix; empty = all alike
  std::uint64_t rows = 0;         ///< rows of one matrix: row r of the tensor takes the entries of matrix r / rows
  bool whole_zeros = true;        ///< zeros are codes; else fractions of a step, which stand here alone (hqq)
};

/// One scheme on the rows of one tensor.
///
/// Shapes   Rows are independent: tiles may be cut between any two rows that are a multiple of `row_alignment()`.
/// Values   NaN and ±inf take no part in a range and get the code whose value is 0, casts excepted.
///          Nothing here can fail.
/// Threads  const and stateless: one object serves every thread.
class RowQuantizer {
 public:
  virtual ~RowQuantizer() = default;

  virtual const Scheme& scheme() const = 0;
  virtual CodeForm codes() const = 0;
  virtual Region region() const = 0;
  virtual std::uint64_t group() const { return 0; }  ///< elements of a group or block region
  virtual const Shared& shared() const;              ///< empty unless overridden
  virtual std::span<const float> codebook() const {
    return {};
  }                                                   ///< levels by code; of every matrix, one after the
                                                      ///< other, where they differ
  virtual bool approximate() const { return false; }  ///< whether fit merged values to bound its work (kmeans)

  /// The scalar reference: codes, scales, zeros, values, clipped. Reads like the definition.
  virtual QuantizedTile quantize(const RowTile& tile) const = 0;
  /// Fills `tile.values` from its codes, scales and zeros.
  virtual void dequantize(QuantizedTile& tile) const = 0;
  /// The local step Δ of each element: the gap between the two representable values around it (the outermost gap
  /// beyond the range). 0 where there is none. `out`: rows * cols. Errors in units of it lie in [−½, ½] unless clipped.
  virtual void steps(const RowTile& tile, const QuantizedTile& q, std::span<float> out) const = 0;

  /// Exact storage of the whole tensor: packed codes + scales + zeros + codebook.
  virtual std::uint64_t stored_bytes(const MatrixShape& shape) const = 0;
  /// Tiles must hold a multiple of this many rows (blocks that cross rows).
  virtual std::uint64_t row_alignment(std::uint64_t cols) const;
  /// The scheme's standard storage of the whole tensor; empty where it has none.
  virtual std::vector<std::uint8_t> pack(const QuantizedTile& whole) const;
};

/// A tensor to fit to, with the ranges that several candidate schemes need: computed at most once per tensor, from all
/// elements, by one pass.
class TensorFacts {
 public:
  /// `threads`: what reads the tensor and what fit may use; 0 = all. Results do not depend on it.
  explicit TensorFacts(const TensorView& view, int threads = 0) : view_(view), threads_(threads) {}

  struct Range {
    float lo = 0, hi = 0;  ///< over finite elements; 0, 0 where there are none
    std::uint64_t nan = 0, inf = 0;
  };
  /// One a matrix. Errors: io, cancelled.
  Result<std::span<const Range>> per_matrix(JobContext& job);
  /// matrices * cols, one an input column of each matrix.
  Result<std::span<const Range>> per_column(JobContext& job);

  const TensorView& view() const { return view_; }
  int threads() const { return threads_; }

 private:
  const TensorView& view_;
  int threads_;
  std::vector<Range> matrix_, column_;
};

/// A scheme before it has seen a tensor.
class Quantizer {
 public:
  virtual ~Quantizer() = default;
  virtual const Scheme& scheme() const = 0;
  /// Learns what all rows share: a range per tensor or column, a codebook. Row-local schemes read nothing.
  /// Errors: refused (the shape or the values do not suit: say the numbers), unsupported (needs calibration), io,
  /// cancelled.
  virtual Result<std::unique_ptr<RowQuantizer>> fit(TensorFacts& facts, const Calibration* calibration,
                                                    JobContext& job) const = 0;
};

/// Parses nothing: makes the quantizer of a parsed scheme.
Result<std::unique_ptr<Quantizer>> make_quantizer(const Scheme& scheme);

}  // namespace quant
