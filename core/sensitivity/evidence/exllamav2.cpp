// exllamav2's measurement.json: for each block's attention and MLP the accuracy of the whole block under every option
// that the converter tried. {"measurement": {"model.layers.0.self_attn": [{"accuracy": a, "total_bits": n, "q_proj":
// {"bits": [4], "bits_prop": [1.0], …}, …}, …], …}}

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/sensitivity/evidence.h"
#include "core/sensitivity/evidence/json_text.h"

namespace quant {
namespace {

using Json = nlohmann::ordered_json;

bool sniff(const EvidenceFile& file, std::span<const std::byte>) {
  return evidence::first_character(file.text) == '{' && file.text.find("\"measurement\"") != std::string::npos;
}

/// Mean bits of a module's codes: Σ bits·share. Nothing where it is no module.
std::optional<double> bits_of(const Json& module) {
  if (!module.is_object() || !module.contains("bits") || !module.contains("bits_prop")) return {};
  const Json &bits = module["bits"], &shares = module["bits_prop"];
  if (!bits.is_array() || !shares.is_array() || bits.size() != shares.size()) return {};
  double sum = 0;
  for (std::size_t i = 0; i < bits.size(); ++i) {
    if (!bits[i].is_number() || !shares[i].is_number()) return {};
    sum += bits[i].get<double>() * shares[i].get<double>();
  }
  return sum;
}

/// "option 2, 5.00 bits": what the file knows of a scheme. Modules of a block count alike.
std::string option_name(std::size_t number, const Json& option) {
  double sum = 0;
  int modules = 0;
  for (const auto& [key, value] : option.items())
    if (const auto bits = bits_of(value)) sum += *bits, ++modules;
  return modules == 0 ? fmt::format("option {}", number) : fmt::format("option {}, {:.2f} bits", number, sum / modules);
}

Result<EvidenceRow> row_of(const EvidenceFile& file, const std::string& block, std::size_t number, const Json& option) {
  const auto fail = [&](std::string why) {
    return evidence::bad_entry(file, fmt::format("{}, option {}", block, number), std::move(why));
  };
  if (!option.is_object()) return fail("it is no object");
  if (!option.contains("accuracy") || !option["accuracy"].is_number()) return fail("accuracy is no number");
  if (option.contains("total_bits") && !option["total_bits"].is_number()) return fail("total_bits is no number");
  const double error = 1 - option["accuracy"].get<double>();
  if (!std::isfinite(error)) return fail("accuracy is beyond the numbers that are known");
  return EvidenceRow{block, option_name(number, option), "1-accuracy", error, true};
}

Result<std::vector<EvidenceRow>> read(const EvidenceFile& file) {
  QUANT_TRY(document, evidence::parse_evidence(file, "measurement"));
  if (!document.is_object() || !document.contains("measurement") || !document["measurement"].is_object())
    return evidence::bad_entry(file, "top level", "measurement is no object of blocks");
  std::vector<EvidenceRow> rows;
  for (const auto& [block, options] : document["measurement"].items()) {
    if (!options.is_array()) return evidence::bad_entry(file, block, "it is no list of options");
    for (std::size_t i = 0; i < options.size(); ++i) {
      QUANT_TRY(row, row_of(file, block, i, options[i]));
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

}  // namespace

extern const EvidenceKind exllamav2_evidence;
constinit const EvidenceKind exllamav2_evidence{
    .id = "exllamav2", .title = "exllamav2 measurement.json", .sniff = sniff, .read = read};

}  // namespace quant
