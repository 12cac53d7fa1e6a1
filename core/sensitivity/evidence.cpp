// The list of kinds of evidence, and how their names meet the tensors of a model.

#include "core/sensitivity/evidence.h"

#include <algorithm>
#include <set>

#include "core/base/file.h"
#include "core/methods/scheme.h"
#include "core/sources/names/name_match.h"

namespace quant {

extern const EvidenceKind exllamav2_evidence, importance_evidence, kld_results_evidence, mlx_evidence,
    plain_csv_evidence;

std::span<const EvidenceKind* const> evidence_kinds() {
  static constexpr const EvidenceKind* all[] = {&importance_evidence, &exllamav2_evidence, &mlx_evidence,
                                                &kld_results_evidence, &plain_csv_evidence};
  return all;
}

namespace {

namespace fs = std::filesystem;

constexpr std::size_t sniffed_bytes = 512;
constexpr std::uint64_t most_text = std::uint64_t{64} << 20;  // a table of 50,000 tensors and 100 types has 50 MB

const EvidenceKind* kind_of(const EvidenceFile& file, std::span<const std::byte> head) {
  for (const EvidenceKind* kind : evidence_kinds())
    if (kind->sniff(file, head)) return kind;
  return nullptr;
}

/// Positions of the tensors that a row counts for.
std::vector<std::size_t> tensors_of(const EvidenceRow& row, const NameMatcher& names) {
  if (row.of_block) return names.find_block(row.name);
  const auto found = names.find(row.name);
  return found ? std::vector<std::size_t>{*found} : std::vector<std::size_t>{};
}

std::string source_name(const fs::path& path) {
  std::error_code error;
  const auto whole = fs::absolute(path, error);
  return (error ? path : whole.lexically_normal()).string();
}

}  // namespace

Result<Evidence> read_evidence(const fs::path& path, std::span<const TensorInfo> tensors) {
  QUANT_TRY(opened, InputFile::open(path));
  QUANT_TRY(head, opened->head(sniffed_bytes));
  EvidenceFile file{path, {}};
  const bool binary = importance_evidence.sniff(file, head);
  if (!binary) {
    QUANT_TRY(text, read_text(path, most_text));
    file.text = std::move(text);
  }
  const EvidenceKind* kind = kind_of(file, head);
  if (kind == nullptr)
    return failure(
        ErrorCode::unsupported, "read evidence", path.string(),
        "it is no importance matrix, measurement.json, sensitivities or table that is known",
        "give a file of llama.cpp, exllamav2, mlx-lm or GGUF-Tool-Suite, or a CSV of tensor,scheme,metric,value");
  QUANT_TRY(rows, kind->read(file));
  const NameMatcher names(names_of(tensors));
  Evidence out{std::string(kind->id), {}, {}};
  std::set<std::string> lost;
  for (const EvidenceRow& row : rows) {
    const auto found = tensors_of(row, names);
    for (const std::size_t i : found)
      out.rows.push_back({tensors[i].name, row.scheme, row.metric, row.value, source_name(path)});
    if (found.empty() && lost.insert(row.name).second) out.unmatched.push_back(row.name);
  }
  return out;
}

std::string scheme_of_evidence(std::string_view text) {
  if (const auto scheme = Scheme::parse(text)) return scheme->text();
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  const auto scheme = Scheme::parse(lower);
  return scheme ? scheme->text() : std::string(text);
}

}  // namespace quant
