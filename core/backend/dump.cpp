// One tensor under one scheme, whole: what a dump writes.

#include <algorithm>

#include "core/backend/fitted.h"

namespace quant {

namespace {

std::uint8_t zero_code(float z) { return static_cast<std::uint8_t>(static_cast<int>(z)); }

/// Joins tiles into the whole. Big arrays are filled in place, the small ones kept per tile and joined in order.
class Joiner {
 public:
  Joiner(const TileCut& cut, bool has_codes)
      : cut_(cut),
        scales_(cut.tiles),
        minima_(cut.tiles),
        codebooks_(cut.tiles),
        zeros_(cut.tiles),
        packed_(cut.tiles) {
    whole_.rows = cut.rows;
    whole_.cols = cut.cols;
    const auto n = static_cast<std::size_t>(cut.rows * cut.cols);
    whole_.values.resize(n);
    whole_.clipped.resize(n);
    if (has_codes) whole_.codes.resize(n);
  }

  void put(std::size_t tile, QuantizedTile q) {
    const auto at = static_cast<std::ptrdiff_t>(cut_.first(tile) * cut_.cols);
    std::copy(q.values.begin(), q.values.end(), whole_.values.begin() + at);
    std::copy(q.clipped.begin(), q.clipped.end(), whole_.clipped.begin() + at);
    if (!whole_.codes.empty()) std::copy(q.codes.begin(), q.codes.end(), whole_.codes.begin() + at);
    scales_[tile] = std::move(q.scales);
    minima_[tile] = std::move(q.minima);
    zeros_[tile] = std::move(q.zeros);
    packed_[tile] = std::move(q.packed);
    codebooks_[tile] = std::move(q.codebooks);
  }

  QuantizedTile take(const Shared& shared) {
    append(scales_, whole_.scales);
    append(minima_, whole_.minima);
    append(zeros_, whole_.zeros);
    append(packed_, whole_.packed);
    append(codebooks_, whole_.codebooks);
    if (whole_.scales.empty()) whole_.scales = shared.scales;
    if (whole_.zeros.empty() && shared.whole_zeros) {
      whole_.zeros.resize(shared.zeros.size());
      std::transform(shared.zeros.begin(), shared.zeros.end(), whole_.zeros.begin(), zero_code);
    }
    if (std::find(whole_.clipped.begin(), whole_.clipped.end(), 1) == whole_.clipped.end()) whole_.clipped.clear();
    return std::move(whole_);
  }

 private:
  template <class T>
  static void append(const std::vector<std::vector<T>>& parts, std::vector<T>& whole) {
    for (const auto& part : parts) whole.insert(whole.end(), part.begin(), part.end());
  }

  const TileCut& cut_;
  QuantizedTile whole_;
  std::vector<std::vector<float>> scales_, minima_, codebooks_;
  std::vector<std::vector<std::uint8_t>> zeros_, packed_;
};

Result<Quantized> quantize_whole(const TensorView& view, const Scheme& scheme, const Devices& devices,
                                 JobContext& job) {
  QUANT_TRY(fitted, fit(view, scheme, devices, job));
  const TileCut cut = fitted.cut(view);
  const int workers = workers_that_fit(devices, fitted.backend->concurrency(devices.threads),
                                       cut.rows_per_tile * cut.cols * tile_bytes_per_weight);
  Joiner whole(cut, fitted.quantizer->codes().bits > 0);
  QUANT_CHECK(for_tiles(view, cut, workers, job, [&](const RowTile& tile, std::size_t i, int) -> Result<void> {
    QUANT_TRY(q, fitted.backend->quantize(*fitted.quantizer, tile));
    whole.put(i, std::move(q));
    job.done += tile.w.size();
    return {};
  }));
  Quantized out;
  out.whole = whole.take(fitted.quantizer->shared());
  out.quantizer = std::move(fitted.quantizer);
  out.device = fitted.backend->id();
  return out;
}

}  // namespace

Result<Quantized> quantize(const TensorView& view, const Scheme& scheme, const Devices& devices, JobContext& job) {
  return guard_memory("quantize", view.tensor().name, [&] { return quantize_whole(view, scheme, devices, job); });
}

}  // namespace quant
