// The sensitivity map and the histograms of the worst tensors.

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "core/report/content.h"
#include "core/report/svg.h"
#include "core/stats/bit_histogram.h"

namespace quant::report {
namespace {

// ── layers × roles ──

/// The worst tensor of one layer and role (experts share a cell).
struct Cell {
  const StoredAnalysis* worst = nullptr;
  std::size_t tensors = 0;
};

/// A layer of a side (encoder, vision, …); empty where only one side has layers. −1 = tensors of no layer, first.
using Place = std::pair<std::string, int>;

struct Grid {
  std::vector<std::string> roles;
  std::vector<Place> layers;
  std::map<std::pair<Place, std::string>, Cell> cells;
  double lo = 1e9, hi = -1e9;  ///< decibels
};

/// Roles in the order of the data's way through a block.
constexpr std::array<std::string_view, 14> role_order = {"embed",    "attn_q",   "attn_k",      "attn_v",    "attn_qkv",
                                                         "attn_q_a", "attn_q_b", "attn_kv_a",   "attn_kv_b", "attn_o",
                                                         "mlp_gate", "mlp_up",   "mlp_gate_up", "mlp_down"};

std::size_t rank(const std::string& role) {
  const auto at = std::find(role_order.begin(), role_order.end(), role);
  return role == "head" ? role_order.size() + 1 : std::size_t(at - role_order.begin());
}

Grid grid_of(const Content& content) {
  Grid g;
  std::set<std::string> sides;
  for (const auto& t : content.tensors)
    if (t.layer) sides.insert(t.side);
  std::set<Place> layers;
  for (const auto& t : content.tensors) {
    const auto* row = content.find(t.name, content.shown);
    if (!row || !row->refused.empty()) continue;
    const Place place(sides.size() > 1 ? t.side : "", t.layer.value_or(-1));
    auto& cell = g.cells[{place, t.role}];
    ++cell.tensors, layers.insert(place);
    if (std::find(g.roles.begin(), g.roles.end(), t.role) == g.roles.end()) g.roles.push_back(t.role);
    if (!row->figures.sqnr_db) continue;
    g.lo = std::min(g.lo, *row->figures.sqnr_db), g.hi = std::max(g.hi, *row->figures.sqnr_db);
    if (!cell.worst || *row->figures.sqnr_db < *cell.worst->figures.sqnr_db) cell.worst = row;
  }
  std::stable_sort(g.roles.begin(), g.roles.end(), [](const auto& a, const auto& b) { return rank(a) < rank(b); });
  g.layers.assign(layers.begin(), layers.end());
  return g;
}

constexpr double cell_w = 74, map_left = 52, map_top = 44;

void draw_cell(Svg& svg, const Grid& g, const Cell& cell, double x, double y, double h) {
  if (!cell.worst) {
    svg.rect(x, y, cell_w - 2, h - 2, "empty", "exact");
    return;
  }
  const double db = *cell.worst->figures.sqnr_db;
  const double t = g.hi > g.lo ? (g.hi - db) / (g.hi - g.lo) : 0.5;  // bright = more error
  svg.rect(x, y, cell_w - 2, h - 2, "cell",
           fmt::format("{} · {:.2f} dB{}", cell.worst->tensor, db,
                       cell.tensors > 1 ? fmt::format(" · worst of {}", cell.tensors) : ""),
           cividis(t));
  if (h >= 18)
    svg.text(x + cell_w / 2 - 1, y + h / 2 + 3, fmt::format("{:.1f}", db), t > 0.5 ? "on-light" : "on-dark", "middle");
}

void draw_legend(Svg& svg, const Grid& g, double y) {
  constexpr int steps = 48;
  constexpr double w = 4;
  for (int i = 0; i < steps; ++i)
    svg.rect(map_left + i * w, y, w + 0.5, 10, "cell", {}, cividis(double(i) / (steps - 1)));
  svg.text(map_left, y + 25, fmt::format("{:.1f} dB, best", g.hi), "tick");
  svg.text(map_left + steps * w, y + 25, fmt::format("{:.1f} dB, worst", g.lo), "tick", "end");
}

// ── histograms ──

struct Worst {
  const StoredAnalysis* row;
  double cost;
};

/// The tensors with the largest damage under their planned scheme, or under the map's.
std::vector<Worst> worst_of(const Content& content, std::size_t count) {
  std::vector<Worst> list;
  for (const auto& t : content.tensors) {
    const auto* a = content.assigned(t.name);
    const auto* row = content.find(t.name, content.plan ? (a ? a->scheme : std::string()) : content.shown);
    if (!row || !row->refused.empty() || !row->figures.mse || *row->figures.mse <= 0) continue;
    list.push_back({row, a ? a->cost : *row->figures.mse * double(row->figures.count)});
  }
  std::stable_sort(list.begin(), list.end(), [](const Worst& a, const Worst& b) { return a.cost > b.cost; });
  if (list.size() > count) list.resize(count);
  return list;
}

/// The last 38 characters: the end of a name tells more than its start.
std::string short_name(const std::string& name) {
  constexpr std::size_t most = 38;
  return name.size() <= most ? name : "…" + name.substr(name.size() - most);
}

std::string error_histogram(const StoredAnalysis& row, const ErrorCounters& counters) {
  constexpr double w = 276, h = 170, left = 8, right = 268, top = 42, bottom = 138;
  constexpr std::size_t bins = 65;  // odd: one bin in the middle
  const double reach = std::max(1e-30, 1.6 * row.figures.p99_abs.value_or(row.figures.max_abs.value_or(1)));
  const auto all = spread(counters.error, -reach, reach, bins), clipped = spread(counters.clipped, -reach, reach, bins);
  const double most = std::max(1.0, *std::max_element(all.begin(), all.end()));
  Svg svg(w, h, "Signed error of " + row.tensor);
  svg.text(left, 14, short_name(row.tensor), "strong small");
  svg.text(left, 29, fmt::format("{} · {:.1f} dB", row.scheme, row.figures.sqnr_db.value_or(0)), "tick");
  const double bar = (right - left) / double(bins);
  for (std::size_t i = 0; i < bins; ++i) {
    const double x = left + bar * double(i), high = (bottom - top) * all[i] / most,
                 cut = (bottom - top) * clipped[i] / most;
    if (all[i] > 0) svg.rect(x, bottom - high, bar - 0.6, high, "bar s1");
    if (cut > 0.25) svg.rect(x, bottom - cut, bar - 0.6, cut, "bar s2");
  }
  svg.line(left, bottom, right, bottom, "axis");
  svg.line((left + right) / 2, bottom, (left + right) / 2, bottom + 4, "axis");
  svg.text(left, bottom + 18, figure(-reach), "tick"), svg.text(right, bottom + 18, figure(reach), "tick", "end");
  svg.text((left + right) / 2, bottom + 18, "0", "tick", "middle");
  return svg.done();
}

}  // namespace

std::string sensitivity_map(const Content& content) {
  const auto g = grid_of(content);
  if (g.cells.empty() || g.hi < g.lo)
    return "<p class=\"quiet\">Nothing to draw: the scheme is exact everywhere.</p>\n";
  const double h = g.layers.size() <= 48 ? 22 : 12;
  const double bottom = map_top + h * double(g.layers.size());
  Svg svg(std::max(map_left + cell_w * double(g.roles.size()), 280.0), bottom + 44,
          "Signal to noise ratio by layer and role");
  for (std::size_t r = 0; r < g.roles.size(); ++r)
    svg.text(map_left + cell_w * double(r) + cell_w / 2 - 1, map_top - 8, g.roles[r], "tick", "middle");
  svg.text(0, map_top - 8, "layer", "tick");
  for (std::size_t l = 0; l < g.layers.size(); ++l) {
    const double y = map_top + h * double(l);
    const auto& [side, layer] = g.layers[l];
    if (h >= 18 || layer % 5 == 0)
      svg.text(map_left - 8, y + h / 2 + 3, side.substr(0, 3) + (layer < 0 ? " –" : " " + std::to_string(layer)),
               "tick", "end");
    for (std::size_t r = 0; r < g.roles.size(); ++r)
      if (const auto at = g.cells.find({g.layers[l], g.roles[r]}); at != g.cells.end())
        draw_cell(svg, g, at->second, map_left + cell_w * double(r), y, h);
  }
  draw_legend(svg, g, bottom + 10);
  return svg.done();
}

std::string worst_tensors(const Content& content) {
  std::string html = "<div class=\"row\">\n";
  for (const auto& worst : worst_of(content, 4)) {
    const auto counters = content.session.counters(worst.row->tensor, worst.row->scheme);
    if (counters && *counters) html += error_histogram(*worst.row, **counters);
  }
  return html + "</div>\n";
}

}  // namespace quant::report
