#include "core/base/resources.h"

#include <cstdlib>
#include <system_error>
#include <vector>

namespace quant {

namespace fs = std::filesystem;

namespace {

std::vector<fs::path> resource_folders() {
  std::vector<fs::path> folders;
  if (const char* set = std::getenv("QUANTOSCOPE_RESOURCES"); set != nullptr && *set != '\0') folders.emplace_back(set);
  std::error_code ec;
  const fs::path program = fs::read_symlink("/proc/self/exe", ec);
  if (!ec) folders.push_back(program.parent_path().parent_path() / "share" / "quantoscope");
  folders.emplace_back(QUANT_SOURCE_RESOURCES);
  return folders;
}

}  // namespace

fs::path resource_path(std::string_view relative) {
  const std::vector<fs::path> folders = resource_folders();
  for (const fs::path& folder : folders) {
    std::error_code ec;
    if (fs::exists(folder / relative, ec)) return folder / relative;
  }
  return folders.front() / relative;
}

}  // namespace quant
