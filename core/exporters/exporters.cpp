// The list of targets, and writing what they made.

#include <algorithm>

#include <fmt/format.h>

#include "core/base/file.h"
#include "core/base/text.h"
#include "core/exporters/exporter.h"

namespace quant {

extern const Exporter llama_cpp_exporter, ik_llama_exporter;

std::span<const Exporter* const> exporters() {
  static constexpr const Exporter* all[] = {&llama_cpp_exporter, &ik_llama_exporter};
  return all;
}

Result<const Exporter*> exporter_named(std::string_view id) {
  std::vector<std::string_view> known;
  for (const auto* e : exporters()) {
    if (e->id == id) return e;
    known.push_back(e->id);
  }
  return failure(ErrorCode::not_found, "export", fmt::format("target \"{}\"", printable(id)), "is unknown",
                 fmt::format("did you mean \"{}\"? export --list names them", nearest(id, known)));
}

namespace {

namespace fs = std::filesystem;

/// Where each file goes: in the folder under its own name, or the main file at `out` and the others beside it with its
/// stem in front, so that two exports in one folder do not meet.
fs::path place(const Export& what, std::size_t index, const fs::path& out, bool folder) {
  const auto& name = what.files[index].name;
  if (folder) return out / name;
  return index == 0 ? out : out.parent_path() / (out.stem().string() + "." + name);
}

std::string renamed(std::string text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

}  // namespace

Result<std::vector<fs::path>> write_export(const Export& what, const fs::path& out) {
  std::error_code error;
  const bool folder = fs::is_directory(out, error) || !out.has_extension();
  const auto parent = folder ? out : out.parent_path();
  if (!parent.empty()) fs::create_directories(parent, error);
  if (error)
    return failure(ErrorCode::io, "export", parent.string(), error.message(), "name a folder that can be written");
  std::vector<fs::path> paths;
  for (std::size_t i = 0; i < what.files.size(); ++i) {
    const auto path = place(what, i, out, folder);
    const auto& text = what.files[i].text;
    QUANT_CHECK(write_file(path, folder || i == 0 ? text : renamed(text, what.files[0].name, out.filename().string())));
    paths.push_back(path);
  }
  return paths;
}

}  // namespace quant
