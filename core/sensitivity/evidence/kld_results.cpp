// GGUF-Tool-Suite's kld_results.csv and ppl_results.csv: QTYPE, then a column a tensor; a row says what the model
// suffers when only that tensor has that type.

#include <fmt/format.h>

#include <cmath>

#include "core/base/text.h"
#include "core/sensitivity/evidence.h"
#include "core/sensitivity/evidence/table.h"

namespace quant {
namespace {

bool sniff(const EvidenceFile& file, std::span<const std::byte>) {
  const auto header = evidence::table_header(file.text);
  return !header.empty() && evidence::lower_case(header.front()) == "qtype";
}

/// The table does not say what it holds, its name does.
std::string_view metric_of(const std::filesystem::path& path) {
  return evidence::lower_case(path.filename().string()).find("ppl") == std::string::npos ? "kld" : "ppl";
}

Result<std::vector<EvidenceRow>> read(const EvidenceFile& file) {
  const auto header = evidence::table_header(file.text);
  const std::string metric(metric_of(file.path));
  std::vector<EvidenceRow> rows;
  QUANT_CHECK(evidence::read_table(file.text, file.path.string(), [&](const evidence::TableRow& row) -> Result<void> {
    const std::string scheme = scheme_of_evidence(row.cells.front());
    for (std::size_t c = 1; c < row.cells.size(); ++c) {
      const auto value = parse_double(row.cells[c]);  // an empty cell, or "404", was not measured or failed
      if (value && std::isfinite(*value)) rows.push_back({header[c], scheme, metric, *value, false});
    }
    return {};
  }));
  return rows;
}

}  // namespace

extern const EvidenceKind kld_results_evidence;
constinit const EvidenceKind kld_results_evidence{
    .id = "kld-results", .title = "GGUF-Tool-Suite kld_results.csv, ppl_results.csv", .sniff = sniff, .read = read};

}  // namespace quant
