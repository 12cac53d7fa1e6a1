#pragma once
// Charts as inline SVG: shapes by class, so that the page's style sheet colours them for light and dark.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace quant::report {

/// For text and attributes of HTML: & < > " ' escaped, control characters made visible.
std::string escape(std::string_view text);

/// "0.0123", "1.2e-7": three figures, as people compare them.
std::string figure(double x);

class Svg {
 public:
  /// `label` is read out by screen readers.
  Svg(double width, double height, std::string_view label);

  void line(double x1, double y1, double x2, double y2, std::string_view css);
  void polyline(const std::vector<std::pair<double, double>>& points, std::string_view css);
  void rect(double x, double y, double w, double h, std::string_view css, std::string_view tip = {},
            std::string_view fill = {});
  void circle(double x, double y, double r, std::string_view css, std::string_view tip = {});
  /// anchor: start, middle, end.
  void text(double x, double y, std::string_view text, std::string_view css = "label",
            std::string_view anchor = "start");
  std::string done() const { return body_ + "</svg>\n"; }

 private:
  std::string body_;
};

/// Where values lie on a chart, linear or logarithmic, with round ticks.
class Scale {
 public:
  Scale(double lo, double hi, double from, double to, bool logarithmic);
  double at(double value) const;
  std::vector<double> ticks() const;

 private:
  double lo_, hi_, from_, to_;
  bool log_;
};

/// Grid lines, tick labels and titles of a plot area.
struct Frame {
  double left, top, right, bottom;
};
void axes(Svg& svg, const Frame& frame, const Scale& x, const Scale& y, std::string_view x_title,
          std::string_view y_title);

/// Cividis as "#rrggbb", t in [0, 1]: dark blue to light yellow, even in lightness (Nuñez et al. 2018, degree-5 fit).
std::string cividis(double t);

}  // namespace quant::report
