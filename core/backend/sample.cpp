#include "core/backend/sample.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "core/base/threads.h"

namespace quant {

namespace {

constexpr std::uint64_t small_tensor = std::uint64_t{1} << 18;
constexpr std::uint64_t least_of_a_place = 1024;  // weights
constexpr std::uint64_t one_of_rows = 64;
constexpr std::uint64_t least_places = 8, enough_places = 32, most_places = 4096;

using Bits = std::vector<std::uint32_t>;

/// SplitMix64's finalizer: places look random and are the same in every run.
std::uint64_t mixed(std::uint64_t z) {
  z = (z + 1) * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/// Takes the errors of every scheme at every place: those of scheme k stand at clusters[k * places + place].
class Sampler {
 public:
  Sampler(const TensorView& view, const Backend& backend, std::span<const RowQuantizer* const> quantizers,
          const SamplePlaces& places, JobContext& job)
      : view_(view),
        backend_(backend),
        quantizers_(quantizers),
        places_(places),
        job_(job),
        clusters_(quantizers.size() * places.count()) {}

  Result<std::vector<Bits>> operator()(int workers) {
    std::vector<std::vector<float>> scratch(static_cast<std::size_t>(workers));
    std::vector<std::optional<Error>> errors(places_.count());
    parallel_for(places_.count(), workers, [&](std::size_t place, int worker) {
      if (job_.stopped()) return;
      const auto done = take(place, scratch[static_cast<std::size_t>(worker)]);
      if (!done) errors[place] = done.error();
    });
    for (auto& error : errors) {
      if (error) return tl::unexpected(std::move(*error));
    }
    if (job_.stopped()) return cancelled("read " + view_.tensor().name);
    return std::move(clusters_);
  }

 private:
  Result<void> take(std::size_t place, std::vector<float>& scratch) {
    QUANT_TRY(tile, read_tile(view_, places_.first_row(place), places_.rows(), scratch));
    std::vector<WindowSelect> all(quantizers_.size(), WindowSelect(tile.w.size()));
    std::vector<TileTask> tasks;
    for (std::size_t k = 0; k < all.size(); ++k) tasks.push_back({quantizers_[k], nullptr, nullptr, nullptr, &all[k]});
    QUANT_CHECK(backend_.analyze(tile, tasks));
    for (std::size_t k = 0; k < all.size(); ++k) {
      const auto kept = all[k].kept(0);
      Bits& cluster = clusters_[k * places_.count() + place];
      for (std::size_t i = place % places_.stride(); i < kept.size(); i += places_.stride()) cluster.push_back(kept[i]);
    }
    return {};
  }

  const TensorView& view_;
  const Backend& backend_;
  std::span<const RowQuantizer* const> quantizers_;
  const SamplePlaces& places_;
  JobContext& job_;
  std::vector<Bits> clusters_;
};

}  // namespace

SamplePlaces::SamplePlaces(const MatrixShape& shape, std::uint64_t alignment) {
  const std::uint64_t n = shape.elements();
  if (n == 0) return;
  const std::uint64_t least = alignment * shape.cols;
  rows_ = alignment * ((least_of_a_place + least - 1) / least);
  units_ = shape.all_rows() / rows_;
  const std::uint64_t wanted = std::max(units_ / one_of_rows, std::min(enough_places, units_ / 8));
  if (wanted < least_places) return;
  count_ = static_cast<std::size_t>(std::min(wanted, most_places));
  const std::uint64_t enough = std::clamp(n / 512, std::uint64_t{1} << 15, std::uint64_t{1} << 20);
  stride_ = std::max<std::uint64_t>(1, count_ * rows_ * shape.cols / enough) | 1;
}

std::uint64_t SamplePlaces::first_row(std::size_t place) const {
  const std::uint64_t begin = place * units_ / count_, end = (place + 1) * units_ / count_;
  return (begin + mixed(place) % (end - begin)) * rows_;
}

Result<std::vector<WindowSelect>> predict_windows(const TensorView& view, const Backend& backend,
                                                  std::span<const RowQuantizer* const> quantizers,
                                                  std::span<const double> percentiles, std::size_t limit, int workers,
                                                  JobContext& job) {
  const MatrixShape shape = view.matrix();
  if (shape.elements() <= small_tensor) return std::vector(quantizers.size(), WindowSelect(limit));
  std::uint64_t alignment = 1;
  for (const RowQuantizer* q : quantizers) alignment = std::lcm(alignment, q->row_alignment(shape.cols));
  const SamplePlaces places(shape, alignment);
  if (places.count() == 0) return std::vector<WindowSelect>{};
  QUANT_TRY(clusters, Sampler(view, backend, quantizers, places, job)(workers));
  std::vector<WindowSelect> windows(quantizers.size());
  parallel_for(windows.size(), workers, [&](std::size_t k, int) {
    const auto own = std::span(clusters).subspan(k * places.count(), places.count());
    windows[k] = WindowSelect(own, percentiles, limit);
  });
  return windows;
}

}  // namespace quant
