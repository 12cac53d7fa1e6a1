#pragma once
// ZIP archives, just enough of them: the directory, checked, and the bytes of members (PKWARE APPNOTE 6.3).

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/byte_store.h"

namespace quant {

class BlockCache;

struct ZipMember {
  std::string name;  ///< UTF-8
  bool deflated = false;
  std::uint64_t packed = 0;  ///< bytes in the archive
  std::uint64_t size = 0;    ///< bytes unpacked, as announced
  std::uint64_t at = 0;      ///< first byte of the body in the archive
  std::optional<std::uint32_t> crc;
};

/// Whether a file begins like an archive: with a member, or with the end record of an empty one.
bool is_zip(std::span<const std::byte> head);

/// Names of an archive's members as its directory lists them, before any of them is looked at. Errors: malformed,
/// unsupported, io.
Result<std::vector<std::string>> zip_names(const ByteStore& file);

/// An archive whose directory was checked: every member lies inside the file and over no other, has its own name, is
/// neither encrypted nor packed by anything but deflate, and announces no size that deflate cannot reach.
class ZipArchive {
 public:
  /// PyTorch can be told to leave checksums out and writes 0 for them.
  enum class ZeroCrc { is_a_checksum, means_none };

  /// Errors: malformed, unsupported, io.
  static Result<ZipArchive> open(std::shared_ptr<const ByteStore> file, ZeroCrc zero = ZeroCrc::is_a_checksum);

  std::span<const ZipMember> members() const { return members_; }
  const ZipMember* find(std::string_view name) const;  ///< null where there is none

  /// The first min(n, size) bytes of a member. Memory grows with what is really there, not with what is announced;
  /// where that is the whole member, its checksum is checked. Errors: malformed (fewer or more bytes than announced),
  /// io.
  Result<std::vector<std::byte>> head(const ZipMember& member, std::uint64_t n) const;

  struct Bytes {
    std::shared_ptr<const ByteStore> store;
    std::uint64_t begin = 0;  ///< where the member begins in it: its place in the archive, 0 for a deflated one
  };
  /// A member for reading at any offset, kept open by its store. The checksum is checked when the last of its bytes
  /// has been read for the first time; the read that completes it then fails.
  Bytes bytes(const ZipMember& member) const;

  /// "model.npz, w.npy"
  std::string where(const ZipMember& member) const;

 private:
  std::shared_ptr<const ByteStore> file_;
  std::vector<ZipMember> members_;      // in the order of the directory
  std::vector<std::uint32_t> by_name_;  // indices of members_
  std::shared_ptr<BlockCache> cache_;   // of unpacked bytes, shared by all members
};

}  // namespace quant
