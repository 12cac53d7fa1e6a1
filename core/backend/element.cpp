// The chain of one element, from the scalar reference.

#include <algorithm>

#include "core/backend/fitted.h"

namespace quant {

namespace {

void set_region(ElementChain& chain, const RowQuantizer& q, const QuantizedTile& t, const RowTile& tile,
                std::uint64_t row, std::uint64_t col) {
  const std::size_t own = region_index(q, tile, row, col, false), whole = region_index(q, tile, row, col, true);
  const Shared& shared = q.shared();
  if (own < t.scales.size()) chain.scale = t.scales[own];
  if (t.scales.empty() && whole < shared.scales.size()) chain.scale = shared.scales[whole];
  if (own < t.zeros.size()) chain.zero = t.zeros[own];
  if (t.zeros.empty() && whole < shared.zeros.size()) chain.zero = shared.zeros[whole];
  if (own < t.minima.size()) chain.minimum = t.minima[own];
  if (!chain.scale || *chain.scale == 0) return;
  chain.quotient = static_cast<double>((chain.value + chain.minimum.value_or(0)) / *chain.scale);
}

Result<ElementChain> chain_of(const TensorView& view, const RowQuantizer& q, std::uint64_t row, std::uint64_t col) {
  const MatrixShape shape = view.matrix();
  const std::uint64_t step = std::max<std::uint64_t>(1, q.row_alignment(shape.cols));
  const std::uint64_t first = row / step * step;
  std::vector<float> scratch;
  QUANT_TRY(tile, read_tile(view, first, std::min(step, shape.all_rows() - first), scratch));
  const QuantizedTile t = q.quantize(tile);
  std::vector<float> steps(tile.w.size());
  q.steps(tile, t, steps);

  const auto i = static_cast<std::size_t>((row - first) * shape.cols + col);
  ElementChain chain;
  chain.value = tile.w[i];
  chain.dequantized = t.values[i];
  chain.error = static_cast<double>(chain.dequantized) - chain.value;
  chain.clipped = !t.clipped.empty() && t.clipped[i] != 0;
  if (!t.codes.empty()) chain.code = q.codes().is_signed ? static_cast<std::int8_t>(t.codes[i]) : t.codes[i];
  if (steps[i] > 0) chain.error_steps = chain.error / steps[i];
  set_region(chain, q, t, tile, row, col);
  return chain;
}

/// Codes, scales and zeros where the storage has them apart from the values.
Result<ElementChain> stored_chain(const TensorView& view, const TensorView& stored, std::uint64_t row,
                                  std::uint64_t col) {
  QUANT_CHECK(same_shape(stored, view));
  std::vector<float> of_view, of_stored;
  QUANT_TRY(w, read_tile(view, row, 1, of_view));
  QUANT_TRY(restored, read_tile(stored, row, 1, of_stored));
  ElementChain chain;
  chain.value = w.w[col];
  chain.dequantized = restored.w[col];
  chain.error = static_cast<double>(chain.dequantized) - chain.value;
  StoredCodes codes;
  if (!stored.read_codes(row, 1, codes)) return chain;
  chain.code = codes.codes[col];
  chain.scale = codes.scales[col];
  chain.zero = codes.zeros[col];
  return chain;
}

Result<ElementChain> element_chain_of(const TensorView& view, const Approximation& of, std::uint64_t row,
                                      std::uint64_t col, JobContext& job, const Calibration* calibration) {
  const MatrixShape shape = view.matrix();
  if (row >= shape.all_rows() || col >= shape.cols) {
    return failure(ErrorCode::usage, "read an element", view.tensor().name,
                   "row " + std::to_string(row) + ", column " + std::to_string(col) + " of " +
                       std::to_string(shape.all_rows()) + " × " + std::to_string(shape.cols),
                   "indices start at 0");
  }
  if (of.stored) return stored_chain(view, *of.stored, row, col);
  if (!of.scheme)
    return failure(ErrorCode::usage, "read an element", view.tensor().name, "no scheme was given", "choose a scheme");
  TensorFacts facts(view);
  QUANT_TRY(quantizer, make_quantizer(*of.scheme));
  QUANT_TRY(fitted, quantizer->fit(facts, calibration, job));
  return chain_of(view, *fitted, row, col);
}

}  // namespace

Result<ElementChain> element_chain(const TensorView& view, const Approximation& of, std::uint64_t row,
                                   std::uint64_t col, JobContext& job, const Calibration* calibration) {
  return guard_memory("read an element", view.tensor().name,
                      [&] { return element_chain_of(view, of, row, col, job, calibration); });
}

}  // namespace quant
