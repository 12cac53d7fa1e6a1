// The table of every tensor.

#include <algorithm>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/report/content.h"
#include "core/report/svg.h"

namespace quant::report {
namespace {

constexpr std::size_t max_columns = 8;  // schemes side by side before the table gets wider than a page

std::string shape_text(const TensorInfo& t) {
  std::string text;
  for (const auto n : t.shape) text += (text.empty() ? "" : "×") + std::to_string(n);
  return text.empty() ? "1" : text;
}

std::string head(const Content& c, std::size_t columns) {
  std::string html =
      "<thead><tr><th>tensor</th><th>role</th><th>layer</th><th>shape</th><th>stored</th><th class=\"n\">size</th>";
  if (c.plan) html += "<th>plan</th><th class=\"n\">size</th><th class=\"n\">damage</th>";
  for (std::size_t i = 0; i < columns; ++i)
    html += fmt::format("<th class=\"n\">{}, dB</th>", escape(c.schemes[i].scheme));
  return html + "</tr></thead>\n";
}

std::string planned(const Content& c, const TensorInfo& t) {
  const auto* a = c.assigned(t.name);
  if (!a) return "<td></td><td></td><td></td>";
  const double share = c.plan->objective > 0 ? 100 * a->cost / c.plan->objective : 0;
  return fmt::format("<td>{}{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td>",
                     a->scheme == "none" ? "<span class=\"quiet\">as stored</span>" : escape(a->scheme),
                     a->pinned ? " <span class=\"tag\">pinned</span>" : "", si_bytes(a->bytes),
                     share > 0 ? fmt::format("{:.2f} %", share) : "–");
}

std::string measured(const StoredAnalysis* row, bool chosen) {
  if (!row) return "<td class=\"n quiet\"></td>";
  if (!row->refused.empty())
    return fmt::format("<td class=\"n quiet\" title=\"{}\">refused</td>", escape(row->refused));
  if (row->figures.exact) return "<td class=\"n quiet\">exact</td>";
  if (!row->figures.sqnr_db) return "<td class=\"n quiet\">–</td>";
  return fmt::format("<td class=\"n{}\">{:.2f}</td>", chosen ? " chosen" : "", *row->figures.sqnr_db);
}

std::string table_row(const Content& c, const TensorInfo& t, std::size_t columns) {
  auto html = fmt::format(
      "<tr><td class=\"name\">{}</td><td>{}</td><td class=\"n\">{}</td><td>{}</td><td>{}</td><td class=\"n\">{}</td>",
      escape(t.name), escape(t.role), t.layer ? std::to_string(*t.layer) : "–", shape_text(t), info(t.dtype).name,
      si_bytes(t.bytes));
  if (c.plan) html += planned(c, t);
  const auto* a = c.assigned(t.name);
  for (std::size_t i = 0; i < columns; ++i)
    html += measured(c.find(t.name, c.schemes[i].scheme), a && a->scheme == c.schemes[i].scheme);
  return html + "</tr>\n";
}

}  // namespace

std::string tensor_table(const Content& content) {
  const auto columns = std::min(content.schemes.size(), max_columns);
  std::string html = "<div class=\"scroll\"><table>\n" + head(content, columns) + "<tbody>\n";
  for (const auto& t : content.tensors) html += table_row(content, t, columns);
  return html + "</tbody></table></div>\n";
}

}  // namespace quant::report
