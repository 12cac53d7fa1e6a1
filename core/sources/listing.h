#pragma once
// What a container's header says, checked; and the source that the plain containers share.

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/file.h"
#include "core/sources/bytes/byte_reader.h"
#include "core/sources/source.h"

namespace quant {

/// How elements lie in their store, where it is not row-major little-endian.
struct StorageOrder {
  bool big_endian = false;
  std::vector<std::uint64_t> strides;  ///< in elements, one a dimension (0: the same element again); empty: row-major
};
/// Strides of an array whose first index runs fastest.
std::vector<std::uint64_t> fortran_strides(std::span<const std::uint64_t> shape);

/// A tensor with the place of its elements, all of which were checked to lie in `bytes`.
struct StoredTensor {
  TensorInfo info;  ///< `offset` is that of the first element in `bytes`
  std::shared_ptr<const ByteStore> bytes;
  StorageOrder order;
};

/// The checked content of one file's header. Every tensor lies inside the file.
struct Listing {
  std::vector<TensorInfo> tensors;  ///< in file order; `file` is 0, roles are not assigned
  std::vector<std::pair<std::string, std::string>> metadata;
  std::vector<std::string> notes;
  StorageOrder order;  ///< of every tensor
};

constexpr std::uint64_t most_tensors = 1'000'000;                 ///< of a source: a list stays usable
constexpr std::size_t most_dims = 64;                             ///< of a tensor
constexpr std::uint64_t most_elements = 1ull << 48;               ///< of a tensor
constexpr std::uint64_t most_header = 128ull << 20;               ///< bytes of a header
constexpr std::size_t most_metadata_text = std::size_t{4} << 10;  ///< bytes of a metadata value that are kept

/// Product of the dimensions; nothing where one is 2^63 or more or the product (zeros counted as ones) has more than
/// 2^48 elements. 0 where a dimension is.
std::optional<std::uint64_t> checked_elements(std::span<const std::uint64_t> shape);

/// A name from a file as messages show it: quoted, control characters escaped, cut after 80 bytes.
std::string shown_name(std::string_view name);

/// "[3, 4]", cut after a few dimensions.
std::string shape_text(std::span<const std::uint64_t> shape);

/// A metadata value as it is kept: valid UTF-8, at most 4 KiB, with the number of bytes where it was cut.
std::string metadata_text(std::string_view value);

/// Lists a file from its head, reading more of it while `list` asks for more. Errors: those of `list`, io.
Result<Listing> list_file(const InputFile& file, Result<Listing> (*list)(ByteReader&));

/// A list of stored tensors from any number of files (roles are assigned here).
/// Refuses: more than 10^6 tensors (unsupported), a name that stands twice (malformed).
class StoredSource final : public Source {
 public:
  struct Part {
    std::shared_ptr<const InputFile> file;
    Listing listing;
  };
  /// Tensors that lie in the files themselves. Metadata is that of the first part.
  static Result<std::unique_ptr<Source>> create(std::string_view format, std::filesystem::path path,
                                                std::vector<Part> parts, std::vector<std::string> notes = {});
  struct Content {
    std::vector<SourceFile> files;
    std::vector<StoredTensor> tensors;  ///< `info.file` is an index into `files`
    std::vector<std::pair<std::string, std::string>> metadata;
    std::vector<std::string> notes;
  };
  /// Tensors that lie anywhere: members of archives, memory.
  static Result<std::unique_ptr<Source>> create(std::string_view format, std::filesystem::path path, Content content);
  ~StoredSource() override;

  std::string_view format() const override { return format_; }
  const std::filesystem::path& path() const override { return path_; }
  void show_as(const std::filesystem::path& path) override { path_ = path; }
  std::span<const SourceFile> files() const override { return files_; }
  std::span<const TensorInfo> tensors() const override { return tensors_; }
  std::span<const std::pair<std::string, std::string>> metadata() const override { return metadata_; }
  std::span<const std::string> notes() const override { return notes_; }
  Result<std::unique_ptr<TensorView>> view(std::size_t index) const override;
  Result<std::shared_ptr<const ByteStore>> bytes(std::size_t index) const override;

 private:
  struct Place {
    std::shared_ptr<const ByteStore> bytes;
    StorageOrder order;
  };
  StoredTensor stored(std::size_t index) const { return {tensors_[index], places_[index].bytes, places_[index].order}; }

  std::string_view format_;
  std::filesystem::path path_;
  std::vector<SourceFile> files_;
  std::vector<TensorInfo> tensors_;
  std::vector<Place> places_;  ///< of each tensor
  std::vector<std::pair<std::string, std::string>> metadata_;
  std::vector<std::string> notes_;
};

}  // namespace quant
