#pragma once
// Where the files that ship with the program lie: demo models, guide, schemas.

#include <filesystem>
#include <string_view>

namespace quant {

/// The path of a shipped file or folder: resource_path("demo/llama-small"). Looked for in $QUANTOSCOPE_RESOURCES, then
/// beside the installed program (../share/quantoscope), then in the source folder that this was built from. Where none
/// has it, the path that the first of these would give; nothing is read.
std::filesystem::path resource_path(std::string_view relative);

}  // namespace quant
