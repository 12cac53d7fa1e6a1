#include "core/sources/archives/zip.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <numeric>

#include "core/base/text.h"
#include "core/sources/archives/inflate.h"
#include "core/sources/bytes/byte_reader.h"
#include "core/sources/bytes/checked_bytes.h"
#include "core/sources/listing.h"

namespace quant {

namespace {

constexpr std::uint32_t end_signature = 0x06054b50, end64_signature = 0x06064b50, locator_signature = 0x07064b50;
constexpr std::uint32_t central_signature = 0x02014b50, local_signature = 0x04034b50;
constexpr std::uint64_t end_bytes = 22, end64_bytes = 56, locator_bytes = 20, central_bytes = 46, local_bytes = 30;
constexpr std::uint64_t longest_comment = 0xffff;
constexpr std::uint64_t longest_directory = 64 << 20;  // 400,000 tensors of PyTorch need 30 MiB
constexpr std::uint64_t best_ratio = 1032;             // deflate: 258 bytes from two bits
constexpr std::uint32_t in_zip64 = 0xffffffff;         // the real value stands in the zip64 extra field
constexpr std::uint16_t encrypted = 1 << 0 | 1 << 6 | 1 << 13, utf8_name = 1 << 11;

/// Where the central directory lies.
struct Directory {
  std::uint64_t entries = 0, size = 0, at = 0;
  std::uint64_t limit = 0;  // it ends at or before this byte
};

/// An entry of the central directory.
struct Entry {
  std::string name;  // as written
  std::uint16_t flags = 0, method = 0;
  std::uint32_t crc = 0;
  std::uint64_t packed = 0, size = 0, local = 0;
};

Result<std::vector<std::byte>> read_part(const ByteStore& file, std::uint64_t at, std::uint64_t n) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(n));
  QUANT_CHECK(file.read(at, bytes));
  return bytes;
}

tl::unexpected<Error> refuse(const ByteStore& file, std::string why, ErrorCode code = ErrorCode::malformed,
                             std::string hint = "the file is cut, damaged or hostile, get it again from its source") {
  return failure(code, "cannot open", file.where(), std::move(why), std::move(hint));
}

tl::unexpected<Error> refuse_member(const ByteStore& file, std::string_view name, std::string_view why,
                                    ErrorCode code = ErrorCode::malformed,
                                    std::string hint = "the file is damaged or hostile, get it again from its source") {
  return refuse(file, fmt::format("member {}: {}", shown_name(name), why), code, std::move(hint));
}

std::uint32_t word_at(std::span<const std::byte> bytes, std::size_t at) {
  std::uint32_t word = 0;
  std::memcpy(&word, bytes.data() + at, sizeof word);
  return word;
}

/// The byte where the end record begins: the last one whose comment reaches exactly the end of the file.
Result<std::uint64_t> find_end(const ByteStore& file) {
  const std::uint64_t tail_bytes = std::min(file.size(), end_bytes + longest_comment);
  QUANT_TRY(tail, read_part(file, file.size() - tail_bytes, tail_bytes));
  for (std::size_t back = end_bytes; back <= tail.size(); ++back) {
    const std::size_t at = tail.size() - back;
    const std::size_t comment = word_at(tail, at + 18) >> 16;
    if (word_at(tail, at) == end_signature && end_bytes + comment == back) return file.size() - back;
  }
  return refuse(file, "end record is missing, and with it the central directory");
}

Result<void> check_disks(const ByteReader& in, std::uint64_t disk, std::uint64_t directory_disk) {
  if (disk == 0 && directory_disk == 0) return {};
  return in.fail("disk number",
                 fmt::format("is {}: a part of an archive of several files", std::max(disk, directory_disk)),
                 ErrorCode::unsupported, "join the parts first");
}

/// What the zip64 end record says in place of an end record with fields that are all ones.
Result<Directory> read_end64(const ByteStore& file, std::uint64_t at, std::uint64_t limit) {
  if (limit < end64_bytes || at > limit - end64_bytes) {
    return refuse(file, fmt::format("zip64 end record is said to begin at byte {}, the file has {}", at, file.size()));
  }
  QUANT_TRY(bytes, read_part(file, at, end64_bytes));
  ByteReader in(bytes, fmt::format("{}, zip64 end record", file.where()));
  QUANT_TRY(signature, in.read<std::uint32_t>("signature"));
  if (signature != end64_signature) return in.fail("signature", "is not that of a zip64 end record");
  QUANT_CHECK(in.bytes(12, "zip64 end record"));  // its size, versions
  QUANT_TRY(disk, in.read<std::uint32_t>("disk number"));
  QUANT_TRY(directory_disk, in.read<std::uint32_t>("disk number"));
  QUANT_CHECK(check_disks(in, disk, directory_disk));
  QUANT_CHECK(in.bytes(8, "zip64 entry count"));  // those of this disk
  Directory directory{.limit = at};
  QUANT_TRY(entries, in.read<std::uint64_t>("zip64 entry count"));
  QUANT_TRY(size, in.read<std::uint64_t>("zip64 directory size"));
  QUANT_TRY(offset, in.read<std::uint64_t>("zip64 directory offset"));
  directory.entries = entries, directory.size = size, directory.at = offset;
  return directory;
}

/// The byte where the zip64 end record begins, by its locator before the end record; nothing where there is none.
Result<std::optional<std::uint64_t>> locate_end64(const ByteStore& file, std::uint64_t end) {
  if (end < locator_bytes) return std::nullopt;
  QUANT_TRY(bytes, read_part(file, end - locator_bytes, locator_bytes));
  if (word_at(bytes, 0) != locator_signature) return std::nullopt;
  std::uint64_t at = 0;
  std::memcpy(&at, bytes.data() + 8, sizeof at);
  return at;
}

Result<Directory> find_directory(const ByteStore& file) {
  QUANT_TRY(end, find_end(file));
  QUANT_TRY(bytes, read_part(file, end, end_bytes));
  ByteReader in(bytes, fmt::format("{}, end record", file.where()));
  QUANT_CHECK(in.bytes(4, "signature"));
  QUANT_TRY(disk, in.read<std::uint16_t>("disk number"));
  QUANT_TRY(directory_disk, in.read<std::uint16_t>("disk number"));
  QUANT_CHECK(in.bytes(2, "entry count"));  // those of this disk
  QUANT_TRY(entries, in.read<std::uint16_t>("entry count"));
  QUANT_TRY(size, in.read<std::uint32_t>("central directory size"));
  QUANT_TRY(offset, in.read<std::uint32_t>("central directory offset"));
  if (disk == 0xffff || entries == 0xffff || size == in_zip64 || offset == in_zip64) {
    QUANT_TRY(at, locate_end64(file, end));
    if (at) return read_end64(file, *at, end - locator_bytes);
  }
  QUANT_CHECK(check_disks(in, disk, directory_disk));
  return Directory{entries, size, offset, end};
}

Result<Directory> checked_directory(const ByteStore& file) {
  QUANT_TRY(directory, find_directory(file));
  if (directory.at > directory.limit || directory.size > directory.limit - directory.at) {
    return refuse(file, fmt::format("central directory (zip64 directory offset, size) is said to be {} bytes at {}, "
                                    "which is not before its end record at {}",
                                    directory.size, directory.at, directory.limit));
  }
  if (directory.size > longest_directory) {
    return refuse(file,
                  fmt::format("central directory has {} bytes, at most {} are read", directory.size, longest_directory),
                  ErrorCode::unsupported, "split the archive");
  }
  if (directory.entries > directory.size / central_bytes) {
    return refuse(file, fmt::format("entry count (or zip64 entry count) is {}, the {} bytes of the central directory "
                                    "hold at most {}",
                                    directory.entries, directory.size, directory.size / central_bytes));
  }
  return directory;
}

/// The zip64 extra field: the real values of those fields that are all ones, in this order.
Result<void> read_zip64(Entry& entry, const ByteReader& in, std::span<const std::byte> extra) {
  std::uint64_t* const fields[] = {&entry.size, &entry.packed, &entry.local};
  if (std::ranges::none_of(fields, [](const std::uint64_t* field) { return *field == in_zip64; })) return {};
  while (extra.size() >= 4) {
    const std::uint32_t head = word_at(extra, 0);
    const std::size_t length = head >> 16;
    extra = extra.subspan(4);
    if (length > extra.size()) return in.fail("extra field", "is longer than its entry");
    if ((head & 0xffff) != 1) {
      extra = extra.subspan(length);
      continue;
    }
    std::span<const std::byte> values = extra.first(length);
    for (std::uint64_t* const field : fields) {
      if (*field != in_zip64) continue;
      if (values.size() < 8) return in.fail("zip64 extra field", fmt::format("is too short: {} bytes", length));
      std::memcpy(field, values.data(), 8);
      values = values.subspan(8);
    }
    return {};
  }
  return in.fail("zip64 extra field", "is missing");
}

Result<Entry> read_entry(ByteReader& in) {
  QUANT_TRY(signature, in.read<std::uint32_t>("signature"));
  if (signature != central_signature) return in.fail("entry", "is no entry: its signature is wrong");
  Entry entry;
  QUANT_CHECK(in.bytes(4, "version"));
  QUANT_TRY(flags, in.read<std::uint16_t>("flags"));
  QUANT_TRY(method, in.read<std::uint16_t>("method"));
  QUANT_CHECK(in.bytes(4, "time"));
  QUANT_TRY(crc, in.read<std::uint32_t>("crc"));
  QUANT_TRY(packed, in.read<std::uint32_t>("compressed size"));
  QUANT_TRY(size, in.read<std::uint32_t>("uncompressed size"));
  QUANT_TRY(name_bytes, in.read<std::uint16_t>("name"));
  QUANT_TRY(extra_bytes, in.read<std::uint16_t>("extra field"));
  QUANT_TRY(comment_bytes, in.read<std::uint16_t>("comment"));
  QUANT_TRY(disk, in.read<std::uint16_t>("disk number"));
  if (disk != 0 && disk != 0xffff) QUANT_CHECK(check_disks(in, disk, 0));
  QUANT_CHECK(in.bytes(6, "attributes"));
  QUANT_TRY(local, in.read<std::uint32_t>("local header offset"));
  QUANT_TRY(name, in.text(name_bytes, "name"));
  QUANT_TRY(extra, in.bytes(extra_bytes, "extra field"));
  QUANT_CHECK(in.bytes(comment_bytes, "comment"));
  entry.name = name, entry.flags = flags, entry.method = method, entry.crc = crc;
  entry.packed = packed, entry.size = size, entry.local = local;
  QUANT_CHECK(read_zip64(entry, in, extra));
  return entry;
}

Result<std::vector<Entry>> read_entries(const ByteStore& file, const Directory& directory) {
  QUANT_TRY(bytes, read_part(file, directory.at, directory.size));
  ByteReader in(bytes, fmt::format("{}, central directory", file.where()));
  std::vector<Entry> entries;
  while (in.left() > 0) {
    QUANT_TRY(entry, read_entry(in));
    entries.push_back(std::move(entry));
  }
  if (entries.size() == directory.entries) return entries;
  return refuse(file,
                fmt::format("entry count is {}, the central directory holds {}", directory.entries, entries.size()));
}

std::string method_name(std::uint16_t method) {
  switch (method) {
    case 9: return "method 9 (deflate64)";
    case 12: return "method 12 (bzip2)";
    case 14: return "method 14 (LZMA)";
    case 93: return "method 93 (zstd)";
    case 95: return "method 95 (xz)";
    default: return fmt::format("method {}", method);
  }
}

/// What an entry says of itself, before the archive is looked at.
Result<void> check_entry(const ByteStore& file, const Entry& entry) {
  if ((entry.flags & encrypted) != 0) {
    return refuse_member(file, entry.name, "flags say that it is encrypted", ErrorCode::unsupported,
                         "decrypt the archive first");
  }
  if (entry.method != 0 && entry.method != 8) {
    return refuse_member(file, entry.name, fmt::format("{} is neither stored nor deflate", method_name(entry.method)),
                         ErrorCode::unsupported, "pack it again with deflate, or without compression");
  }
  if (entry.packed > file.size()) {
    return refuse_member(
        file, entry.name,
        fmt::format("compressed size (or zip64 size) is {}, the file has {} bytes", entry.packed, file.size()));
  }
  if (entry.method == 0 && entry.packed != entry.size) {
    return refuse_member(file, entry.name,
                         fmt::format("uncompressed size is {}, {} are stored", entry.size, entry.packed));
  }
  if (entry.size / best_ratio > entry.packed) {
    return refuse_member(
        file, entry.name,
        fmt::format("uncompressed size is {}, which {} bytes of deflate cannot hold", entry.size, entry.packed));
  }
  if ((entry.flags & utf8_name) != 0 && !valid_utf8(entry.name)) {
    return refuse_member(file, entry.name, "name is not UTF-8, as its flags say");
  }
  return {};
}

/// Where the body of an entry begins, from its local header: that has its own extra field.
Result<std::uint64_t> body_of(const ByteStore& file, const Entry& entry, std::uint64_t limit) {
  const std::uint64_t header_bytes = local_bytes + entry.name.size();
  if (entry.local > limit || header_bytes > limit - entry.local) {
    return refuse_member(file, entry.name,
                         fmt::format("local header offset is {}, members end at {}", entry.local, limit));
  }
  QUANT_TRY(bytes, read_part(file, entry.local, header_bytes));
  if (word_at(bytes, 0) != local_signature) {
    return refuse_member(file, entry.name, fmt::format("local header at byte {} is none", entry.local));
  }
  const std::uint32_t lengths = word_at(bytes, 26);
  const std::string_view name(reinterpret_cast<const char*>(bytes.data()) + local_bytes, entry.name.size());
  if ((lengths & 0xffff) != entry.name.size() || name != entry.name) {
    return refuse_member(file, entry.name, "local header has another name");
  }
  if (word_at(bytes, 8) % 0x10000 != entry.method) {
    return refuse_member(file, entry.name, "local header has another method");
  }
  const std::uint64_t body = entry.local + header_bytes + (lengths >> 16);
  if (body > limit || entry.packed > limit - body) {
    return refuse_member(file, entry.name,
                         fmt::format("local header offset {} with {} bytes of data ends beyond byte {}", entry.local,
                                     entry.packed, limit));
  }
  return body;
}

std::string utf8_from_latin1(std::string_view text) {
  std::string utf8;
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (code < 0x80) {
      utf8 += c;
    } else {
      utf8 += static_cast<char>(0xc0 | code >> 6);
      utf8 += static_cast<char>(0x80 | (code & 0x3f));
    }
  }
  return utf8;
}

/// Bytes of members, headers included.
struct Extent {
  std::uint64_t begin, end;
  std::uint32_t member;
};

Result<void> check_overlap(const ByteStore& file, std::vector<Extent> extents, std::span<const ZipMember> members) {
  std::ranges::sort(extents, {}, &Extent::begin);
  for (std::size_t i = 1; i < extents.size(); ++i) {
    if (extents[i].begin >= extents[i - 1].end) continue;
    return refuse_member(file, members[extents[i].member].name,
                         fmt::format("local header offset is {}, inside member {}", extents[i].begin,
                                     shown_name(members[extents[i - 1].member].name)));
  }
  return {};
}

}  // namespace

bool is_zip(std::span<const std::byte> head) {
  return head.size() >= 4 && (word_at(head, 0) == local_signature || word_at(head, 0) == end_signature);
}

Result<std::vector<std::string>> zip_names(const ByteStore& file) {
  QUANT_TRY(directory, checked_directory(file));
  QUANT_TRY(entries, read_entries(file, directory));
  std::vector<std::string> names;
  for (Entry& entry : entries) names.push_back(std::move(entry.name));
  return names;
}

Result<ZipArchive> ZipArchive::open(std::shared_ptr<const ByteStore> file, ZeroCrc zero) {
  QUANT_TRY(directory, checked_directory(*file));
  QUANT_TRY(entries, read_entries(*file, directory));
  ZipArchive archive;
  std::vector<Extent> extents;
  for (Entry& entry : entries) {
    QUANT_CHECK(check_entry(*file, entry));
    QUANT_TRY(body, body_of(*file, entry, directory.at));
    const auto number = static_cast<std::uint32_t>(archive.members_.size());
    extents.push_back({entry.local, body + entry.packed, number});
    archive.by_name_.push_back(number);
    ZipMember& member = archive.members_.emplace_back();
    member.deflated = entry.method == 8;
    member.packed = entry.packed, member.size = entry.size, member.at = body;
    if (entry.crc != 0 || zero == ZeroCrc::is_a_checksum) member.crc = entry.crc;
    // Many writers leave out the flag for UTF-8; what is not UTF-8 is from before it.
    member.name = valid_utf8(entry.name) ? std::move(entry.name) : utf8_from_latin1(entry.name);
  }
  QUANT_CHECK(check_overlap(*file, std::move(extents), archive.members_));
  const auto name_of = [&archive](std::uint32_t i) -> const std::string& { return archive.members_[i].name; };
  std::ranges::sort(archive.by_name_, {}, name_of);
  const auto twice = std::ranges::adjacent_find(archive.by_name_, {}, name_of);
  if (twice != archive.by_name_.end()) return refuse_member(*file, name_of(*twice), "name stands twice");
  archive.file_ = std::move(file);
  archive.cache_ = block_cache();
  return archive;
}

const ZipMember* ZipArchive::find(std::string_view name) const {
  const auto name_of = [this](std::uint32_t i) -> std::string_view { return members_[i].name; };
  const auto found = std::ranges::lower_bound(by_name_, name, {}, name_of);
  return found == by_name_.end() || name_of(*found) != name ? nullptr : &members_[*found];
}

std::string ZipArchive::where(const ZipMember& member) const {
  return fmt::format("{}, {}", file_->where(), printable(std::string_view(member.name).substr(0, 200)));
}

Result<std::vector<std::byte>> ZipArchive::head(const ZipMember& member, std::uint64_t n) const {
  if (member.deflated)
    return inflate_head({file_, member.at, member.packed, member.size, member.crc, where(member)}, n);
  const Bytes whole = bytes(member);
  std::vector<std::byte> head(static_cast<std::size_t>(std::min(n, member.size)));
  QUANT_CHECK(whole.store->read(whole.begin, head));
  return head;
}

ZipArchive::Bytes ZipArchive::bytes(const ZipMember& member) const {
  if (member.deflated) {
    return {inflated_bytes({file_, member.at, member.packed, member.size, member.crc, where(member)}, cache_), 0};
  }
  if (member.crc) return {checked_bytes(file_, member.at, member.size, *member.crc, where(member)), member.at};
  // The same offsets as in the file, and no byte beyond the member.
  return {part_of(file_, 0, member.at + member.size, where(member)), member.at};
}

}  // namespace quant
