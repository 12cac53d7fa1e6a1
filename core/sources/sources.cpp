#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <cstring>

#include "core/base/file.h"
#include "core/base/text.h"
#include "core/sources/folder.h"
#include "core/sources/quantized/layout.h"
#include "core/sources/safetensors/sharded.h"
#include "core/sources/source.h"

namespace quant {

namespace fs = std::filesystem;

extern const Container gguf, npy, npz, onnx, pytorch, safetensors;

std::span<const Container* const> containers() {
  static constexpr const Container* all[] = {&safetensors, &gguf, &npy, &npz, &pytorch, &onnx};
  return all;
}

namespace {

constexpr std::size_t sniffed_bytes = 512;  // a tar archive names itself at byte 257

/// Files that people try to open in place of weights, and what to do instead.
struct Foreign {
  std::string_view magic;
  std::size_t at;
  std::string_view is;
  std::string_view hint;
};
constexpr std::string_view unpack = "unpack it first";
constexpr std::string_view save_again = "load and save it again with torch 1.6 or later, or convert it to safetensors";
constexpr Foreign foreign[] = {
    {"version https://git-lfs", 0, "a Git LFS pointer: the real file was not downloaded", "run git lfs pull"},
    {"<!DO", 0, "a web page that was saved in place of the file", "download the file itself, perhaps after logging in"},
    {"<!do", 0, "a web page that was saved in place of the file", "download the file itself, perhaps after logging in"},
    {"<htm", 0, "a web page that was saved in place of the file", "download the file itself, perhaps after logging in"},
    {"tjgg", 0, "GGJT, a format before GGUF", "convert it with llama.cpp's convert-llama-ggml-to-gguf.py"},
    {"fmgg", 0, "GGMF, a format before GGUF", "convert it with llama.cpp's convert-llama-ggml-to-gguf.py"},
    {"lmgg", 0, "GGML, a format before GGUF", "convert it with llama.cpp's convert-llama-ggml-to-gguf.py"},
    {"\x80\x02", 0, "a Python pickle: a PyTorch checkpoint from before version 1.6", save_again},
    {"\x80\x03", 0, "a Python pickle", save_again},
    {"\x80\x04", 0, "a Python pickle", save_again},
    {"\x80\x05", 0, "a Python pickle", save_again},
    {"\x1f\x8b", 0, "a gzip archive", unpack},
    {"\x28\xb5\x2f\xfd", 0, "a zstd archive", unpack},
    {"ustar", 257, "a tar archive", unpack},
    {"\x89HDF", 0, "an HDF5 file (Keras .h5)", "load it and save the weights as safetensors or .npy"},
    {"SQLite format 3", 0, "an SQLite file", "a session is opened as one, not as weights"},
    {"OggS", 0, "an Ogg media file", "give a file with weights"},
};

tl::unexpected<Error> refuse(const fs::path& path, std::string why, std::string hint,
                             ErrorCode code = ErrorCode::unsupported) {
  return failure(code, "cannot open", path.string(), std::move(why), std::move(hint));
}

const Foreign* foreign_kind(std::string_view head) {
  for (const Foreign& kind : foreign) {
    if (head.size() >= kind.at && head.substr(kind.at).starts_with(kind.magic)) return &kind;
  }
  return nullptr;
}

/// The container whose ending the path has: a damaged file gets that container's own words.
const Container* container_by_ending(const fs::path& path) {
  const std::string ending = path.extension().string();
  if (ending.size() < 2) return nullptr;
  const std::string_view bare = std::string_view(ending).substr(1);
  for (const Container* container : containers()) {
    if (bare == container->id || std::ranges::count(split(container->endings, ' '), bare) > 0) return container;
  }
  return nullptr;
}

bool is_json(std::string_view head) {
  const std::size_t first = head.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && (head[first] == '{' || head[first] == '[');
}

Result<std::unique_ptr<Source>> open_file(const fs::path& path) {
  QUANT_TRY(file, InputFile::open(path));
  QUANT_TRY(head, file->head(sniffed_bytes));
  for (const Container* container : containers()) {
    if (container->sniff(head, path)) return container->open(path);
  }
  const std::string_view text(reinterpret_cast<const char*>(head.data()), head.size());
  if (const Foreign* kind = foreign_kind(text)) {
    return refuse(path, fmt::format("format: it is {}", kind->is), std::string(kind->hint));
  }
  if (path.string().ends_with(".index.json")) return open_shard_index(path, {});
  if (const Container* container = container_by_ending(path)) return container->open(path);
  if (is_json(text)) {
    return refuse(path, "format: it is JSON, which holds no weights", "give the model's folder or its *.index.json");
  }
  return refuse(
      path, "format: its first bytes are those of no known container (safetensors, GGUF, PyTorch, ONNX, .npz, .npy)",
      "give one of these, or a model's folder");
}

}  // namespace

Result<std::unique_ptr<Source>> open_source(const fs::path& path) {
  const std::string text = path.string();
  if (text.starts_with("file://"))
    return refuse(path, "this is a URL", "give the path alone: " + shown_name(text.substr(7)), ErrorCode::usage);
  if (const std::size_t scheme = text.find("://"); scheme != std::string::npos && scheme > 1) {
    return refuse(path, "this is a URL, and nothing is fetched from the network", "download it and give the file",
                  ErrorCode::usage);
  }
  std::error_code ec;
  const bool folder = fs::is_directory(path, ec);
  QUANT_TRY(source, folder ? open_folder(path, open_file) : open_file(path));
  return unpack_quantized(std::move(source));
}

Result<std::size_t> find_tensor(const Source& source, std::string_view name) {
  std::vector<std::string_view> names;
  for (const TensorInfo& tensor : source.tensors()) {
    if (tensor.name == name) return names.size();
    names.push_back(tensor.name);
  }
  const std::string close = nearest(name, names);
  return failure(
      ErrorCode::not_found, "cannot find tensor", printable(name),
      fmt::format("none of the {} tensors of {} has this name", names.size(), source.path().string()),
      close.empty() ? std::string("the file holds no tensor") : fmt::format("did you mean {}?", printable(close)));
}

Result<std::vector<std::size_t>> match_tensors(const Source& source, std::string_view regex) {
  RE2::Options options;
  options.set_log_errors(false);
  const RE2 pattern(re2::StringPiece(regex.data(), regex.size()), options);
  if (!pattern.ok()) {
    return failure(ErrorCode::usage, "cannot select tensors", fmt::format("\"{}\"", printable(regex)),
                   fmt::format("this is no regular expression: {}", pattern.error()),
                   "write RE2 syntax, and a backslash before a bracket that is meant as such");
  }
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < source.tensors().size(); ++i) {
    if (RE2::PartialMatch(source.tensors()[i].name, pattern)) found.push_back(i);
  }
  return found;
}

std::string header_hash(const Source& source) {
  std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a, 64 bit
  const auto mix = [&hash](const void* data, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) hash = (hash ^ static_cast<const unsigned char*>(data)[i]) * 0x100000001b3;
  };
  const auto mix_number = [&mix](std::uint64_t number) { mix(&number, sizeof number); };
  for (const SourceFile& file : source.files()) mix_number(file.bytes);
  for (const TensorInfo& tensor : source.tensors()) {
    mix(tensor.name.data(), tensor.name.size() + 1);  // with its end, so that names do not run together
    mix_number(static_cast<std::uint64_t>(tensor.dtype));
    for (const std::uint64_t dim : tensor.shape) mix_number(dim);
    mix_number(tensor.offset);
    mix_number(tensor.file);
  }
  return fmt::format("{:016x}", hash);
}

}  // namespace quant
