#include "core/report/content.h"

#include <algorithm>
#include <cmath>

namespace quant::report {
namespace {

void index(Content& c) {
  for (std::size_t i = 0; i < c.rows.size(); ++i) c.row_at.emplace(std::pair(c.rows[i].tensor, c.rows[i].scheme), i);
  if (c.plan)
    for (std::size_t i = 0; i < c.plan->assignments.size(); ++i)
      c.assignment_at.emplace(c.plan->assignments[i].tensor, i);
}

void count_schemes(Content& c) {
  std::map<std::string, std::uint64_t> elements;
  for (const auto& t : c.tensors) elements.emplace(t.name, t.elements());
  for (const auto& row : c.rows) {
    auto at =
        std::find_if(c.schemes.begin(), c.schemes.end(), [&](const SchemeTotal& s) { return s.scheme == row.scheme; });
    if (at == c.schemes.end()) at = c.schemes.insert(at, {row.scheme});
    if (!row.refused.empty() || !elements.contains(row.tensor)) continue;
    ++at->tensors, at->bytes += row.figures.bytes, at->elements += elements[row.tensor];
  }
}

void choose_shown(Content& c) {
  constexpr double usual_bpw = 4.5;  // where most people decide
  const auto better = [](const SchemeTotal& a, const SchemeTotal& b) {
    if (a.tensors != b.tensors) return a.tensors > b.tensors;
    return std::fabs(a.bpw() - usual_bpw) < std::fabs(b.bpw() - usual_bpw);
  };
  c.shown = std::min_element(c.schemes.begin(), c.schemes.end(), better)->scheme;
}

}  // namespace

const StoredAnalysis* Content::find(const std::string& tensor, const std::string& scheme) const {
  const auto at = row_at.find({tensor, scheme});
  return at == row_at.end() ? nullptr : &rows[at->second];
}

const Assignment* Content::assigned(const std::string& tensor) const {
  const auto at = assignment_at.find(tensor);
  return at == assignment_at.end() ? nullptr : &plan->assignments[at->second];
}

Result<Content> gather(const Session& session, const Plan* plan) {
  Content c{.session = session,
            .plan = plan,
            .source = session.source().value_or(SavedSource{}),
            .tensors = {},
            .rows = {},
            .schemes = {},
            .shown = {},
            .row_at = {},
            .assignment_at = {}};
  QUANT_TRY(tensors, session.tensors());
  QUANT_TRY(rows, session.analyses());
  c.tensors = std::move(tensors), c.rows = std::move(rows);
  if (std::none_of(c.rows.begin(), c.rows.end(), [](const StoredAnalysis& r) { return r.refused.empty(); }))
    return failure(ErrorCode::refused, "report", session.file().string(), "the session has no measurements",
                   "run quantoscope-cli sensitivity first");
  index(c), count_schemes(c), choose_shown(c);
  return c;
}

}  // namespace quant::report
