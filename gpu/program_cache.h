#pragma once
// Built programs on disk, so that a device compiles each kernel once in its life.

#include <filesystem>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace quant {

/// One file a program. Never a reason to fail: what is missing, damaged or unwritable is built again.
class ProgramCache {
 public:
  explicit ProgramCache(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// Name of a program: changes with each part (source, options, device, driver).
  static std::string key(std::initializer_list<std::string_view> parts);

  std::filesystem::path path(const std::string& key) const { return folder_ / (key + ".bin"); }
  /// The binary as stored; nothing where it is missing or its checksum is wrong.
  std::optional<std::vector<unsigned char>> load(const std::string& key) const;
  void store(const std::string& key, std::span<const unsigned char> binary) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace quant
