#include "core/methods/uniform/parts.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "core/methods/walk.h"

namespace quant::uniform {
namespace {

/// The finite values: all of them, or a copy in `scratch`.
std::span<const float> finite(std::span<const float> region, std::vector<float>& scratch) {
  const auto is_finite = [](float x) { return std::isfinite(x); };
  if (std::all_of(region.begin(), region.end(), is_finite)) return region;
  scratch.clear();
  std::copy_if(region.begin(), region.end(), std::back_inserter(scratch), is_finite);
  return scratch;
}

TileRows rows_of(const TensorFacts& facts, std::uint64_t matrix) {
  const std::uint64_t rows = facts.view().matrix().rows;
  return tile_rows(facts.view(), matrix * rows, (matrix + 1) * rows, 1);
}

}  // namespace

InMemory::InMemory(std::span<const float> region) : values_(finite(region, finite_)) {}

MatrixParts::MatrixParts(const TensorFacts& facts, std::uint64_t matrix, JobContext& job)
    : facts_(facts), matrix_(matrix), job_(job) {}

std::size_t MatrixParts::count() const { return rows_of(facts_, matrix_).tiles(); }

int MatrixParts::workers() const { return workers_of(facts_.threads()); }

Result<void> MatrixParts::each(const Visit& visit) const {
  std::vector<std::vector<float>> scratch(static_cast<std::size_t>(workers()));
  return each_tile_at_once(facts_.view(), rows_of(facts_, matrix_), facts_.threads(), job_, "choose ranges",
                           [&](const RowTile& tile, std::size_t number, int worker) {
                             visit(finite(tile.w, scratch[static_cast<std::size_t>(worker)]), number, worker);
                           });
}

Extremes& Extremes::operator+=(const Extremes& other) {
  if (other.n == 0) return *this;
  lo = n > 0 ? std::min(lo, other.lo) : other.lo;
  hi = n > 0 ? std::max(hi, other.hi) : other.hi;
  n += other.n;
  return *this;
}

Extremes extremes_of(std::span<const float> finite) {
  if (finite.empty()) return {};
  const auto [lo, hi] = std::minmax_element(finite.begin(), finite.end());
  return {*lo, *hi, finite.size()};
}

}  // namespace quant::uniform
