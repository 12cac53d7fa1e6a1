#include "core/methods/quantizer.h"

namespace quant {

QuantizedTile tile_like(const RowTile& tile) {
  QuantizedTile q;
  q.rows = tile.rows;
  q.cols = tile.cols;
  q.first_row = tile.first_row;
  return q;
}

std::uint64_t regions(Region region, const MatrixShape& shape, std::uint64_t group) {
  if (shape.elements() == 0) return 0;
  const auto runs = [group](std::uint64_t n) { return (n + group - 1) / group; };
  switch (region) {
    case Region::none: return 0;
    case Region::tensor: return shape.matrices;
    case Region::column: return shape.matrices * shape.cols;
    case Region::row: return shape.all_rows();
    case Region::group: return shape.all_rows() * runs(shape.cols);
    case Region::block: return runs(shape.elements());
  }
  return 0;
}

const Shared& RowQuantizer::shared() const {
  static const Shared nothing_shared;
  return nothing_shared;
}

std::uint64_t RowQuantizer::row_alignment(std::uint64_t) const { return 1; }

std::vector<std::uint8_t> RowQuantizer::pack(const QuantizedTile&) const { return {}; }

Result<std::unique_ptr<Quantizer>> make_quantizer(const Scheme& scheme) { return scheme.method().make(scheme); }

}  // namespace quant
