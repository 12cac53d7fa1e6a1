// mlx-lm's *_sensitivities.json (dynamic_quant): [["module", value], …] or {"module": value, …}; the product of
// gradient and quantization difference of a module, so that a value may be negative.

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/sensitivity/evidence.h"
#include "core/sensitivity/evidence/json_text.h"

namespace quant {
namespace {

using Json = nlohmann::ordered_json;

bool sniff(const EvidenceFile& file, std::span<const std::byte>) {
  const char first = evidence::first_character(file.text);
  return first == '[' || first == '{';
}

Result<EvidenceRow> row_of(const EvidenceFile& file, const std::string& name, const Json& value) {
  if (!value.is_number())
    return evidence::bad_entry(file, name, fmt::format("sensitivity is {}, no number", value.type_name()));
  const double number = value.get<double>();
  if (!std::isfinite(number))
    return evidence::bad_entry(file, name, "sensitivity is beyond the numbers that are known");
  return EvidenceRow{name, "", "sensitivity", number, false};
}

Result<std::vector<EvidenceRow>> read(const EvidenceFile& file) {
  QUANT_TRY(document, evidence::parse_evidence(file, "sensitivities"));
  std::vector<EvidenceRow> rows;
  if (document.is_object())
    for (const auto& [name, value] : document.items()) {
      QUANT_TRY(row, row_of(file, name, value));
      rows.push_back(std::move(row));
    }
  else
    for (const Json& pair : document) {
      if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string())
        return evidence::bad_entry(file, fmt::format("entry {}", rows.size()),
                                   "sensitivity is no [\"module\", number]");
      QUANT_TRY(row, row_of(file, pair[0].get<std::string>(), pair[1]));
      rows.push_back(std::move(row));
    }
  return rows;
}

}  // namespace

extern const EvidenceKind mlx_evidence;
constinit const EvidenceKind mlx_evidence{
    .id = "mlx", .title = "mlx-lm sensitivities (JSON)", .sniff = sniff, .read = read};

}  // namespace quant
