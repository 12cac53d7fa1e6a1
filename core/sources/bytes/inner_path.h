#pragma once
// Names inside files that become paths: shards of an index, parts of a split file.

#include <filesystem>
#include <string_view>

#include "core/base/result.h"

namespace quant {

/// The file that `name`, found inside a file of the folder `folder`, means: beneath that folder, a regular file,
/// reached through no link that leaves it. One link is followed: into the sibling `blobs` of the same `models--…` entry
/// of the hub's cache. Errors: unsafe (absolute, `..`, a URL, a link out), malformed (missing or no regular file),
/// naming `field` and `where`.
Result<std::filesystem::path> inner_path(const std::filesystem::path& folder, std::string_view name,
                                         std::string_view field, const std::filesystem::path& where);

}  // namespace quant
