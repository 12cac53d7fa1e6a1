#pragma once
// One self-contained HTML page of a session: charts as inline SVG, every tensor's figures, the plan. No reference
// outside.

#include <string>

#include "core/plan/plan.h"
#include "core/session/session.h"

namespace quant {

/// `plan` may be null. Errors: refused where the session has no measurements.
Result<std::string> html_report(const Session& session, const Plan* plan);

}  // namespace quant
