#include "core/backend/element_errors.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace quant {

namespace {

void add_sums(ErrorSums& sums, float w, float value, bool clipped) {
  const double x = w, y = value, e = y - x;
  ++sums.count;
  sums.e += e;
  sums.e2 += e * e;
  sums.w2 += x * x;
  sums.wq += x * y;
  sums.q2 += y * y;
  sums.max_abs = std::max(sums.max_abs, std::fabs(e));
  if (!clipped) return;
  ++sums.clipped;
  sums.e2_clipped += e * e;
}

}  // namespace

void add_errors(const ElementErrors& in, const TileTask& task) {
  for (std::size_t i = 0; i < in.w.size(); ++i) {
    if (!std::isfinite(in.w[i])) {
      if (task.sums) ++(std::isnan(in.w[i]) ? task.sums->nan : task.sums->inf);
      continue;
    }
    // One float32 subtraction rounds as the double difference rounded to float32 would: 53 >= 2 * 24 + 2 bits.
    const float e = in.values[i] - in.w[i];
    const bool clipped = !in.clipped.empty() && in.clipped[i] != 0;
    if (task.sums) add_sums(*task.sums, in.w[i], in.values[i], clipped);
    if (task.select && std::isfinite(e)) task.select->add(std::fabs(e));
    if (task.windows && std::isfinite(e)) task.windows->add(std::fabs(e));
    if (!task.counters) continue;
    task.counters->error.add(e);
    if (clipped) task.counters->clipped.add(e);
    if (!in.steps.empty() && in.steps[i] > 0) ++task.counters->step[step_bin(e, in.steps[i])];
    if (!in.codes.empty()) ++task.counters->code[in.codes[i]];
  }
}

void add_reference_errors(const RowTile& tile, const TileTask& task) {
  const QuantizedTile q = task.quantizer->quantize(tile);
  std::vector<float> steps;
  if (task.counters) {
    steps.resize(tile.w.size());
    task.quantizer->steps(tile, q, steps);
  }
  add_errors({tile.w, q.values, q.codes, q.clipped, steps}, task);
}

}  // namespace quant
