#include "core/methods/hqq/search.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "core/base/threads.h"
#include "core/methods/hqq/round.h"
#include "core/methods/walk.h"

namespace quant::half_quadratic {
namespace {

constexpr float infinite = std::numeric_limits<float>::infinity();

/// N/(max − min) within what hqq allows; also where the difference is not finite, so that no weight becomes NaN.
float inverse_step(float lo, float hi, float top) {
  constexpr float most = 2e4f, least = 3e-39f;
  const float width = hi - lo;
  if (std::fabs(width) <= 1e-4f) return 1;
  const float inverse = std::isfinite(width) ? top / width : float(double(top) / (double(hi) - double(lo)));
  return std::clamp(inverse, least, most);
}

/// 1/Δ and z of every group, from the smallest and largest weight; 0, 0 where there are none.
struct Groups {
  std::vector<float> inverse, zero;

  void start(std::uint64_t g, float low, float high, float top) {
    if (low > high) low = high = 0;
    inverse[g] = inverse_step(low, high, top);
    zero[g] = -low * inverse[g];
  }
};

/// How groups lie in a tensor. Weights are read anew each round, several pieces side by side; the groups of a piece are
/// its own, and sums of |e| are kept by piece, so that they do not depend on threads.
class Layout {
 public:
  virtual ~Layout() = default;
  virtual Result<void> start() = 0;
  /// One round. Returns Σ |e|, which every round divides by the same count.
  virtual Result<double> round(const Shrink& shrink) = 0;
};

/// Groups of neighbours of the flattened tensor: a piece is a tile.
class Along final : public Layout {
 public:
  Along(const TensorFacts& facts, const Settings& settings, JobContext& job, Groups& groups)
      : view_(facts.view()), settings_(settings), threads_(facts.threads()), job_(job), groups_(groups) {
    const MatrixShape shape = view_.matrix();
    const std::uint64_t cols = std::max<std::uint64_t>(1, shape.cols);
    rows_ = tile_rows(view_, 0, shape.all_rows(), settings.group / std::gcd(settings.group, cols));
    errors_.resize(rows_.tiles());
  }

  Result<void> start() override {
    return each([&](const RowTile& tile, std::size_t, int) {
      std::uint64_t g = first_group(tile);
      each_run(1, tile.w.size(), settings_.group, [&](std::uint64_t, std::uint64_t at, std::uint64_t n, std::uint64_t) {
        float low = infinite, high = -infinite;
        for (const float w : tile.w.subspan(at, n))
          if (std::isfinite(w)) low = std::min(low, w), high = std::max(high, w);
        groups_.start(g++, low, high, settings_.top());
      });
    });
  }

  Result<double> round(const Shrink& shrink) override {
    QUANT_CHECK(each([&](const RowTile& tile, std::size_t number, int) {
      const std::size_t first = first_group(tile), n = (tile.w.size() + settings_.group - 1) / settings_.group;
      errors_[number] =
          move_zeros_simd(tile.w, settings_.group, std::span<const float>(groups_.inverse).subspan(first, n),
                          std::span(groups_.zero).subspan(first, n), settings_.top(), shrink);
    }));
    return std::accumulate(errors_.begin(), errors_.end(), 0.0);
  }

 private:
  template <class Visit>
  Result<void> each(Visit visit) {
    return each_tile_at_once(view_, rows_, threads_, job_, "search zero points", visit);
  }
  std::uint64_t first_group(const RowTile& tile) const { return tile.first_row * tile.cols / settings_.group; }

  const TensorView& view_;
  const Settings& settings_;
  int threads_;
  JobContext& job_;
  Groups& groups_;
  TileRows rows_;
  std::vector<double> errors_;
};

/// Groups that run down: group g holds the elements g, g + length, g + 2·length, … A piece is a stretch of groups,
/// whose weights are read one member of all of them after the other.
class Down final : public Layout {
 public:
  Down(const TensorFacts& facts, const Settings& settings, JobContext& job, Groups& groups)
      : view_(facts.view()), settings_(settings), threads_(facts.threads()), job_(job), groups_(groups) {
    length_ = groups.zero.size();
    // Whole rows are read: a stretch is no shorter than one.
    stretch_ = std::max<std::uint64_t>(std::uint64_t{1} << 15, view_.matrix().cols);
    errors_.resize((length_ + stretch_ - 1) / stretch_);
  }

  Result<void> start() override {
    return each_piece([&](std::size_t, std::uint64_t first, std::uint64_t n, const Members& members) -> Result<void> {
      std::vector<float> low(n, infinite), high(n, -infinite);
      QUANT_CHECK(members([&](std::span<const float> w) {
        for (std::size_t i = 0; i < n; ++i)
          if (std::isfinite(w[i])) low[i] = std::min(low[i], w[i]), high[i] = std::max(high[i], w[i]);
      }));
      for (std::size_t i = 0; i < n; ++i) groups_.start(first + i, low[i], high[i], settings_.top());
      return {};
    });
  }

  Result<double> round(const Shrink& shrink) override {
    QUANT_CHECK(each_piece([&](std::size_t piece, std::uint64_t first, std::uint64_t n, const Members& members) {
      return move(shrink, piece, first, n, members);
    }));
    return std::accumulate(errors_.begin(), errors_.end(), 0.0);
  }

 private:
  /// Calls visit(weights) with the first, second, … weight of every group of a piece.
  using Members = std::function<Result<void>(const std::function<void(std::span<const float>)>& visit)>;
  using Visit = std::function<Result<void>(std::size_t piece, std::uint64_t first, std::uint64_t n, const Members&)>;

  Result<void> move(const Shrink& shrink, std::size_t piece, std::uint64_t first, std::uint64_t n,
                    const Members& members) {
    std::vector<float> sum(n), count(n);
    float* const zero = groups_.zero.data() + first;
    const float* const inverse = groups_.inverse.data() + first;
    const float top = settings_.top();
    double error = 0;
    QUANT_CHECK(members([&](std::span<const float> w) {
      for (std::size_t i = 0; i < n; ++i) {
        if (!std::isfinite(w[i])) continue;
        const float q = code_of(w[i] * inverse[i] + zero[i], top);
        const float e = w[i] - (q - zero[i]) / inverse[i];
        sum[i] += q - (w[i] - shrink(e)) * inverse[i];
        count[i] += 1;
        error += double(std::fabs(e));
      }
    }));
    for (std::size_t i = 0; i < n; ++i)
      if (count[i] > 0) zero[i] = sum[i] / count[i];
    errors_[piece] = error;
    return {};
  }

  Result<void> each_piece(const Visit& visit) {
    std::vector<std::vector<float>> scratch(std::size_t(workers_of(threads_)));
    std::vector<Result<void>> done(errors_.size());
    parallel_for(errors_.size(), workers_of(threads_), [&](std::size_t piece, int worker) {
      const std::uint64_t first = piece * stretch_, n = std::min(stretch_, length_ - first);
      done[piece] = visit(piece, first, n, [&](const std::function<void(std::span<const float>)>& member) {
        return each_member(first, n, scratch[std::size_t(worker)], member);
      });
    });
    for (auto& result : done) QUANT_CHECK(result);
    return {};
  }

  Result<void> each_member(std::uint64_t first, std::uint64_t n, std::vector<float>& scratch,
                           const std::function<void(std::span<const float>)>& visit) const {
    const std::uint64_t cols = view_.matrix().cols;
    for (std::uint64_t at = first; at < view_.matrix().elements(); at += length_) {
      if (job_.stopped()) return cancelled("search zero points of " + view_.tensor().name);
      const std::uint64_t row = at / cols, last = (at + n - 1) / cols;
      QUANT_TRY(tile, read_tile(view_, row, last - row + 1, scratch));
      visit(tile.w.subspan(at - row * cols, n));
    }
    return {};
  }

  const TensorView& view_;
  const Settings& settings_;
  int threads_;
  JobContext& job_;
  Groups& groups_;
  std::uint64_t length_, stretch_;
  std::vector<double> errors_;
};

Result<void> run(Layout& layout, const Settings& settings) {
  QUANT_CHECK(layout.start());
  float beta = settings.beta;
  double best = infinite;
  for (int i = 0; i < settings.rounds; ++i) {
    QUANT_TRY(error, layout.round(Shrink(settings.p, beta)));
    if (!(error < best)) break;  // z keeps the update of the round that stops
    best = error;
    if (settings.grows) beta *= settings.kappa;
  }
  return {};
}

}  // namespace

Settings settings_of(const Scheme& s) {
  Settings out;
  out.bits = s.integer("bits");
  out.group = std::uint64_t(s.integer("group"));
  out.down = s.integer("axis") == 0;
  out.p = float(s.number("p")), out.beta = float(s.number("beta")), out.kappa = float(s.number("kappa"));
  out.rounds = s.word("opt") == "on" ? s.integer("iters") : 0;
  out.grows = s.word("legacy") == "off";
  return out;
}

Result<Learned> search(const TensorFacts& facts, const Settings& settings, JobContext& job) {
  const MatrixShape shape = facts.view().matrix();
  Groups groups;
  groups.inverse.resize((shape.elements() + settings.group - 1) / settings.group);
  groups.zero.resize(groups.inverse.size());
  if (settings.down) {
    Down layout(facts, settings, job, groups);
    QUANT_CHECK(run(layout, settings));
  } else {
    Along layout(facts, settings, job, groups);
    QUANT_CHECK(run(layout, settings));
  }
  Learned out;
  for (const float inverse : groups.inverse) out.shared.scales.push_back(1.0f / inverse);
  out.shared.zeros = std::move(groups.zero);
  out.shared.rows = shape.rows;
  out.shared.whole_zeros = false;
  out.inverse = std::move(groups.inverse);
  return out;
}

}  // namespace quant::half_quadratic
