#pragma once
// The values of a region in parts: what estimators read that need every value, often more than once.

#include <functional>
#include <span>
#include <vector>

#include "core/base/result.h"
#include "core/jobs/job.h"
#include "core/methods/quantizer.h"

namespace quant::uniform {

struct Limits;

/// The finite values of a region. Parts are the same each time they are read.
class Parts {
 public:
  virtual ~Parts() = default;
  virtual std::size_t count() const = 0;
  virtual int workers() const = 0;
  /// Calls visit(values, part below count(), worker below workers()) for every part, several at a time, in any order.
  /// Errors: io, cancelled.
  using Visit = std::function<void(std::span<const float> values, std::size_t part, int worker)>;
  virtual Result<void> each(const Visit& visit) const = 0;
};

/// A region that lies in memory: one part.
class InMemory final : public Parts {
 public:
  explicit InMemory(std::span<const float> region);
  InMemory(const InMemory&) = delete;
  std::size_t count() const override { return 1; }
  int workers() const override { return 1; }
  Result<void> each(const Visit& visit) const override {
    visit(values_, 0, 0);
    return {};
  }

 private:
  std::vector<float> finite_;
  std::span<const float> values_;
};

/// A matrix of a tensor, read in tiles.
class MatrixParts final : public Parts {
 public:
  MatrixParts(const TensorFacts& facts, std::uint64_t matrix, JobContext& job);
  std::size_t count() const override;
  int workers() const override;
  Result<void> each(const Visit& visit) const override;

 private:
  const TensorFacts& facts_;
  std::uint64_t matrix_;
  JobContext& job_;
};

/// A region's range from its parts.
using PartsEstimator = std::function<Result<Limits>(const Parts& parts)>;

/// What `of` gives for each part, added up in the parts' order: the same for any number of threads.
template <class T, class Of>
Result<T> sum_of(const Parts& parts, Of of) {
  std::vector<T> found(parts.count());
  QUANT_CHECK(parts.each([&](std::span<const float> w, std::size_t part, int) { found[part] = of(w); }));
  T all{};
  for (const T& one : found) all += one;
  return all;
}

/// Smallest and largest value, and how many there are.
struct Extremes {
  float lo = 0, hi = 0;
  std::uint64_t n = 0;
  Extremes& operator+=(const Extremes& other);
};
Extremes extremes_of(std::span<const float> finite);

}  // namespace quant::uniform
