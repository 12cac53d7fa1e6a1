#pragma once
// Files: mapped for reading, written beside and renamed.

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace quant {

/// A regular file mapped for reading. Pages are read when touched; the size is that of open's fstat.
class MappedFile {
 public:
  /// Errors: io (missing, unreadable), unsupported (no regular file), malformed (empty).
  static Result<std::shared_ptr<const MappedFile>> open(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<const std::byte> bytes() const { return {data_, size_}; }
  const std::filesystem::path& path() const { return path_; }

  /// Copies [offset, offset + out.size()) even where the file has shrunk meanwhile: io then, never a signal.
  Result<void> copy(std::uint64_t offset, std::span<std::byte> out) const;

 private:
  MappedFile() = default;
  std::filesystem::path path_;
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  int fd_ = -1;
};

/// Whole text of a small file (at most `limit` bytes). Errors: io, malformed (too large).
Result<std::string> read_text(const std::filesystem::path& path, std::uint64_t limit = std::uint64_t{256} << 20);

/// Writes beside, syncs, renames: the old file or the new one, never half of one. Errors: io.
Result<void> write_file(const std::filesystem::path& path, std::span<const std::byte> bytes);
Result<void> write_file(const std::filesystem::path& path, std::string_view text);

/// The user's cache folder for this program (XDG_CACHE_HOME/quantoscope), made if missing.
std::filesystem::path cache_folder();

}  // namespace quant
