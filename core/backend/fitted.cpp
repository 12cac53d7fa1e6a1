#include "core/backend/fitted.h"

#include <algorithm>

namespace quant {

namespace {

std::string shape_text(const MatrixShape& s) {
  return std::to_string(s.matrices) + " × " + std::to_string(s.rows) + " × " + std::to_string(s.cols);
}

}  // namespace

Result<void> same_shape(const TensorView& stored, const TensorView& original) {
  const MatrixShape a = stored.matrix(), b = original.matrix();
  if (a.matrices != b.matrices || a.rows != b.rows || a.cols != b.cols) {
    return failure(ErrorCode::refused, "compare tensors", stored.tensor().name,
                   "the shape is " + shape_text(a) + ", the original has " + shape_text(b),
                   "give the file that it was quantized from");
  }
  return {};
}

Result<QuantizedTile> Fitted::restore(const RowTile& tile) const {
  if (quantizer) return backend->quantize(*quantizer, tile);
  QuantizedTile out = tile_like(tile);
  out.values.resize(tile.w.size());
  QUANT_CHECK(stored->read_rows(tile.first_row, tile.rows, out.values));
  return out;
}

std::uint64_t Fitted::row_alignment(std::uint64_t cols) const {
  return quantizer ? std::max<std::uint64_t>(1, quantizer->row_alignment(cols)) : 1;
}

TileCut Fitted::cut(const TensorView& view) const {
  const MatrixShape shape = view.matrix();
  return cut_tiles(shape, row_alignment(shape.cols), backend->tile_weights());
}

Result<Fitted> fit(const TensorView& view, const Approximation& of, const Devices& devices, JobContext& job) {
  if (!of.scheme) {
    if (of.stored) QUANT_CHECK(same_shape(*of.stored, view));
    return Fitted{nullptr, of.stored, devices.reference};
  }
  TensorFacts facts(view, devices.threads);
  QUANT_TRY(quantizer, make_quantizer(*of.scheme));
  QUANT_TRY(fitted, quantizer->fit(facts, devices.calibration, job));
  Fitted out;
  out.backend = devices.chosen->runs(*fitted) ? devices.chosen : devices.reference;
  out.quantizer = std::move(fitted);
  return out;
}

std::size_t region_index(const RowQuantizer& q, const RowTile& tile, std::uint64_t row, std::uint64_t col,
                         bool is_shared) {
  const std::uint64_t in_tile = is_shared ? row : row - tile.first_row;
  const std::uint64_t matrix = q.shared().rows > 0 ? row / q.shared().rows : 0;
  switch (q.region()) {
    case Region::none: return 0;
    case Region::tensor: return matrix;
    case Region::column: return matrix * tile.cols + col;
    case Region::row: return in_tile;
    case Region::group: return in_tile * ((tile.cols - 1) / q.group() + 1) + col / q.group();
    case Region::block: return (in_tile * tile.cols + col) / q.group();
  }
  return 0;
}

}  // namespace quant
