#include "core/report/svg.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/base/text.h"

namespace quant::report {
namespace {

std::string tip_text(std::string_view tip) {
  return tip.empty() ? std::string() : fmt::format("<title>{}</title>", escape(tip));
}

}  // namespace

std::string escape(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string figure(double x) {
  if (!std::isfinite(x)) return "–";
  const double a = std::fabs(x);
  const auto digits = a != 0 && (a < 1e-3 || a >= 1e5) ? fmt::format("{:.3g}", a)
                      : a >= 1000                      ? fmt::format("{:.0f}", a)
                                                       : fmt::format("{:.3g}", a);
  return x < 0 ? "−" + digits : digits;
}

Svg::Svg(double width, double height, std::string_view label)
    : body_(fmt::format(
          "<svg viewBox=\"0 0 {:.0f} {:.0f}\" width=\"{:.0f}\" height=\"{:.0f}\" role=\"img\" aria-label=\"{}\">\n",
          width, height, width, height, escape(label))) {}

void Svg::line(double x1, double y1, double x2, double y2, std::string_view css) {
  body_ += fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" class=\"{}\"/>\n", x1, y1, x2, y2,
                       css);
}

void Svg::polyline(const std::vector<std::pair<double, double>>& points, std::string_view css) {
  body_ += fmt::format("<polyline class=\"{}\" points=\"", css);
  for (const auto& [x, y] : points) body_ += fmt::format("{:.1f},{:.1f} ", x, y);
  body_ += "\"/>\n";
}

void Svg::rect(double x, double y, double w, double h, std::string_view css, std::string_view tip,
               std::string_view fill) {
  body_ += fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" class=\"{}\"", x, y,
                       std::max(0.0, w), std::max(0.0, h), css);
  if (!fill.empty()) body_ += fmt::format(" fill=\"{}\"", fill);
  body_ += fmt::format(">{}</rect>\n", tip_text(tip));
}

void Svg::circle(double x, double y, double r, std::string_view css, std::string_view tip) {
  body_ += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\" class=\"{}\">{}</circle>\n", x, y, r, css,
                       tip_text(tip));
}

void Svg::text(double x, double y, std::string_view text, std::string_view css, std::string_view anchor) {
  body_ += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"{}\" text-anchor=\"{}\">{}</text>\n", x, y, css, anchor,
                       escape(text));
}

Scale::Scale(double lo, double hi, double from, double to, bool logarithmic)
    : lo_(logarithmic ? std::log10(lo) : lo),
      hi_(logarithmic ? std::log10(hi) : hi),
      from_(from),
      to_(to),
      log_(logarithmic) {
  if (!(hi_ > lo_)) hi_ = lo_ + 1;
}

double Scale::at(double value) const {
  const double v = log_ ? std::log10(value) : value;
  return from_ + (v - lo_) / (hi_ - lo_) * (to_ - from_);
}

std::vector<double> Scale::ticks() const {
  std::vector<double> list;
  double step = 1;  // decades
  if (log_) {
    step = std::max(1.0, std::ceil((hi_ - lo_) / 7));
  } else {
    step = std::pow(10.0, std::floor(std::log10((hi_ - lo_) / 4)));
    for (const double factor : {5.0, 2.0})
      if ((hi_ - lo_) / (step * factor) >= 4) {
        step *= factor;
        break;
      }
  }
  for (double t = std::ceil(lo_ / step - 1e-9) * step; t <= hi_ + 1e-9 * step; t += step)
    list.push_back(log_ ? std::pow(10.0, t) : (std::fabs(t) < 1e-9 * step ? 0.0 : t));
  return list;
}

void axes(Svg& svg, const Frame& f, const Scale& x, const Scale& y, std::string_view x_title,
          std::string_view y_title) {
  for (const double t : y.ticks()) {
    svg.line(f.left, y.at(t), f.right, y.at(t), "grid");
    svg.text(f.left - 6, y.at(t) + 4, figure(t), "tick", "end");
  }
  for (const double t : x.ticks()) {
    svg.line(x.at(t), f.bottom, x.at(t), f.bottom + 4, "axis");
    svg.text(x.at(t), f.bottom + 18, figure(t), "tick", "middle");
  }
  svg.line(f.left, f.bottom, f.right, f.bottom, "axis");
  svg.text((f.left + f.right) / 2, f.bottom + 36, x_title, "label", "middle");
  svg.text(f.left, f.top - 10, y_title, "label", "start");
}

std::string cividis(double t) {
  t = std::clamp(t, 0.0, 1.0);
  const double r = -4.54 - t * (35.34 - t * (2381.73 - t * (6402.7 - t * (7024.72 - 2710.57 * t))));
  const double g = 32.49 + t * (170.73 + t * (52.82 - t * (131.46 - t * (176.58 - 67.37 * t))));
  const double b = 81.24 + t * (442.36 - t * (2482.43 - t * (6167.24 - t * (6614.94 - 2475.67 * t))));
  const auto byte = [](double v) { return int(std::lround(std::clamp(v, 0.0, 255.0))); };
  return fmt::format("#{:02x}{:02x}{:02x}", byte(r), byte(g), byte(b));
}

}  // namespace quant::report
