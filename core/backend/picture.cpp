#include "core/backend/picture.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/backend/fitted.h"

namespace quant {

namespace {

struct CodeRange {
  int lo = 0, hi = -1;
};

/// All codes of the scheme; symmetric grids may leave out the lowest.
CodeRange code_range(const RowQuantizer& q) {
  const CodeForm form = q.codes();
  if (form.bits == 0) return {};
  if (!form.is_signed) return {0, (1 << form.bits) - 1};
  const auto& params = q.scheme().method().params;
  const bool narrow = std::any_of(params.begin(), params.end(), [&](const Param& p) {
    return p.type == ParamType::flag && p.name == "narrow" && q.scheme().flag(p.name);
  });
  const int half = 1 << (form.bits - 1);
  return {narrow ? 1 - half : -half, half - 1};
}

/// What `code` would stand for at element i of the tile: the scheme's own dequantizer says it.
double value_of(const RowQuantizer& q, QuantizedTile& tile, std::size_t i, int code) {
  tile.codes[i] = static_cast<std::uint8_t>(code);
  q.dequantize(tile);
  return tile.values[i];
}

GridPicture picture_of(const RowQuantizer& q, const RowTile& tile, std::size_t i, std::size_t most_levels) {
  QuantizedTile t = q.quantize(tile);
  std::vector<float> steps(tile.w.size());
  q.steps(tile, t, steps);
  GridPicture picture;
  picture.step = steps[i];
  const CodeRange range = code_range(q);
  if (t.codes.empty() || range.hi < range.lo) return picture;
  const auto levels = static_cast<std::size_t>(range.hi - range.lo) + 1;
  const bool all = levels <= most_levels;
  for (int code = range.lo; code <= range.hi; code = all ? code + 1 : std::max(code + 1, range.hi))
    picture.levels.push_back({code, value_of(q, t, i, code)});
  const auto by_value = [](const GridLevel& a, const GridLevel& b) { return a.value < b.value; };
  std::stable_sort(picture.levels.begin(), picture.levels.end(), by_value);
  picture.lo = picture.levels.front().value;
  picture.hi = picture.levels.back().value;
  picture.has_range = true;
  if (!all) picture.levels.clear();
  return picture;
}

Result<GridPicture> grid_at(const TensorView& view, const Scheme& scheme, std::uint64_t row, std::uint64_t col,
                            std::size_t most_levels, JobContext& job) {
  const MatrixShape shape = view.matrix();
  if (row >= shape.all_rows() || col >= shape.cols) {
    return failure(ErrorCode::usage, "show a grid", view.tensor().name,
                   "row " + std::to_string(row) + ", column " + std::to_string(col) + " of " +
                       std::to_string(shape.all_rows()) + " × " + std::to_string(shape.cols),
                   "indices start at 0");
  }
  TensorFacts facts(view);
  QUANT_TRY(quantizer, make_quantizer(scheme));
  QUANT_TRY(fitted, quantizer->fit(facts, nullptr, job));
  const std::uint64_t step = std::max<std::uint64_t>(1, fitted->row_alignment(shape.cols));
  const std::uint64_t first = row / step * step;
  std::vector<float> scratch;
  QUANT_TRY(tile, read_tile(view, first, std::min(step, shape.all_rows() - first), scratch));
  return picture_of(*fitted, tile, static_cast<std::size_t>((row - first) * shape.cols + col), most_levels);
}

bool worse(const WorstElement& a, const WorstElement& b) {
  if (std::fabs(a.error) != std::fabs(b.error)) return std::fabs(a.error) > std::fabs(b.error);
  return a.row != b.row ? a.row < b.row : a.col < b.col;
}

/// The worst of what it has seen, in bounded memory: a heap whose top is the least bad one.
class WorstList {
 public:
  explicit WorstList(std::size_t most) : most_(most) {}

  void add(const WorstElement& e) {
    if (heap_.size() == most_ && (most_ == 0 || !worse(e, heap_.front()))) return;
    if (heap_.size() == most_) {
      std::pop_heap(heap_.begin(), heap_.end(), worse);
      heap_.pop_back();
    }
    heap_.push_back(e);
    std::push_heap(heap_.begin(), heap_.end(), worse);
  }
  void merge(const WorstList& other) {
    for (const auto& e : other.heap_) add(e);
  }
  std::vector<WorstElement> sorted() && {
    std::sort(heap_.begin(), heap_.end(), worse);
    return std::move(heap_);
  }

 private:
  std::size_t most_;
  std::vector<WorstElement> heap_;
};

Result<std::vector<WorstElement>> worst_of(const TensorView& view, const Approximation& of, std::size_t most,
                                           const Devices& devices, JobContext& job) {
  QUANT_TRY(fitted, fit(view, of, devices, job));
  const TileCut cut = fitted.cut(view);
  const std::uint64_t per_worker = fitted.backend->tile_weights() * tile_bytes_per_weight;
  const int workers = workers_that_fit(devices, fitted.backend->concurrency(devices.threads), per_worker);
  std::vector<WorstList> lists(static_cast<std::size_t>(workers), WorstList(most));
  const auto look = [&](const RowTile& tile, std::size_t, int worker) -> Result<void> {
    QUANT_TRY(q, fitted.restore(tile));
    for (std::size_t i = 0; i < tile.w.size(); ++i) {
      const double e = static_cast<double>(q.values[i]) - tile.w[i];
      if (std::isfinite(e))
        lists[static_cast<std::size_t>(worker)].add({tile.first_row + i / tile.cols, i % tile.cols, e});
    }
    job.done += tile.w.size();
    return {};
  };
  QUANT_CHECK(for_tiles(view, cut, workers, job, look));
  WorstList all(most);
  for (const auto& list : lists) all.merge(list);
  return std::move(all).sorted();
}

}  // namespace

Result<GridPicture> grid_picture(const TensorView& view, const Scheme& scheme, std::uint64_t row, std::uint64_t col,
                                 std::size_t most_levels, JobContext& job) {
  return guard_memory("show a grid", view.tensor().name,
                      [&] { return grid_at(view, scheme, row, col, most_levels, job); });
}

ClipSides clip_sides(const ErrorCounters& counters) {
  ClipSides sides;
  for (std::size_t key = 0; key < bit_bins; ++key)
    (key < bit_bins / 2 ? sides.below : sides.above) += counters.clipped.counts[key];  // the upper half is negative
  return sides;
}

double robust_limit(std::span<const float> cells, double share) {
  std::vector<float> sizes;
  sizes.reserve(cells.size());
  for (float x : cells)
    if (std::isfinite(x)) sizes.push_back(std::fabs(x));
  if (sizes.empty()) return 0;
  const auto rank =
      static_cast<std::size_t>(std::ceil(std::clamp(share, 0.0, 1.0) * static_cast<double>(sizes.size())));
  const auto at = sizes.begin() + static_cast<std::ptrdiff_t>(std::max<std::size_t>(rank, 1) - 1);
  std::nth_element(sizes.begin(), at, sizes.end());
  return *at;
}

Result<std::vector<WorstElement>> worst_elements(const TensorView& view, const Approximation& of, std::size_t most,
                                                 const Devices& devices, JobContext& job) {
  return guard_memory("find the worst elements", view.tensor().name,
                      [&] { return worst_of(view, of, most, devices, job); });
}

}  // namespace quant
