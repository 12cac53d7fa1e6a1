// Measuring what a session lacks, tensor by tensor.

#include <set>

#include "core/sensitivity/metric.h"
#include "core/tensor/calibration.h"

namespace quant {
namespace {

using Pair = std::pair<std::string, std::string>;  // tensor, scheme

struct Known {
  std::set<Pair> measured, refused;
};

/// The pairs that need not be made again.
Result<Known> known_pairs(const Session& session, const Calibration* calibration) {
  QUANT_TRY(rows, session.analyses());
  Known known;
  for (const auto& row : rows)
    if (made_with(row, calibration))
      (row.refused.empty() ? known.measured : known.refused).emplace(row.tensor, row.scheme);
  return known;
}

/// One tensor and the schemes that it still lacks.
struct Work {
  std::size_t tensor;
  std::vector<Scheme> schemes;
};

std::vector<Work> missing(const Source& source, const Known& known, std::span<const Scheme> schemes,
                          std::span<const std::size_t> tensors, SensitivityRun& run) {
  std::vector<Work> work;
  for (const auto index : tensors) {
    Work one{index, {}};
    std::set<std::string> asked;  // a scheme that was given twice is measured once
    for (const auto& scheme : schemes) {
      const Pair pair(source.tensors()[index].name, scheme.text());
      if (!asked.insert(pair.second).second) continue;
      if (known.measured.contains(pair))
        ++run.reused;
      else if (known.refused.contains(pair))
        ++run.refused;
      else
        one.schemes.push_back(scheme);
    }
    if (!one.schemes.empty()) work.push_back(std::move(one));
  }
  return work;
}

/// Measures and commits one tensor. A storage type without a decoder refuses every scheme, and is not remembered: a
/// later version may have one.
Result<void> measure(const Source& source, Session& session, const Work& work, const Devices& devices, JobContext& job,
                     SensitivityRun& run) {
  const auto view = source.view(work.tensor);
  if (!view && view.error().code != ErrorCode::unsupported) return tl::unexpected(view.error());
  if (!view) {
    run.refused += work.schemes.size();
    return {};
  }
  QUANT_TRY(analyses, analyze(**view, work.schemes, devices, job));
  QUANT_CHECK(session.store(analyses));
  for (const auto& a : analyses) {
    ++(a.refused.empty() ? run.measured : run.refused);
    if (run.warning.empty()) run.warning = a.warning;
  }
  return {};
}

}  // namespace

bool made_with(const StoredAnalysis& pair, const Calibration* calibration) {
  if (calibration == nullptr) return true;
  const auto print = calibration->fingerprint(pair.tensor);
  const bool unknown = calibration->mean_sq(pair.tensor).empty();
  return pair.calibration == print || (unknown && pair.calibration.empty() && pair.refused.empty());
}

Result<SensitivityRun> measure_sensitivity(const Source& source, Session& session, std::span<const Scheme> schemes,
                                           std::span<const std::size_t> tensors, const Devices& devices,
                                           JobContext& job,
                                           const std::function<void(const std::string& tensor)>& progress) {
  QUANT_CHECK(session.bind(source));
  QUANT_TRY(known, known_pairs(session, devices.calibration));
  SensitivityRun run;
  const auto work = missing(source, known, schemes, tensors, run);
  std::uint64_t weights = 0;
  for (const auto& w : work) weights += source.tensors()[w.tensor].elements() * w.schemes.size();
  job.total = job.done + weights;
  for (const auto& w : work) {
    if (job.stopped()) return cancelled("measure sensitivity");
    QUANT_CHECK(measure(source, session, w, devices, job, run));
    if (progress) progress(source.tensors()[w.tensor].name);
  }
  return run;
}

}  // namespace quant
