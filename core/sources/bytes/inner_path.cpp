#include "core/sources/bytes/inner_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "core/base/text.h"

namespace quant {

namespace fs = std::filesystem;

namespace {

/// Why this name may not become a path; empty where it may.
std::string_view danger(std::string_view name) {
  if (name.empty()) return "is empty";
  if (name.find('\0') != std::string_view::npos) return "holds a zero byte";
  if (name.find('\\') != std::string_view::npos) return "holds a backslash";
  if (name.find(':') != std::string_view::npos) return "is a URL or names a drive";
  if (name.front() == '/') return "is absolute";
  for (const std::string_view part : split(name, '/')) {
    if (part == "..") return "climbs out of the folder";
  }
  return {};
}

bool beneath(const fs::path& path, const fs::path& folder) {
  return std::ranges::mismatch(folder, path).in1 == folder.end();
}

/// The `blobs` folder beside the snapshot that `folder` lies in; empty where there is none.
fs::path cache_blobs(const fs::path& folder) {
  for (fs::path at = folder; at.has_relative_path(); at = at.parent_path()) {
    if (at.filename().string().starts_with("models--")) return at / "blobs";
  }
  return {};
}

}  // namespace

Result<fs::path> inner_path(const fs::path& folder, std::string_view name, std::string_view field,
                            const fs::path& where) {
  const auto refuse = [&](ErrorCode code, std::string_view why, std::string hint) {
    return failure(code, "cannot open", where.string(),
                   fmt::format("{} names the file \"{}\", which {}", field, printable(name.substr(0, 200)), why),
                   std::move(hint));
  };
  if (const std::string_view why = danger(name); !why.empty()) {
    return refuse(ErrorCode::unsafe, why, "only files beside it or below may be named; do not trust this file");
  }
  std::error_code ec;
  const fs::path home = fs::canonical(folder.empty() ? fs::path(".") : folder, ec);
  const fs::path found = ec ? fs::path() : fs::canonical(home / fs::path(name), ec);
  if (ec) return refuse(ErrorCode::malformed, "is missing", "download the missing file into the same folder");
  const fs::path blobs = cache_blobs(home);
  if (!beneath(found, home) && (blobs.empty() || !beneath(found, blobs))) {
    return refuse(ErrorCode::unsafe, "is a link out of the folder", "put the file itself into the folder");
  }
  if (!fs::is_regular_file(found, ec)) {
    return refuse(ErrorCode::malformed, "is no regular file", "put the file itself into the folder");
  }
  return (folder.empty() ? fs::path(".") : folder) / fs::path(name);
}

}  // namespace quant
