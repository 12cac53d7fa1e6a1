#pragma once
// A plan as files of a toolchain, with what the toolchain cannot express named. One file per target.

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/plan/plan.h"
#include "core/sources/source.h"

namespace quant {

struct ExportFile {
  std::string name;  ///< inside the folder: "tensor-types.txt"
  std::string text;
};
struct Lossy {
  std::string tensor, scheme, as, why;
};
struct RefusedExport {
  std::string tensor, scheme, why;
};

/// Everything an export says and writes; made before anything is written, so that it can be shown first.
struct Export {
  std::string target;
  std::vector<ExportFile> files;  ///< the main file first
  std::vector<Lossy> lossy;
  std::vector<RefusedExport> refused;
  std::string command;  ///< the consumer's own command line
  std::vector<std::string> warnings;
};

struct Exporter {
  std::string_view id;      ///< "llama-cpp"
  std::string_view title;   ///< "llama.cpp (llama-quantize --tensor-type-file)"
  std::string_view writes;  ///< "tensor-types.txt, command.txt"
  /// `weights` may be null; targets that need shapes say so with usage.
  Result<Export> (*make)(const Plan& plan, const Source* weights);
};

std::span<const Exporter* const> exporters();
Result<const Exporter*> exporter_named(std::string_view id);  ///< not_found, naming the nearest

/// Writes the files beside and renames them. `out` with an extension is the main file, else a folder (made if missing).
/// Returns the paths. Errors: io.
Result<std::vector<std::filesystem::path>> write_export(const Export& what, const std::filesystem::path& out);

/// Checkpoint name → GGUF name for Llama-like and BERT-like models; a GGUF name stays. Nothing where unknown.
std::optional<std::string> gguf_name(std::string_view checkpoint_name);

}  // namespace quant
