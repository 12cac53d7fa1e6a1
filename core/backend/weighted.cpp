#include "core/backend/weighted.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "core/backend/fitted.h"
#include "core/tensor/calibration.h"

namespace quant {
namespace {

/// The second moments of a tensor's inputs: one a column, or one a column of each matrix.
class Weights {
 public:
  Weights(const Calibration* calibration, const TensorInfo& tensor) : shape_(tensor.matrix()) {
    const auto all = calibration ? calibration->mean_sq(tensor.name) : std::span<const float>();
    if (!all.empty() && (all.size() == shape_.cols || all.size() == shape_.matrices * shape_.cols)) mean_sq_ = all;
  }
  bool empty() const { return mean_sq_.empty(); }

  /// Σ a_j·e_ij² over the finite elements of a tile.
  double error(const RowTile& tile, std::span<const float> values) const {
    double sum = 0;
    for (std::uint64_t r = 0; r < tile.rows; ++r) {
      const auto a = of_row(tile.first_row + r);
      const float* const w = tile.w.data() + r * tile.cols;
      const float* const y = values.data() + r * tile.cols;
      for (std::uint64_t c = 0; c < tile.cols; ++c) {
        const double e = static_cast<double>(y[c]) - static_cast<double>(w[c]);
        if (std::isfinite(w[c])) sum += static_cast<double>(a[c]) * e * e;
      }
    }
    return sum;
  }

  void finish(double error, ErrorFigures& figures) const {
    const double one = std::accumulate(mean_sq_.begin(), mean_sq_.end(), 0.0);
    const auto repeats = static_cast<double>(mean_sq_.size() == shape_.cols ? shape_.matrices : 1);
    const double all = one * repeats * static_cast<double>(shape_.rows);
    figures.weighted_error = error;
    if (all > 0) figures.weighted_mse = error / all;
  }

 private:
  std::span<const float> of_row(std::uint64_t row) const {
    return mean_sq_.size() == shape_.cols ? mean_sq_ : mean_sq_.subspan(row / shape_.rows * shape_.cols, shape_.cols);
  }

  MatrixShape shape_;
  std::span<const float> mean_sq_;
};

/// Adds up what `each(tile, index, worker)` finds, in tile order: the same digits for any number of threads.
Result<std::vector<double>> sum_tiles(const TensorView& view, const TileCut& cut, int workers, std::size_t sums,
                                      JobContext& job,
                                      const std::function<Result<void>(const RowTile&, double* sums, int)>& each) {
  std::vector<double> parts(cut.tiles * sums), total(sums);
  QUANT_CHECK(for_tiles(view, cut, workers, job, [&](const RowTile& tile, std::size_t i, int worker) {
    return each(tile, parts.data() + i * sums, worker);
  }));
  for (std::size_t i = 0; i < parts.size(); ++i) total[i % sums] += parts[i];
  return total;
}

const Backend& backend_of(const Weighed& scheme, const Devices& devices) {
  return scheme.out->device == devices.chosen->id() ? *devices.chosen : *devices.reference;
}

/// Rows that suit all schemes, and as many workers as their backends allow.
TileCut cut_for(const TensorView& view, std::span<const Weighed> schemes, const Devices& devices, int& workers) {
  std::uint64_t alignment = 1;
  int concurrency = devices.reference->concurrency(devices.threads);
  for (const Weighed& s : schemes) {
    alignment = std::lcm(alignment, s.quantizer->row_alignment(view.matrix().cols));
    concurrency = std::min(concurrency, backend_of(s, devices).concurrency(devices.threads));
  }
  const TileCut cut = cut_tiles(view.matrix(), alignment, devices.reference->tile_weights());
  workers = workers_that_fit(devices, concurrency, cut.rows_per_tile * cut.cols * tile_bytes_per_weight);
  return cut;
}

}  // namespace

Result<void> weigh(const TensorView& view, std::span<const Weighed> schemes, const Devices& devices, JobContext& job) {
  const Weights weights(devices.calibration, view.tensor());
  if (weights.empty() || schemes.empty()) return {};
  int workers = 1;
  const TileCut cut = cut_for(view, schemes, devices, workers);
  QUANT_TRY(errors, sum_tiles(view, cut, workers, schemes.size(), job,
                              [&](const RowTile& tile, double* sums, int) -> Result<void> {
                                for (std::size_t k = 0; k < schemes.size(); ++k) {
                                  QUANT_TRY(q, backend_of(schemes[k], devices).quantize(*schemes[k].quantizer, tile));
                                  sums[k] = weights.error(tile, q.values);
                                }
                                return {};
                              }));
  for (std::size_t k = 0; k < schemes.size(); ++k) weights.finish(errors[k], schemes[k].out->figures);
  return {};
}

Result<void> weigh(const TensorView& stored, const TensorView& original, Analysis& out, const Devices& devices,
                   JobContext& job) {
  const Weights weights(devices.calibration, stored.tensor());  // the calibration is of the model that is stored
  if (weights.empty()) return {};
  const TileCut cut = cut_tiles(original.matrix(), 1, devices.reference->tile_weights());
  const int workers = workers_that_fit(devices, devices.threads, cut.rows_per_tile * cut.cols * 8);
  std::vector<std::vector<float>> scratch(static_cast<std::size_t>(workers));
  QUANT_TRY(errors,
            sum_tiles(original, cut, workers, 1, job, [&](const RowTile& w, double* sum, int worker) -> Result<void> {
              auto& own = scratch[static_cast<std::size_t>(worker)];
              QUANT_TRY(q, read_tile(stored, w.first_row, w.rows, own));
              *sum = weights.error(w, q.w);
              return {};
            }));
  weights.finish(errors[0], out.figures);
  return {};
}

}  // namespace quant
