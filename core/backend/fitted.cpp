#include "core/backend/fitted.h"

namespace quant {

TileCut Fitted::cut(const TensorView& view) const {
  const MatrixShape shape = view.matrix();
  return cut_tiles(shape, quantizer ? quantizer->row_alignment(shape.cols) : 1, backend->tile_weights());
}

Result<Fitted> fit(const TensorView& view, const Scheme& scheme, const Devices& devices, JobContext& job) {
  TensorFacts facts(view, devices.threads);
  QUANT_TRY(quantizer, make_quantizer(scheme));
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
