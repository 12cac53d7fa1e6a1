#pragma once
// What theory promises: the signal to noise ratio that b bits per weight buy on data of a known shape.

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace quant {

inline constexpr double db_per_bit = 6.020599913279624;       ///< 20·log10 2: what one more bit is worth
inline constexpr double even_rounding = 0.28867513459481287;  ///< 1/√12: RMSE/Δ of errors that fill [−½, ½] evenly

/// A curve of SQNR in dB over bits per weight. Independent samples of variance 1; real weights come in groups of
/// different spread, so a scheme with scales per group may pass a curve that its elements alone could not.
struct TheoryLine {
  std::string_view id;       ///< "gauss-bound"
  std::string_view title;    ///< as a legend writes it
  std::string_view formula;  ///< what stands behind it
  std::string_view source;
  bool bound = false;                  ///< nothing lies above it on such data; else what the best of its kind reaches
  bool usual = false;                  ///< drawn where nobody has chosen
  std::span<const double> distortion;  ///< E[e²]/σ² at 1, 2, … whole bits; empty: the straight line alone
  std::optional<double> high_rate_db;  ///< 6.02·b + this: everywhere without `distortion`, else beyond its last bit
};

/// All lines, the bound first.
std::span<const TheoryLine> theory_lines();
const TheoryLine* find_theory_line(std::string_view id);

/// SQNR in dB at `bits`; between whole bits of a table along the straight line that joins them (time sharing of two
/// quantizers does worse, so this is a guide to the eye). Nothing outside of where the line is known.
std::optional<double> theory_db(const TheoryLine& line, double bits);

struct TheoryPoint {
  double bits = 0, db = 0;
};
/// The line's corners inside [first, last], both ends included where the line reaches them; empty where it does not.
std::vector<TheoryPoint> theory_points(const TheoryLine& line, double first, double last);

}  // namespace quant
