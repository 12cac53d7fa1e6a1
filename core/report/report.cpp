// The page: what was measured, what was planned, and why.

#include "core/report/report.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/base/version.h"
#include "core/report/content.h"
#include "core/report/svg.h"

namespace quant {
namespace report {
namespace {

std::string card(const std::string& value, const std::string& what) {
  return fmt::format("<div class=\"card\"><b>{}</b><span>{}</span></div>\n", value, what);
}

std::string model_name(const Content& c) {
  const std::filesystem::path path(c.source.path);
  const auto file = path.filename().string();
  // Most checkpoints are called model.safetensors: their folder says more.
  const bool plain = path.stem() == "model" && path.has_parent_path() && !path.parent_path().filename().empty();
  return plain ? path.parent_path().filename().string() : file;
}

std::string cards(const Content& c) {
  std::uint64_t weights = 0, bytes = 0;
  for (const auto& t : c.tensors)
    if (t.counts) weights += t.elements(), bytes += t.bytes;
  std::string html = "<div class=\"cards\">\n";
  html += card(grouped(weights), fmt::format("weights in {} tensors", c.tensors.size()));
  html += card(si_bytes(bytes),
               fmt::format("as stored, {:.2f} bits per weight", weights ? 8.0 * double(bytes) / double(weights) : 0));
  html += card(std::to_string(c.schemes.size()),
               c.schemes.size() == 1 ? "scheme measured" : "schemes measured, every element of every tensor");
  if (c.plan) {
    html += card(si_bytes(c.plan->bytes), fmt::format("as planned, {:.3f} bits per weight", c.plan->bpw));
    html +=
        card(c.plan->optimal ? "optimal" : fmt::format("{:.2g} %", 100 * c.plan->gap),
             c.plan->optimal ? "no plan of this size has less damage" : "gap: the search stopped at its time limit");
  }
  return html + "</div>\n";
}

std::string plan_text(const Plan& plan) {
  auto html = fmt::format(
      "<p>Damage {} by <em>{}</em>; no plan within {} bytes can go below {} (gap {:.2g} %). Feasible: {:.3f} to {:.3f} "
      "bits "
      "per weight. One MiB more would save about {}.</p>\n",
      figure(plan.objective), escape(plan.metric), grouped(plan.budget_bytes), figure(plan.bound), 100 * plan.gap,
      plan.min_bpw, plan.max_bpw, figure(plan.price * 1048576.0));
  const UniformPlan* best = nullptr;
  for (const auto& u : plan.uniform)
    if (u.fits && u.complete && (!best || u.objective < best->objective)) best = &u;
  if (!plan.guard.empty())
    html += fmt::format("<p class=\"note\">{} for all tensors is as good here: take it.</p>\n", escape(plan.guard));
  else if (best && best->objective > 0)
    html +=
        fmt::format("<p>The best single scheme that fits, {}, has a damage of {}: the plan has {:.1f} % less.</p>\n",
                    escape(best->scheme), figure(best->objective), 100 * (1 - plan.objective / best->objective));
  return html;
}

std::string plan_section(const Content& c) {
  if (!c.plan) return {};
  return "<section><h2>The plan</h2>\n" + plan_text(*c.plan) + "<div class=\"row\">\n" + pareto_chart(*c.plan) +
         scheme_bar(*c.plan) + "</div></section>\n";
}

std::string section(const std::string& title, const std::string& text, const std::string& body) {
  return fmt::format("<section><h2>{}</h2>\n<p class=\"quiet\">{}</p>\n{}</section>\n", title, text, body);
}

std::string body(const Content& c) {
  auto html = fmt::format("<h1>{}</h1>\n<div class=\"path\">{} · {}</div>\n", escape(model_name(c)),
                          escape(c.source.format), escape(c.source.path));
  html += cards(c) + plan_section(c);
  html +=
      section("Where quantization hurts",
              fmt::format("Signal to quantization noise of each tensor under {}. Bright cells lose most. A cell that "
                          "stands for several tensors shows the worst.",
                          escape(c.shown)),
              "<div class=\"wide\">" + sensitivity_map(c) + "</div>");
  html += section("What a bit buys",
                  "One dot a tensor; the thick bar spans the middle half of them, the stroke is the median. 6 dB are "
                  "half the error.",
                  error_against_bits(c));
  html += section(c.plan ? "What hurts most in the plan" : "What hurts most",
                  "Signed error of the tensors with the most damage, every element counted: "
                  "<span class=\"swatch s1\"></span>all <span class=\"swatch s2\"></span>of these clipped",
                  worst_tensors(c));
  html += section("Every tensor", "Signal to quantization noise in decibels under each scheme; higher is better.",
                  tensor_table(c));
  return html;
}

}  // namespace
}  // namespace report

Result<std::string> html_report(const Session& session, const Plan* plan) {
  QUANT_TRY(content, report::gather(session, plan));
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{} · Quantoscope</title>\n"
      "<style>{}</style></head>\n<body><main>\n{}<footer>Quantoscope {}. Mean squared errors and decibels are over all "
      "finite "
      "elements, in double.</footer>\n</main></body></html>\n",
      report::escape(report::model_name(content)), report::style_sheet(), report::body(content), version);
}

}  // namespace quant
