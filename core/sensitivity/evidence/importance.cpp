// Importance matrices and calibrations as evidence: how large the inputs of a layer are on average.

#include <algorithm>
#include <numeric>

#include "core/calibration/calibration_file.h"
#include "core/sensitivity/evidence.h"

namespace quant {

namespace {

bool sniff(const EvidenceFile&, std::span<const std::byte> head) {
  const auto kinds = calibration_kinds();
  return std::any_of(kinds.begin(), kinds.end(), [head](const CalibrationKind* kind) { return kind->sniff(head); });
}

Result<std::vector<EvidenceRow>> read(const EvidenceFile& file) {
  QUANT_TRY(matrix, open_calibration(file.path));
  std::vector<EvidenceRow> rows;
  for (std::size_t i = 0; i < matrix->entries().size(); ++i) {
    QUANT_TRY(moments, matrix->moments(i));
    const auto& values = moments.mean_sq;
    if (values.empty()) continue;
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / double(values.size());
    rows.push_back({matrix->entries()[i].name, "", "mean_sq", mean, false});
  }
  return rows;
}

}  // namespace

extern const EvidenceKind importance_evidence;
constinit const EvidenceKind importance_evidence{
    .id = "imatrix", .title = "importance matrix of llama.cpp, or a calibration", .sniff = sniff, .read = read};

}  // namespace quant
