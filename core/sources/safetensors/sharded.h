#pragma once
// Models that several files hold together: shards named by an index, and numbered parts.

#include <map>
#include <string>

#include "core/sources/listing.h"

namespace quant {

/// `*.index.json`: which file holds which tensor.
struct ShardIndex {
  std::map<std::string, std::string> weight_map;  ///< tensor → file name, as written
};

/// Parses an index. Errors: malformed (syntax, no weight_map, a name twice).
Result<ShardIndex> parse_shard_index(std::string_view json, const std::string& file);

/// A part's place in "model-00002-of-00003.safetensors"; nothing where the name has no such numbers.
struct PartNumber {
  std::string stem;  ///< "model"
  unsigned number = 0, count = 0;
  std::string ending;  ///< ".safetensors"

  std::string name(unsigned other) const;  ///< that of part `other`
};
std::optional<PartNumber> part_number(const std::filesystem::path& path);

/// Opens an index and its shards, which are safetensors or PyTorch archives. Errors: as open_source.
Result<std::unique_ptr<Source>> open_shard_index(const std::filesystem::path& index, std::vector<std::string> notes);
/// Opens one file of these containers; a numbered shard brings in the others: by the index beside it, else by number.
Result<std::unique_ptr<Source>> open_shard(const std::filesystem::path& path);

}  // namespace quant
