// inspect: what a checkpoint holds, from its header alone.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "app/cli/json.h"
#include "app/cli/run.h"
#include "app/cli/table.h"
#include "core/base/text.h"
#include "core/sources/source.h"

namespace quant::cli {
namespace {

using Kind = Option::Kind;
constexpr Option options[] = {
    {Kind::operands, "FILE", "", "a checkpoint: a file, a sharded model's index, or a folder", true},
};

Json tensor_json(const TensorInfo& t, const Source& source) {
  Json json = {{"name", t.name},   {"dtype", info(t.dtype).name}, {"shape", t.shape},
               {"bytes", t.bytes}, {"offset", t.offset},          {"role", t.role}};
  json["layer"] = t.layer ? Json(*t.layer) : Json(nullptr);
  if (t.expert) json["expert"] = *t.expert;
  json["side"] = t.side.empty() ? Json(nullptr) : Json(t.side);
  if (t.cross) json["cross"] = true;
  if (t.shared) json["shared"] = true;
  if (!t.also.empty()) json["also"] = t.also;
  if (!t.counts) json["counts"] = false;
  json["quantized"] = t.quantized.empty() ? Json(false) : Json(t.quantized);
  if (source.files().size() > 1) json["file"] = source.files()[t.file].path.filename().string();
  return json;
}

std::uint64_t bytes_of(const Source& source) {
  std::uint64_t bytes = 0;
  for (const auto& f : source.files()) bytes += f.bytes;
  return bytes;
}

Json file_json(const Source& source) {
  Json metadata = Json::object(), tensors = Json::array();
  for (const auto& [key, value] : source.metadata()) metadata[key] = value;
  for (const auto& t : source.tensors()) tensors.push_back(tensor_json(t, source));
  Json json = {{"path", source.path().string()},
               {"format", source.format()},
               {"bytes", bytes_of(source)},
               {"metadata", std::move(metadata)},
               {"tensors", std::move(tensors)}};
  if (source.files().size() > 1)
    for (const auto& f : source.files()) json["parts"].push_back({{"path", f.path.string()}, {"bytes", f.bytes}});
  if (!source.notes().empty()) json["notes"] = std::vector<std::string>(source.notes().begin(), source.notes().end());
  return json;
}

std::string file_text(const Source& source) {
  const bool sides = std::ranges::any_of(source.tensors(), [](const TensorInfo& t) { return !t.side.empty(); });
  std::vector<std::string> headings = {"tensor", "dtype", ">shape", ">bytes", "role", ">layer", "quantized"};
  if (sides) headings.insert(headings.end() - 1, "side");
  Table table(std::move(headings));
  std::uint64_t weights = 0;
  for (const auto& t : source.tensors()) {
    if (t.counts) weights += t.elements();
    std::vector<std::string> row = {printable(t.name),
                                    std::string(info(t.dtype).name),
                                    shape_text(t.shape),
                                    grouped(t.bytes),
                                    t.also.empty() ? t.role : t.role + ", " + t.also,
                                    t.layer ? std::to_string(*t.layer) : "–",
                                    t.quantized};
    if (sides) row.insert(row.end() - 1, t.side);
    table.row(std::move(row));
  }
  auto text =
      fmt::format("{}: {}, {}, {} tensors, {} weights\n\n{}", printable(source.path().string()), source.format(),
                  si_bytes(bytes_of(source)), grouped(source.tensors().size()), grouped(weights), table.text());
  for (const auto& note : source.notes()) text += "note: " + printable(note) + "\n";
  return text;
}

Result<void> run(Run& run) {
  Json files = Json::array();
  std::string text;
  for (const auto& path : run.args().all("FILE")) {
    QUANT_TRY(source, open_source(path));
    if (run.json())
      files.push_back(file_json(*source));
    else
      text += (text.empty() ? "" : "\n") + file_text(*source);
  }
  return run.json() ? run.answer({{"files", std::move(files)}}) : run.show(text);
}

}  // namespace

extern const Command inspect_command;
constinit const Command inspect_command{"inspect", "List tensors, reading none of their data",
                                        "quantoscope-cli inspect model.safetensors", options, run};

}  // namespace quant::cli
