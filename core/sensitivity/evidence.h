#pragma once
// Measurements of other tools: read from their files, met with a model's tensors by name.

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/session/session.h"

namespace quant {

/// One figure as a file gives it.
struct EvidenceRow {
  std::string name;       ///< of a tensor or module of that toolchain, or of a whole block
  std::string scheme;     ///< canonical where it is one of ours; empty = the file names none
  std::string metric;     ///< "kld"
  double value = 0;       ///< finite
  bool of_block = false;  ///< it counts for each weight of a block's attention or MLP
};

/// The content of a file, as far as it fits a reader.
struct EvidenceFile {
  std::filesystem::path path;
  std::string text;  ///< whole, of text files; empty of binary ones
};

/// A kind of file: one source file in evidence/, one line in evidence.cpp.
struct EvidenceKind {
  std::string_view id;     ///< "kld-results"
  std::string_view title;  ///< "GGUF-Tool-Suite kld_results.csv"
  /// Whether the content is of this kind. `head`: up to 512 first bytes of the file.
  bool (*sniff)(const EvidenceFile& file, std::span<const std::byte> head);
  /// Errors: malformed, naming field and place; io.
  Result<std::vector<EvidenceRow>> (*read)(const EvidenceFile& file);
};

std::span<const EvidenceKind* const> evidence_kinds();

/// What a file says of a model.
struct Evidence {
  std::string kind;                    ///< EvidenceKind::id
  std::vector<Measurement> rows;       ///< under the model's names; `source` is the file's absolute path
  std::vector<std::string> unmatched;  ///< names of the file that are no tensor of the model, once each
};

/// Reads a file by its content and matches its names to the tensors (NameMatcher). Errors: io, malformed, unsupported
/// (no known kind).
Result<Evidence> read_evidence(const std::filesystem::path& path, std::span<const TensorInfo> tensors);

/// "rtn:bits=4" → "rtn", "q4_K" → "q4_k": canonical where it names a scheme of ours, else as it stands.
std::string scheme_of_evidence(std::string_view text);

}  // namespace quant
