#pragma once
// HQQ's search over a whole tensor: Δ of every group from its range, then rounds that move the zero points.

#include <cstdint>
#include <vector>

#include "core/methods/quantizer.h"

namespace quant::half_quadratic {

struct Settings {
  int bits = 4;
  std::uint64_t group = 64;
  bool down = false;  ///< axis=0: group g holds the elements g, g + n/group, … of the flattened tensor
  float p = 0.7f, beta = 10, kappa = 1.01f;
  int rounds = 20;
  bool grows = false;  ///< β grows by κ after each round
  float top() const { return float((1 << bits) - 1); }
};

Settings settings_of(const Scheme& scheme);

/// What the search finds.
struct Learned {
  Shared shared;               ///< Δ and z of every group
  std::vector<float> inverse;  ///< what Δ is the rounded reciprocal of: codes follow from it
};

/// Fitted rows as fast versions see them: q = clamp(rne(w·inverse + z), 0, N), ŵ = (q − z)·Δ, Δ and z in shared().
class Rows : public RowQuantizer {
 public:
  virtual const Settings& settings() const = 0;
  virtual std::span<const float> inverse() const = 0;  ///< of every group
};

/// Rounds until the mean error of the tensor stops falling. Every round reads the tensor once, in tiles and on several
/// threads; what is kept is three numbers a group. Errors: io, cancelled.
Result<Learned> search(const TensorFacts& facts, const Settings& settings, JobContext& job);

}  // namespace quant::half_quadratic
