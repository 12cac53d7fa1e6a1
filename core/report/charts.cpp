// The charts of damage against size.

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/report/content.h"
#include "core/report/svg.h"

namespace quant::report {
namespace {

constexpr double width = 560, height = 350;
constexpr Frame frame{64, 44, 540, 294};
constexpr std::size_t max_dots = 2500;  // beyond it the quartiles speak alone
constexpr int colours = 4;              // --s1 … --s4 of the style sheet

/// One scheme over all tensors: bits and decibels of each.
struct Cloud {
  std::string scheme;
  double bpw = 0;
  std::vector<std::pair<double, const StoredAnalysis*>> points;  ///< sqnr_db ascending

  double quantile(double p) const { return points[std::size_t(p * double(points.size() - 1) + 0.5)].first; }
};

std::vector<Cloud> clouds_of(const Content& content) {
  std::vector<Cloud> clouds;
  for (const auto& total : content.schemes) {
    Cloud cloud{total.scheme, total.bpw(), {}};
    for (const auto& row : content.rows)
      if (row.scheme == total.scheme && row.refused.empty() && row.figures.sqnr_db)
        cloud.points.emplace_back(*row.figures.sqnr_db, &row);
    std::sort(cloud.points.begin(), cloud.points.end());
    if (!cloud.points.empty()) clouds.push_back(std::move(cloud));
  }
  return clouds;
}

void draw_cloud(Svg& svg, const Cloud& cloud, int colour, const Scale& x, const Scale& y, bool dots) {
  if (dots)
    for (const auto& [db, row] : cloud.points)
      svg.circle(x.at(row->figures.bpw), y.at(db), 2, fmt::format("dot s{}", colour),
                 fmt::format("{} · {} · {:.2f} bits · {:.1f} dB", row->tensor, row->scheme, row->figures.bpw, db));
  const double at = x.at(cloud.bpw);
  svg.line(at, y.at(cloud.quantile(0.25)), at, y.at(cloud.quantile(0.75)), fmt::format("quartile s{}", colour));
  svg.line(at - 9, y.at(cloud.quantile(0.5)), at + 9, y.at(cloud.quantile(0.5)), fmt::format("median s{}", colour));
}

/// Direct labels beside their marks; those that would lie on one another are set below.
class Labels {
 public:
  explicit Labels(Svg& svg) : svg_(svg) {}
  void add(double x, double y, const std::string& text, int colour) {
    constexpr double letter = 7.2, line = 14, gap = 12;
    const double w = letter * double(text.size());
    const bool left = x + gap + w > width - 8;
    const double from = left ? x - gap - w : x + gap;
    for (bool moved = true; moved;) {
      moved = false;
      for (const auto& [ux, uy, uw] : used_)
        if (from < ux + uw && ux < from + w && std::fabs(uy - y) < line - 0.5) y = uy + line, moved = true;
    }
    used_.push_back({from, y, w});
    svg_.text(left ? x - gap : x + gap, y, text, fmt::format("direct s{}", colour), left ? "end" : "start");
  }

 private:
  struct Used {
    double x, y, w;
  };
  Svg& svg_;
  std::vector<Used> used_;
};

std::pair<double, double> padded(double lo, double hi, double part) {
  const double pad = std::max(1e-9, (hi - lo) * part);
  return {lo - pad, hi + pad};
}

}  // namespace

std::string error_against_bits(const Content& content) {
  const auto clouds = clouds_of(content);
  if (clouds.empty()) return "<p class=\"quiet\">Every scheme is exact, or undefined, on every tensor.</p>\n";
  double lo = 1e9, hi = -1e9, low_bits = 1e9, high_bits = 0;
  std::size_t points = 0;
  for (const auto& c : clouds) {
    lo = std::min(lo, c.points.front().first), hi = std::max(hi, c.points.back().first), points += c.points.size();
    for (const auto& [db, row] : c.points)
      low_bits = std::min(low_bits, row->figures.bpw), high_bits = std::max(high_bits, row->figures.bpw);
  }
  const auto [y_lo, y_hi] = padded(lo, hi, 0.05);
  const auto [x_lo, x_hi] = padded(low_bits, high_bits, 0.06);
  const Scale x(x_lo, x_hi, frame.left, frame.right, false), y(y_lo, y_hi, frame.bottom, frame.top, false);
  Svg svg(width, height, "Signal to noise ratio of every tensor against bits per weight");
  axes(svg, frame, x, y, "bits per weight", "signal to quantization noise, dB: higher is better");
  for (std::size_t i = 0; i < clouds.size(); ++i)
    draw_cloud(svg, clouds[i], int(i) % colours + 1, x, y, points <= max_dots);
  Labels labels(svg);
  for (std::size_t i = 0; i < clouds.size(); ++i)
    labels.add(x.at(clouds[i].bpw), y.at(clouds[i].quantile(0.5)) + 4, clouds[i].scheme, int(i) % colours + 1);
  return svg.done();
}

std::string pareto_chart(const Plan& plan) {
  double lo = plan.objective > 0 ? plan.objective : 1e300, hi = plan.objective, bits_lo = plan.bpw, bits_hi = plan.bpw;
  const auto widen = [&](double bpw, double objective) {
    bits_lo = std::min(bits_lo, bpw), bits_hi = std::max(bits_hi, bpw), hi = std::max(hi, objective);
    if (objective > 0) lo = std::min(lo, objective);
  };
  for (const auto& p : plan.pareto) widen(p.bpw, p.objective);
  for (const auto& u : plan.uniform) widen(u.bpw, u.objective);
  if (!(hi > 0)) return "<p class=\"quiet\">No plan has any damage: every choice is exact.</p>\n";
  const auto [x_lo, x_hi] = padded(bits_lo, bits_hi, 0.04);
  const Scale x(x_lo, x_hi, frame.left, frame.right, false), y(lo * 0.7, hi * 1.4, frame.bottom, frame.top, true);
  const auto at = [&](double objective) { return y.at(std::max(objective, lo * 0.7)); };
  Svg svg(width, height, "Damage of optimal plans against bits per weight, with the plan and uniform plans");
  axes(svg, frame, x, y, "bits per weight",
       fmt::format("damage (sum of {} costs), logarithmic: lower is better", plan.metric));
  std::vector<std::pair<double, double>> line;
  for (const auto& p : plan.pareto) line.emplace_back(x.at(p.bpw), at(p.objective));
  svg.polyline(line, "curve s1");
  Labels labels(svg);
  labels.add(x.at(plan.bpw), at(plan.objective) - 12, "this plan", 1);
  for (const auto& u : plan.uniform) {
    svg.circle(x.at(u.bpw), at(u.objective), 5, "ring s2",
               fmt::format("{} for all · {:.2f} bits · {}", u.scheme, u.bpw, figure(u.objective)));
    labels.add(x.at(u.bpw), at(u.objective) + 2, u.scheme + " for all", 2);
  }
  svg.circle(x.at(plan.bpw), at(plan.objective), 6, "spot s1",
             fmt::format("this plan · {:.3f} bits · {}", plan.bpw, figure(plan.objective)));
  return svg.done();
}

std::string scheme_bar(const Plan& plan) {
  std::map<std::string, std::pair<std::uint64_t, std::size_t>> by_scheme;  // bytes, tensors
  for (const auto& a : plan.assignments) by_scheme[a.scheme].first += a.bytes, ++by_scheme[a.scheme].second;
  std::vector<std::pair<std::string, std::pair<std::uint64_t, std::size_t>>> parts(by_scheme.begin(), by_scheme.end());
  std::stable_sort(parts.begin(), parts.end(),
                   [](const auto& a, const auto& b) { return a.second.first > b.second.first; });
  constexpr double left = 190, right = 400, row = 24;
  Svg svg(width, 30 + row * double(parts.size()), "Bytes of the plan by scheme");
  svg.text(0, 14, "what the plan spends its bytes on", "label");
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto& [scheme, sum] = parts[i];
    const double y = 28 + row * double(i),
                 w = (right - left) * double(sum.first) / double(std::max<std::uint64_t>(1, parts[0].second.first));
    svg.text(left - 8, y + 13, scheme == "none" ? "as stored" : scheme, "tick", "end");
    svg.rect(left, y, std::max(1.0, w), 17, "bar s1");
    svg.text(left + std::max(1.0, w) + 8, y + 13,
             fmt::format("{} · {} tensor{}", si_bytes(sum.first), sum.second, sum.second == 1 ? "" : "s"), "tick");
  }
  return svg.done();
}

}  // namespace quant::report
