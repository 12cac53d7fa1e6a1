#pragma once
// An opened checkpoint: a file, several files, or a folder. Lists tensors without reading their data.

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/byte_store.h"
#include "core/tensor/tensor.h"

namespace quant {

struct SourceFile {
  std::filesystem::path path;
  std::uint64_t bytes = 0;
};

/// An opened source. The listing is complete and checked when it exists; data is read in tiles, never loaded whole.
class Source {
 public:
  virtual ~Source() = default;

  virtual std::string_view format() const = 0;            ///< id of the container: "safetensors", "gguf", "npy"
  virtual const std::filesystem::path& path() const = 0;  ///< as the user gave it
  /// Sets path(): a folder is opened by a file in it.
  virtual void show_as(const std::filesystem::path&) {}
  virtual std::span<const SourceFile> files() const = 0;                              ///< the files that hold data
  virtual std::span<const TensorInfo> tensors() const = 0;                            ///< in file order
  virtual std::span<const std::pair<std::string, std::string>> metadata() const = 0;  ///< values cut at 4 KiB
  virtual std::span<const std::string> notes() const = 0;                             ///< oddities that were accepted

  /// The rows of tensor `index`. The view shares the open file: it may outlive the source.
  /// Errors: unsupported (no decoder for its dtype), io.
  virtual Result<std::unique_ptr<TensorView>> view(std::size_t index) const = 0;
  /// The stored bytes of tensor `index`, row-major and little-endian: what packed codes are read from.
  /// Errors: unsupported (they lie in another order).
  virtual Result<std::shared_ptr<const ByteStore>> bytes(std::size_t index) const = 0;
};

/// A container format: one file, one registration in sources.cpp.
struct Container {
  std::string_view id;     ///< "safetensors"
  std::string_view title;  ///< "safetensors (single file or sharded by index)"
  bool writes = false;
  std::string_view endings = {};  ///< of its files, besides the id, with blanks between: "pt pth"
  /// Whether the content is this container. `head`: up to 512 first bytes; content decides, the ending only breaks
  /// ties.
  bool (*sniff)(std::span<const std::byte> head, const std::filesystem::path& path);
  Result<std::unique_ptr<Source>> (*open)(const std::filesystem::path& path);
};

std::span<const Container* const> containers();

/// Opens a file or folder by its content. Errors: io (missing, unreadable), malformed, unsupported, unsafe, usage (a
/// URL).
Result<std::unique_ptr<Source>> open_source(const std::filesystem::path& path);

/// Index of the tensor of this exact name; not_found names the nearest ones.
Result<std::size_t> find_tensor(const Source& source, std::string_view name);

/// Indices of the tensors whose name the regex (RE2, searching) matches, in file order. Errors: usage (bad regex).
Result<std::vector<std::size_t>> match_tensors(const Source& source, std::string_view regex);

/// FNV-1a over names, dtypes, shapes, offsets and file sizes: tells a session whether it is the same model.
std::string header_hash(const Source& source);

}  // namespace quant
