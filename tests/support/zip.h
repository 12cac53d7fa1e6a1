#pragma once
// ZIP archives byte by byte, right ones and wrong ones.

#include <zlib.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace zip {

/// A member; what is set says something else than the truth.
struct Part {
  std::string name = {}, data = {};
  bool deflate = false;
  std::optional<std::string> packed = {};  ///< the body itself
  std::optional<std::uint64_t> size = {}, packed_size = {}, offset = {};
  std::optional<std::uint32_t> crc = {};
  std::optional<std::uint16_t> method = {};
  std::uint16_t flags = 0, disk = 0;
  std::optional<std::string> local_name = {};
  bool repeats = false;  ///< an entry of the directory alone, over the body at `offset`
};

struct End {
  std::optional<std::uint64_t> entries = {}, size = {}, offset = {};
  std::uint16_t disk = 0;
  std::string comment = {};
  bool zip64 = false;
};

template <class T>
void add(std::string& bytes, T number) {
  bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
}

inline std::string deflated(const std::string& data, int level = 6, int strategy = Z_DEFAULT_STRATEGY) {
  z_stream stream{};
  deflateInit2(&stream, level, Z_DEFLATED, -15, 8, strategy);
  std::string packed(deflateBound(&stream, data.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
  stream.avail_in = static_cast<uInt>(data.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

inline std::uint32_t crc(const std::string& data) {
  return static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(data.data()), data.size()));
}

/// What the local header and the directory say alike, up to the lengths of name and extra field.
inline void add_fields(std::string& bytes, const Part& part, std::uint64_t packed, bool zip64) {
  add<std::uint16_t>(bytes, 45);
  add(bytes, part.flags);
  add(bytes, part.method.value_or(part.deflate ? std::uint16_t{8} : std::uint16_t{0}));
  add<std::uint32_t>(bytes, 33u << 16);  // 1 January 1980
  add(bytes, part.crc.value_or(crc(part.data)));
  add(bytes, zip64 ? 0xffffffffu : static_cast<std::uint32_t>(part.packed_size.value_or(packed)));
  add(bytes, zip64 ? 0xffffffffu : static_cast<std::uint32_t>(part.size.value_or(part.data.size())));
}

inline std::string archive(const std::vector<Part>& parts, const End& end = {}) {
  std::string bytes, directory;
  for (const Part& part : parts) {
    const std::string body = part.packed ? *part.packed : part.deflate ? deflated(part.data) : part.data;
    const std::uint64_t at = part.offset.value_or(bytes.size());
    std::string extra;
    if (end.zip64) {
      add<std::uint16_t>(extra, 1);
      add<std::uint16_t>(extra, 24);
      add<std::uint64_t>(extra, part.size.value_or(part.data.size()));
      add<std::uint64_t>(extra, part.packed_size.value_or(body.size()));
      add(extra, at);
    }
    if (!part.repeats) {
      const std::string name = part.local_name.value_or(part.name);
      add<std::uint32_t>(bytes, 0x04034b50);
      add_fields(bytes, part, body.size(), end.zip64);
      add(bytes, static_cast<std::uint16_t>(name.size()));
      add<std::uint16_t>(bytes, 6);  // an extra field that the directory does not have, as PyTorch pads
      bytes += name + std::string("FB\2\0ZZ", 6) + body;
    }
    add<std::uint32_t>(directory, 0x02014b50);
    add<std::uint16_t>(directory, 45);
    add_fields(directory, part, body.size(), end.zip64);
    add(directory, static_cast<std::uint16_t>(part.name.size()));
    add(directory, static_cast<std::uint16_t>(extra.size()));
    add<std::uint16_t>(directory, 0);
    add(directory, part.disk);
    directory += std::string(6, '\0');
    add(directory, end.zip64 ? 0xffffffffu : static_cast<std::uint32_t>(at));
    directory += part.name + extra;
  }
  const std::uint64_t entries = end.entries.value_or(parts.size()), size = end.size.value_or(directory.size()),
                      offset = end.offset.value_or(bytes.size());
  const std::uint64_t record = bytes.size() + directory.size();
  bytes += directory;
  if (end.zip64) {
    add<std::uint32_t>(bytes, 0x06064b50);
    add<std::uint64_t>(bytes, 44);
    bytes += std::string(12, '\0');
    for (const std::uint64_t field : {entries, entries, size, offset}) add(bytes, field);
    add<std::uint32_t>(bytes, 0x07064b50);
    add<std::uint32_t>(bytes, 0);
    add(bytes, record);
    add<std::uint32_t>(bytes, 1);
  }
  add<std::uint32_t>(bytes, 0x06054b50);
  add(bytes, end.disk);
  add(bytes, end.disk);
  for (int i = 0; i < 2; ++i) add(bytes, end.zip64 ? std::uint16_t{0xffff} : static_cast<std::uint16_t>(entries));
  add(bytes, end.zip64 ? 0xffffffffu : static_cast<std::uint32_t>(size));
  add(bytes, end.zip64 ? 0xffffffffu : static_cast<std::uint32_t>(offset));
  add(bytes, static_cast<std::uint16_t>(end.comment.size()));
  return bytes + end.comment;
}

}  // namespace zip
