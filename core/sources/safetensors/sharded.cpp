#include "core/sources/safetensors/sharded.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <set>

#include "core/base/text.h"
#include "core/sources/archives/zip.h"
#include "core/sources/bytes/inner_path.h"
#include "core/sources/bytes/json_events.h"
#include "core/sources/pytorch/pytorch.h"
#include "core/sources/safetensors/safetensors.h"

namespace quant {

namespace fs = std::filesystem;

namespace {

/// Keeps the texts of the top-level object "weight_map"; walks over everything else.
class IndexHandler final : public JsonEvents {
 public:
  ShardIndex index;
  bool found = false;

  void begin_object() override {
    if (level_ == 2 && in_map_) refuse("weight_map", "holds an object; its values are file names");
    ++level_;
    if (level_ == 2 && in_map_) map_open_ = true;
  }
  void end_object() override {
    if (level_ == 2) map_open_ = false;
    --level_;
  }
  void begin_array() override {
    if (level_ == 0) refuse("index", "is an array, no object");
    if (level_ >= 1 && in_map_) refuse("weight_map", "holds an array; its values are file names");
    ++level_;
  }
  void end_array() override { --level_; }
  void key(std::string&& key) override {
    if (level_ == 1) {
      in_map_ = key == "weight_map";
      if (in_map_ && found) refuse("weight_map", "stands twice in the index");
      found |= in_map_;
    } else if (map_open_ && level_ == 2) {
      name_ = std::move(key);
      if (index.weight_map.contains(name_)) refuse("weight_map", "has the name " + shown_name(name_) + " twice");
    }
  }
  void text(std::string&& value) override {
    if (map_open_ && level_ == 2) {
      index.weight_map.emplace(std::move(name_), std::move(value));
    } else if (level_ == 1 && in_map_) {
      refuse("weight_map", "is a text, no object");
    }
  }
  void natural(std::uint64_t) override { other("a number"); }
  void other(std::string_view kind) override {
    if (level_ == 0) refuse("index", fmt::format("is {}, no object", kind));
    if (in_map_) refuse("weight_map", fmt::format("holds {}; its values are file names", kind));
  }

 private:
  int level_ = 0;  // of nesting: 1 = in the top object
  bool in_map_ = false, map_open_ = false;
  std::string name_;
};

tl::unexpected<Error> refuse(const fs::path& path, std::string why, std::string hint) {
  return failure(ErrorCode::malformed, "cannot open", path.string(), std::move(why), std::move(hint));
}

/// What one file of a model holds.
struct Shard {
  std::string_view format;
  StoredSource::Content content;
};

StoredSource::Content stored_content(Listing listing, const std::shared_ptr<const InputFile>& file) {
  StoredSource::Content content{{}, {}, std::move(listing.metadata), std::move(listing.notes)};
  for (TensorInfo& tensor : listing.tensors) content.tensors.push_back({std::move(tensor), file, listing.order});
  return content;
}

/// Lists a file by its content: an archive is PyTorch's.
Result<Shard> list_shard(const fs::path& path) {
  QUANT_TRY(file, InputFile::open(path));
  QUANT_TRY(head, file->head(4));
  Shard shard;
  if (is_zip(head)) {
    QUANT_TRY(content, list_pytorch(file, path.stem().string()));
    shard = {"pytorch", std::move(content)};
  } else {
    QUANT_TRY(listing, list_file(*file, list_safetensors));
    shard = {"safetensors", stored_content(std::move(listing), file)};
  }
  shard.content.files.push_back({path, file->size()});
  return shard;
}

/// One source of all shards. Metadata is that of the first.
Result<std::unique_ptr<Source>> join(const fs::path& path, std::vector<Shard> shards, std::vector<std::string> notes) {
  StoredSource::Content whole;
  whole.notes = std::move(notes);
  if (!shards.empty()) whole.metadata = std::move(shards.front().content.metadata);
  for (Shard& shard : shards) {
    for (StoredTensor& tensor : shard.content.tensors) {
      tensor.info.file = static_cast<std::uint32_t>(whole.files.size());
      whole.tensors.push_back(std::move(tensor));
    }
    std::ranges::move(shard.content.notes, std::back_inserter(whole.notes));
    std::ranges::move(shard.content.files, std::back_inserter(whole.files));
  }
  return StoredSource::create(shards.empty() ? "safetensors" : shards.front().format, path, std::move(whole));
}

/// Each of `names` is in the shard. Returns how many of its tensors no name asks for.
Result<std::size_t> check_members(std::span<const std::string_view> names, const std::string& shard,
                                  const StoredSource::Content& content, const fs::path& where) {
  std::set<std::string_view> present;
  for (const StoredTensor& tensor : content.tensors) present.insert(tensor.info.name);
  for (const std::string_view name : names) {
    if (present.contains(name)) continue;
    return refuse(
        where, fmt::format("weight_map says that {} holds {}, which it does not", shown_name(shard), shown_name(name)),
        "index and shards do not belong together, get them again");
  }
  return present.size() - names.size();
}

/// The index beside a numbered shard; empty where there is none.
fs::path index_beside(const fs::path& shard, const PartNumber& number) {
  std::error_code ec;
  const fs::path index = shard.parent_path() / (number.stem + number.ending + ".index.json");
  return fs::is_regular_file(index, ec) ? index : fs::path();
}

/// All numbered siblings of a shard that has no index.
Result<std::unique_ptr<Source>> open_siblings(const fs::path& path, const PartNumber& number) {
  std::vector<Shard> shards;
  for (unsigned i = 1; i <= number.count; ++i) {
    QUANT_TRY(sibling, inner_path(path.parent_path(), number.name(i), "the number in its name", path));
    QUANT_TRY(shard, list_shard(sibling));
    shards.push_back(std::move(shard));
  }
  return join(path, std::move(shards), {fmt::format("opened with its {} numbered siblings", number.count - 1)});
}

}  // namespace

Result<ShardIndex> parse_shard_index(std::string_view json, const std::string& file) {
  IndexHandler handler;
  if (!parse_json(json, "index", handler)) {
    return refuse(file, fmt::format("{} {}", handler.field(), handler.why()), "get the index again from its source");
  }
  if (!handler.found) return refuse(file, "weight_map is missing", "this is no index of a sharded model");
  return std::move(handler.index);
}

std::string PartNumber::name(unsigned other) const {
  return fmt::format("{}-{:05}-of-{:05}{}", stem, other, count, ending);
}

std::optional<PartNumber> part_number(const fs::path& path) {
  static const RE2 pattern(R"((.+)-(\d{5})-of-(\d{5})(\.[a-z]+))");
  PartNumber found;
  if (!RE2::FullMatch(path.filename().string(), pattern, &found.stem, &found.number, &found.count, &found.ending)) {
    return {};
  }
  return found;
}

Result<std::unique_ptr<Source>> open_shard_index(const fs::path& path, std::vector<std::string> notes) {
  QUANT_TRY(json, read_text(path));
  QUANT_TRY(index, parse_shard_index(json, path.string()));
  std::map<std::string, std::vector<std::string_view>> shards;
  for (const auto& [name, shard] : index.weight_map) shards[shard].push_back(name);
  std::vector<Shard> parts;
  for (const auto& [shard, names] : shards) {
    QUANT_TRY(file, inner_path(path.parent_path(), shard, "weight_map", path));
    auto part = list_shard(file);
    if (!part) {
      part.error().why = fmt::format("weight_map names it, but {}", part.error().why);
      return tl::unexpected(std::move(part).error());
    }
    QUANT_TRY(unnamed, check_members(names, shard, part->content, path));
    if (unnamed > 0) notes.push_back(fmt::format("{} tensors of {} are not in the index", unnamed, shown_name(shard)));
    parts.push_back(std::move(*part));
  }
  return join(path, std::move(parts), std::move(notes));
}

Result<std::unique_ptr<Source>> open_shard(const fs::path& path) {
  if (const auto number = part_number(path); number && number->count > 1) {
    if (const fs::path index = index_beside(path, *number); !index.empty()) {
      return open_shard_index(index, {"opened with the other shards of its index"});
    }
    return open_siblings(path, *number);
  }
  QUANT_TRY(shard, list_shard(path));
  std::vector<Shard> shards;
  shards.push_back(std::move(shard));
  return join(path, std::move(shards), {});
}

}  // namespace quant
