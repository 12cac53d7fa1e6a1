#include "core/sources/folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/base/text.h"
#include "core/sources/bytes/json_object.h"
#include "core/sources/listing.h"
#include "core/sources/safetensors/sharded.h"
#include "core/sources/unpacked_source.h"

namespace quant {

namespace fs = std::filesystem;

namespace {

/// A kind of file that a folder can be opened by, best first. `exact`: this very name; else any name with the ending.
struct Kind {
  std::string_view name;
  bool exact;
  std::string_view format;
};
constexpr Kind kinds[] = {
    {"model.safetensors.index.json", true, "safetensors"},
    {"model.safetensors", true, "safetensors"},
    {".safetensors.index.json", false, "safetensors"},
    {".safetensors", false, "safetensors"},
    {"pytorch_model.bin.index.json", true, "PyTorch"},
    {"pytorch_model.bin", true, "PyTorch"},
    {".pt", false, "PyTorch"},
    {".pth", false, "PyTorch"},
    {".gguf", false, "GGUF"},
    {".onnx", false, "ONNX"},
    {".npz", false, ".npz"},
    {".npy", false, ".npy"},
};

bool is_kind(const Kind& kind, const std::string& name) {
  return kind.exact ? name == kind.name : name.ends_with(kind.name) && name.size() > kind.name.size();
}

/// The folder's regular files in order of name; later parts of a split model are left out.
Result<std::vector<std::string>> names_in(const fs::path& folder) {
  std::error_code ec;
  fs::directory_iterator entries(folder, ec);
  if (ec)
    return failure(ErrorCode::io, "cannot open", folder.string(), ec.message(), "check the path and its permissions");
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : entries) {
    const auto number = part_number(entry.path());
    if (number && number->number != 1) continue;
    if (entry.is_regular_file(ec)) names.push_back(entry.path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

/// A folder below this one that holds weights, relative to it; empty where a short search finds none.
std::string folder_below(const fs::path& folder) {
  constexpr int most_depth = 3, most_entries = 1000;
  std::error_code ec;
  int seen = 0;
  fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied, ec), end;
  for (; !ec && entry != end && ++seen <= most_entries; entry.increment(ec)) {
    if (entry.depth() >= most_depth) entry.disable_recursion_pending();
    const std::string name = entry->path().filename().string();
    if (std::ranges::none_of(kinds, [&](const Kind& kind) { return is_kind(kind, name); })) continue;
    if (entry->is_regular_file(ec)) return entry->path().parent_path().lexically_relative(folder).string();
  }
  return {};
}

/// What config.json and the tokenizer's files say, as metadata.
std::vector<std::pair<std::string, std::string>> facts(const fs::path& folder, const std::vector<std::string>& names,
                                                       std::vector<std::string>& notes) {
  std::vector<std::pair<std::string, std::string>> out;
  if (const auto config = json_object(folder / "config.json", notes)) {
    for (const char* key : {"model_type", "architectures", "hidden_size", "num_hidden_layers", "num_attention_heads",
                            "vocab_size", "tie_word_embeddings", "torch_dtype"}) {
      const auto found = config->find(key);
      if (found == config->end() || found->is_null()) continue;
      const auto* value = found->is_array() && found->size() == 1 ? &found->front() : &*found;
      const std::string text = value->is_string() ? value->get<std::string>() : value->dump(-1, ' ', true);
      out.emplace_back(std::string("config.") + key, metadata_text(text));
    }
  }
  for (const char* tokenizer : {"tokenizer.json", "tokenizer.model", "vocab.txt", "vocab.json"}) {
    if (std::ranges::binary_search(names, tokenizer)) out.emplace_back("tokenizer", tokenizer);
  }
  if (std::ranges::binary_search(names, "adapter_config.json")) {
    notes.push_back("adapter_config.json is there: these are weights of a LoRA adapter, not of a whole model");
  }
  return out;
}

/// A note where weights of another format lie beside those that are opened.
void note_others(std::string_view opened, const std::vector<std::string>& names, std::vector<std::string>& notes) {
  std::vector<std::string_view> told = {opened};
  for (const Kind& kind : kinds) {
    const auto found = std::ranges::find_if(names, [&](const std::string& name) { return is_kind(kind, name); });
    if (found == names.end() || std::ranges::find(told, kind.format) != told.end()) continue;
    told.push_back(kind.format);
    notes.push_back(
        fmt::format("{} holds weights as {} and is not opened: the {} ones are", *found, kind.format, opened));
  }
}

}  // namespace

Result<std::unique_ptr<Source>> open_folder(const fs::path& folder, const OpenFile& open) {
  QUANT_TRY(names, names_in(folder));
  for (const Kind& kind : kinds) {
    std::vector<std::string> found;
    std::ranges::copy_if(names, std::back_inserter(found),
                         [&](const std::string& name) { return is_kind(kind, name); });
    if (found.empty()) continue;
    if (found.size() > 1) {
      return failure(
          ErrorCode::unsupported, "cannot open", folder.string(),
          fmt::format("path: the folder holds {} files with weights: {}, {}, …", found.size(), found[0], found[1]),
          "give one of them");
    }
    QUANT_TRY(source, open(folder / found[0]));
    std::vector<std::string> notes;
    auto metadata = facts(folder, names, notes);
    note_others(kind.format, names, notes);
    source->show_as(folder);
    return with_unpacked(std::move(source), {}, std::move(notes), std::move(metadata));
  }
  const std::string below = folder_below(folder);
  return failure(ErrorCode::unsupported, "cannot open", folder.string(),
                 "path: the folder holds no safetensors, PyTorch, GGUF, ONNX, .npz or .npy file",
                 "give the folder or file that holds the weights" + (below.empty() ? "" : ", as " + shown_name(below)));
}

}  // namespace quant
