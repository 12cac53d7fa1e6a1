#include "core/stats/theory.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace quant {
namespace {

// Least E[e²]/σ² of 2^b levels, b = 1 … 8: Lloyd–Max quantizers (free levels) and uniform ones on two's complement
// codes. To four digits the tables of Max 1960 (Gauss); all digits by Newton's method on the closed-form moments, held
// against the Lloyd conditions in tests/core/stats/tst_theory_lines.cpp.
constexpr std::array gauss_levels = {3.633802e-1, 1.174818e-1, 3.454776e-2, 9.501008e-3,
                                     2.504668e-3, 6.442397e-4, 1.634782e-4, 4.11851e-5};
constexpr std::array laplace_levels = {5.000000e-1, 1.761949e-1, 5.447599e-2, 1.537253e-2,
                                       4.102180e-3, 1.060952e-3, 2.698738e-4, 6.80617e-5};
constexpr std::array gauss_uniform = {5.95087e-1, 1.49431e-1, 4.06383e-2, 1.18640e-2,
                                      3.52596e-3, 1.04285e-3, 3.04579e-4, 8.77069e-5};
constexpr std::array laplace_uniform = {6.32121e-1, 2.06995e-1, 7.19946e-2, 2.52603e-2,
                                        8.69068e-3, 2.90983e-3, 9.48120e-4, 3.01364e-4};

// Distances from 6.02·b in dB, 10·log10 of: √3π/2 and 9/2 (Panter–Dite), e/π (Shannon's bound), πe/6 (entropy-coded
// uniform quantization at high rate).
constexpr double gauss_high = -4.3468, laplace_high = -6.5321, laplace_bound_db = 0.6286, entropy_coded = -1.5329;

constexpr std::array lines = {
    TheoryLine{"gauss-bound",
               "R(D) bound, Gauss: 6.02 dB a bit",
               "D = 4^−R, so 6.02·R dB; also even data over the full range",
               "Shannon 1959; Cover and Thomas, ch. 10",
               true,
               true,
               {},
               0.0},
    TheoryLine{"gauss-levels", "best levels, Gauss", "Lloyd–Max: 2^b levels, each the mean of its cell",
               "Max 1960; Lloyd 1982; beyond 8 bits Panter and Dite 1951", false, true, gauss_levels, gauss_high},
    TheoryLine{"laplace-levels", "best levels, Laplace", "Lloyd–Max: 2^b levels, each the mean of its cell",
               "Lloyd 1982; beyond 8 bits Panter and Dite 1951", false, true, laplace_levels, laplace_high},
    TheoryLine{"gauss-uniform",
               "best even steps, Gauss",
               "codes −2^(b−1) … 2^(b−1)−1 times the best Δ",
               "Max 1960",
               false,
               false,
               gauss_uniform,
               {}},
    TheoryLine{"laplace-uniform",
               "best even steps, Laplace",
               "codes −2^(b−1) … 2^(b−1)−1 times the best Δ",
               "as Max 1960, for Laplace",
               false,
               false,
               laplace_uniform,
               {}},
    TheoryLine{"entropy-coded",
               "even steps, entropy-coded",
               "πe/6 above the bound at high rate: 6.02·R − 1.53 dB",
               "Gish and Pierce 1968",
               false,
               false,
               {},
               entropy_coded},
    TheoryLine{"laplace-bound",
               "Shannon's bound, Laplace",
               "D ≥ (e/π)·4^−R: 6.02·R + 0.63 dB",
               "Shannon 1959",
               true,
               false,
               {},
               laplace_bound_db},
};

}  // namespace

std::span<const TheoryLine> theory_lines() { return lines; }

const TheoryLine* find_theory_line(std::string_view id) {
  const auto at = std::find_if(lines.begin(), lines.end(), [id](const TheoryLine& l) { return l.id == id; });
  return at == lines.end() ? nullptr : &*at;
}

std::optional<double> theory_db(const TheoryLine& line, double bits) {
  if (!std::isfinite(bits) || bits < 0) return {};
  const auto& table = line.distortion;
  if (!table.empty() && bits < 1) return {};
  const double whole = std::floor(bits);
  if (table.empty() || whole >= double(table.size()) + (bits > whole ? 0 : 1)) {
    if (!line.high_rate_db) return {};
    return db_per_bit * bits + *line.high_rate_db;
  }
  const auto db = [&](std::size_t b) { return -10 * std::log10(table[b - 1]); };
  const auto below = std::size_t(whole);
  return below == table.size() ? db(below) : std::lerp(db(below), db(below + 1), bits - whole);
}

std::vector<TheoryPoint> theory_points(const TheoryLine& line, double first, double last) {
  std::vector<TheoryPoint> points;
  const auto add = [&](double bits) {
    if (const auto db = theory_db(line, bits)) points.push_back({bits, *db});
  };
  if (!(first < last)) return points;
  add(first);
  for (std::size_t b = 1; b <= line.distortion.size(); ++b)
    if (double(b) > first && double(b) < last) add(double(b));
  add(last);
  return points;
}

}  // namespace quant
