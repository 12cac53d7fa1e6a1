#include "gpu/program_cache.h"

#include <fmt/format.h>

#include <cstdint>
#include <cstring>
#include <system_error>

#include "core/base/file.h"

namespace quant {
namespace {

constexpr std::uint64_t largest_binary = std::uint64_t{64} << 20;  // PoCL's binaries, the largest seen, have 2 MB

// Drivers trust the bytes that they are given, some to the point of crashing: each file carries its checksum.
struct Header {
  char magic[8];
  std::uint64_t bytes;
  std::uint64_t checksum;
};
constexpr char magic[8] = {'Q', 'S', 'C', 'L', 'B', 'I', 'N', '1'};

// FNV-1a, 64 bits (Fowler, Noll, Vo).
constexpr std::uint64_t fnv_start = 0xcbf29ce484222325;
std::uint64_t fnv(std::string_view bytes, std::uint64_t hash = fnv_start) {
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

}  // namespace

std::string ProgramCache::key(std::initializer_list<std::string_view> parts) {
  std::uint64_t hash = fnv_start;
  for (const auto part : parts) hash = fnv(part, fnv(fmt::format("{}:", part.size()), hash));
  return fmt::format("{:016x}", hash);
}

std::optional<std::vector<unsigned char>> ProgramCache::load(const std::string& key) const {
  std::error_code missing;
  if (!std::filesystem::exists(path(key), missing)) return {};
  const auto text = read_text(path(key), largest_binary + sizeof(Header));
  if (!text || text->size() < sizeof(Header)) return {};
  Header header;
  std::memcpy(&header, text->data(), sizeof header);
  const auto payload = std::string_view(*text).substr(sizeof header);
  if (std::memcmp(header.magic, magic, sizeof magic) != 0 || header.bytes != payload.size()) return {};
  if (header.checksum != fnv(payload)) return {};
  return std::vector<unsigned char>(payload.begin(), payload.end());
}

void ProgramCache::store(const std::string& key, std::span<const unsigned char> binary) const {
  if (binary.empty() || binary.size() > largest_binary) return;
  std::error_code ignored;  // a read-only cache folder costs time, not the run
  std::filesystem::create_directories(folder_, ignored);
  const std::string_view payload(reinterpret_cast<const char*>(binary.data()), binary.size());
  Header header{.magic = {}, .bytes = payload.size(), .checksum = fnv(payload)};
  std::memcpy(header.magic, magic, sizeof magic);
  std::string text(reinterpret_cast<const char*>(&header), sizeof header);
  text += payload;
  static_cast<void>(write_file(path(key), text));
}

}  // namespace quant
