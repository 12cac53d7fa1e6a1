// A table that anybody can write: tensor,scheme,metric,value in any order; scheme and metric may be missing.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/base/text.h"
#include "core/sensitivity/evidence.h"
#include "core/sensitivity/evidence/table.h"

namespace quant {
namespace {

std::optional<std::size_t> column(const std::vector<std::string>& header, std::string_view name) {
  const auto at =
      std::find_if(header.begin(), header.end(), [&](const auto& cell) { return evidence::lower_case(cell) == name; });
  if (at == header.end()) return {};
  return static_cast<std::size_t>(at - header.begin());
}

bool sniff(const EvidenceFile& file, std::span<const std::byte>) {
  const auto header = evidence::table_header(file.text);
  return column(header, "tensor") && column(header, "value");
}

Result<std::vector<EvidenceRow>> read(const EvidenceFile& file) {
  const auto header = evidence::table_header(file.text);
  const auto tensor = *column(header, "tensor"), value = *column(header, "value");
  const auto scheme = column(header, "scheme"), metric = column(header, "metric");
  const std::string path = file.path.string();
  std::vector<EvidenceRow> rows;
  QUANT_CHECK(evidence::read_table(file.text, path, [&](const evidence::TableRow& row) -> Result<void> {
    const auto& cells = row.cells;
    if (cells[value].empty()) return {};  // not measured
    const auto number = parse_double(cells[value]);
    if (!number || !std::isfinite(*number))
      return evidence::bad_line(path, row.line, fmt::format("value \"{}\" is no number", printable(cells[value])));
    if (cells[tensor].empty()) return evidence::bad_line(path, row.line, "tensor is empty");
    rows.push_back({cells[tensor], scheme ? scheme_of_evidence(cells[*scheme]) : "",
                    metric && !cells[*metric].empty() ? cells[*metric] : "value", *number, false});
    return {};
  }));
  return rows;
}

}  // namespace

extern const EvidenceKind plain_csv_evidence;
constinit const EvidenceKind plain_csv_evidence{
    .id = "csv", .title = "a table of tensor,scheme,metric,value (CSV)", .sniff = sniff, .read = read};

}  // namespace quant
