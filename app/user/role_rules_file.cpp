#include "app/user/role_rules_file.h"

#include <cstdlib>
#include <string_view>

#include "core/base/file.h"
#include "core/sources/names/roles.h"

namespace user {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t most_bytes = std::uint64_t{1} << 20;  // as core reads
constexpr const char* or_else = ", or remove the file: the built-in rules are used until then";

/// A folder of the environment; relative ones do not count (XDG Base Directory Specification).
fs::path folder(const char* variable) {
  const char* value = std::getenv(variable);
  const fs::path path = value ? value : "";
  return path.is_absolute() ? path : fs::path();
}

}  // namespace

fs::path role_rules_file() {
  fs::path base = folder("XDG_CONFIG_HOME");
  if (base.empty() && !folder("HOME").empty()) base = folder("HOME") / ".config";
  return base.empty() ? base : base / "quantoscope" / "roles.json";
}

std::optional<quant::Error> load_role_rules() {
  quant::use_built_in_role_rules();
  const fs::path file = role_rules_file();
  std::error_code ec;
  if (file.empty() || !fs::exists(fs::symlink_status(file, ec))) return {};
  const auto text = quant::read_text(file, most_bytes);
  auto used = text ? quant::use_role_rules(*text, file.string()) : tl::unexpected(text.error());
  if (used) return {};
  quant::Error error = std::move(used).error();
  error.what = "cannot use your role rules";
  error.hint += or_else;
  return error;
}

quant::Result<void> save_role_rules(const std::string& json) {
  const fs::path file = role_rules_file();
  if (file.empty())
    return quant::failure(quant::ErrorCode::io, "cannot save role rules", "HOME", "no home folder is known",
                          "set HOME or XDG_CONFIG_HOME");
  if (const auto read = quant::read_role_table(json); !read.problems.empty())
    return quant::failure(quant::ErrorCode::malformed, "cannot save role rules", file.string(),
                          quant::problem_text(read.problems.front()), read.problems.front().hint);
  std::error_code ec;
  fs::create_directories(file.parent_path(), ec);
  QUANT_CHECK(quant::write_file(file, json));
  return quant::use_role_rules(json, file.string());
}

quant::Result<void> remove_role_rules() {
  const fs::path file = role_rules_file();
  std::error_code ec;
  if (!file.empty() && !fs::remove(file, ec) && ec)
    return quant::failure(quant::ErrorCode::io, "cannot remove role rules", file.string(), ec.message(),
                          "remove the file by hand");
  quant::use_built_in_role_rules();
  return {};
}

}  // namespace user
