#include "gpu/scheme_kernel.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace quant {
namespace {

// Four weights a lane: fewer leave the reduction longer than the work.
constexpr std::uint64_t weights_of_lane = 4;

}  // namespace

RegionWalk region_walk(Region region, std::uint64_t group, const RowTile& tile, const DeviceForm& form) {
  const bool flat = region == Region::block || region == Region::none;
  const std::uint64_t cols = flat ? tile.w.size() : tile.cols;
  if (region != Region::group && region != Region::block) group = region == Region::none ? 1024 : cols;
  group = std::clamp<std::uint64_t>(group, 1, std::max<std::uint64_t>(cols, 1));
  const std::uint64_t regions = (flat ? 1 : tile.rows) * ((cols + group - 1) / group);
  const std::uint64_t lanes = std::bit_ceil((group + weights_of_lane - 1) / weights_of_lane);
  const RegionWalk walk{.cols = static_cast<cl_uint>(cols),
                        .group = static_cast<cl_uint>(group),
                        .regions = static_cast<cl_uint>(regions)};
  return with_team(walk, static_cast<std::uint32_t>(std::min<std::uint64_t>(form.lanes, lanes)), form);
}

RegionWalk with_team(RegionWalk walk, std::uint32_t lanes, const DeviceForm& form) {
  walk.team = std::min(form.lanes, std::bit_ceil(lanes));
  const std::size_t together = form.lanes / walk.team;
  walk.groups = (walk.regions + together - 1) / together;
  return walk;
}

SharedEntries shared_entries(const RowQuantizer& quantizer, const RowTile& tile) {
  const Shared& shared = quantizer.shared();
  constexpr std::uint64_t most = std::numeric_limits<cl_uint>::max();
  const std::uint64_t rows = shared.rows == 0 ? most : shared.rows;
  const std::uint64_t first = tile.first_row / rows, last = (tile.first_row + tile.rows - 1) / rows;
  const std::uint64_t each = quantizer.region() == Region::column ? tile.cols : 1;
  const auto slice = [&](const auto& all, auto& out) {
    const auto begin = std::min<std::uint64_t>(first * each, all.size());
    const auto end = std::min<std::uint64_t>((last + 1) * each, all.size());
    for (auto i = begin; i < end; ++i)
      out.push_back(static_cast<typename std::decay_t<decltype(out)>::value_type>(all[i]));
  };
  SharedEntries entries;
  slice(shared.scales, entries.scales);
  slice(shared.zeros, entries.zeros);
  entries.matrix_rows = static_cast<cl_uint>(std::min(rows, most));
  entries.first_row = static_cast<cl_uint>(tile.first_row % rows);
  return entries;
}

}  // namespace quant
