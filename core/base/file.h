#pragma once
// Files: read by ranges, written beside and renamed.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/byte_store.h"
#include "core/base/result.h"

namespace quant {

/// A regular file open for reading at any offset, from any thread.
///
/// Ranges are copied (`pread`), not mapped: a file that somebody cuts while it is read is an io error here and would be
/// a bus error in a mapping, and what has been read does not count as our resident memory.
class InputFile final : public ByteStore {
 public:
  /// Never blocks. Errors: io (missing, unreadable), unsupported (no regular file), malformed (empty).
  static Result<std::shared_ptr<const InputFile>> open(const std::filesystem::path& path);
  ~InputFile() override;
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::uint64_t size() const override { return size_; }  ///< when it was opened
  std::string where() const override { return path_.string(); }

  /// Copies the bytes [offset, offset + out.size()). Errors: io (the file has shrunk, or cannot be read).
  Result<void> read(std::uint64_t offset, std::span<std::byte> out) const override;
  /// The first min(n, size()) bytes. Errors: io.
  Result<std::vector<std::byte>> head(std::uint64_t n) const;

 private:
  InputFile(std::filesystem::path path, int fd, std::uint64_t size) : path_(std::move(path)), size_(size), fd_(fd) {}
  std::filesystem::path path_;
  std::uint64_t size_;
  int fd_;
};

/// Whole text of a small file (at most `limit` bytes). Errors: io, unsupported (no regular file), malformed (empty, too
/// large).
Result<std::string> read_text(const std::filesystem::path& path, std::uint64_t limit = std::uint64_t{256} << 20);

/// Writes beside, syncs, renames: the old file or the new one, never half of one. Errors: io.
Result<void> write_file(const std::filesystem::path& path, std::span<const std::byte> bytes);
Result<void> write_file(const std::filesystem::path& path, std::string_view text);

/// The user's cache folder for this program (XDG_CACHE_HOME/quantoscope), made if missing.
std::filesystem::path cache_folder();

}  // namespace quant
