#include "core/sources/safetensors/safetensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "core/base/text.h"
#include "core/sources/bytes/json_events.h"
#include "core/sources/safetensors/sharded.h"

namespace quant {

namespace {

constexpr std::uint64_t longest_header = 100'000'000;  // the reference reader's own limit

/// One tensor as the header has it; offsets are relative to the start of the data.
struct Entry {
  std::string name;
  std::string dtype;
  std::vector<std::uint64_t> shape, offsets;
  bool has_dtype = false, has_shape = false, has_offsets = false;
};

/// The header object: {"name": {"dtype": …, "shape": […], "data_offsets": […]}, …, "__metadata__": {"k": "v"}}.
class Header final : public JsonEvents {
 public:
  std::vector<Entry> entries;
  std::vector<std::pair<std::string, std::string>> metadata;

  void begin_object() override {
    if (place_ == Place::outside) {
      place_ = Place::top;
    } else if (place_ == Place::top) {
      place_ = in_metadata_ ? Place::metadata : Place::entry;
    } else {
      unexpected("an object");
    }
  }
  void end_object() override {
    if (place_ == Place::entry) finish_entry();
    place_ = place_ == Place::top ? Place::outside : Place::top;
  }
  void begin_array() override {
    if (place_ != Place::entry || list_of(field_) == nullptr) return unexpected("an array");
    place_ = Place::list;
  }
  void end_array() override { place_ = Place::entry; }

  void key(std::string&& key) override {
    if (place_ == Place::top) return top_key(std::move(key));
    if (place_ == Place::metadata) return metadata.emplace_back(std::move(key), std::string()), void();
    Entry& entry = entries.back();
    bool* seen = key == "dtype" ? &entry.has_dtype : key == "shape" ? &entry.has_shape : nullptr;
    if (key == "data_offsets") seen = &entry.has_offsets;
    if (seen == nullptr) return refuse("header", fmt::format("has the unknown key {} in {}", shown_name(key), where()));
    if (*seen) return refuse(key, "stands twice in " + where());
    *seen = true;
    field_ = std::move(key);
  }
  void text(std::string&& value) override {
    if (place_ == Place::metadata) {
      metadata.back().second = metadata_text(value);
    } else if (place_ == Place::entry && field_ == "dtype") {
      entries.back().dtype = std::move(value);
    } else {
      unexpected("a text");
    }
  }
  void natural(std::uint64_t value) override {
    if (place_ != Place::list) return unexpected("a number");
    std::vector<std::uint64_t>& list = *list_of(field_);
    if (list.size() >= most_dims)
      return refuse(field_, fmt::format("of {} has more than {} items", where(), most_dims));
    list.push_back(value);
  }
  void other(std::string_view kind) override { unexpected(kind); }

 private:
  enum class Place { outside, top, metadata, entry, list };

  void top_key(std::string&& key) {
    in_metadata_ = key == "__metadata__";
    if (in_metadata_ && metadata_seen_) return refuse("__metadata__", "stands twice in the header");
    metadata_seen_ |= in_metadata_;
    if (in_metadata_) return;
    if (entries.size() >= most_tensors)
      return refuse("header", fmt::format("lists more than {} tensors", most_tensors));
    entries.emplace_back().name = std::move(key);
    field_.clear();
  }
  void finish_entry() {
    const Entry& entry = entries.back();
    if (!entry.has_dtype) return refuse("dtype", "is missing in " + where());
    if (!entry.has_shape) return refuse("shape", "is missing in " + where());
    if (!entry.has_offsets) return refuse("data_offsets", "are missing in " + where());
    if (entry.offsets.size() != 2) {
      refuse("data_offsets", fmt::format("of {} are {} numbers, not 2", where(), entry.offsets.size()));
    }
  }
  std::vector<std::uint64_t>* list_of(std::string_view field) {
    if (field == "shape") return &entries.back().shape;
    return field == "data_offsets" ? &entries.back().offsets : nullptr;
  }
  std::string where() const { return "tensor " + shown_name(entries.back().name); }

  void unexpected(std::string_view kind) {
    if (place_ == Place::outside) return refuse("header", fmt::format("is {}, no object", kind));
    if (place_ == Place::metadata || (place_ == Place::top && in_metadata_)) {
      return refuse("__metadata__", fmt::format("holds {}; its values are texts", kind));
    }
    if (place_ == Place::top) return refuse("header", fmt::format("has {} in place of {}", kind, where()));
    refuse(field_.empty() ? "header" : field_, fmt::format("of {} holds {}", where(), kind));
  }

  Place place_ = Place::outside;
  bool in_metadata_ = false, metadata_seen_ = false;
  std::string field_;  // of the entry
};

/// The dtype of this spelling; nothing for types that this container does not have.
std::optional<DType> safetensors_dtype(std::string_view name) {
  const std::optional<DType> found = dtype_named(name);
  if (!found || info(*found).packed || *found == DType::i4 || *found == DType::u4) return {};
  return found;
}

/// Checks one entry against its own numbers; the ranges of all together are checked by `check_ranges`.
Result<TensorInfo> to_tensor(const ByteReader& in, Entry&& entry, std::uint64_t data_start) {
  const std::string where = "tensor " + shown_name(entry.name);
  TensorInfo tensor;
  const std::optional<DType> dtype = safetensors_dtype(entry.dtype);
  if (!dtype) {
    return in.fail("dtype",
                   fmt::format("of {} is {}, which safetensors does not define", where, shown_name(entry.dtype)));
  }
  const std::optional<std::uint64_t> elements = checked_elements(entry.shape);
  if (!elements) return in.fail("shape", fmt::format("of {} is too large: {}", where, shape_text(entry.shape)));
  const std::optional<std::uint64_t> bytes = bytes_of(*dtype, *elements);
  if (!bytes || *elements * info(*dtype).block_bits % 8 != 0) {
    return in.fail("shape",
                   fmt::format("of {} has {} elements of {}, which end inside a byte", where, *elements, entry.dtype));
  }
  const std::uint64_t begin = entry.offsets[0], end = entry.offsets[1], left = in.left();
  if (begin > end || end > left) {
    return in.fail("data_offsets", fmt::format("of {} are [{}, {}], the data has {} bytes", where, begin, end, left));
  }
  if (end - begin != *bytes) {
    return in.fail("data_offsets", fmt::format("of {} span {} bytes, {} {} needs {}", where, end - begin, entry.dtype,
                                               shape_text(entry.shape), *bytes));
  }
  tensor.name = std::move(entry.name);
  tensor.dtype = *dtype;
  tensor.shape = std::move(entry.shape);
  tensor.bytes = *bytes;
  tensor.offset = data_start + begin;
  return tensor;
}

/// Every byte of the data belongs to exactly one tensor: each begins where the last ended. Sorts them so.
Result<void> check_ranges(const ByteReader& in, std::vector<TensorInfo>& tensors) {
  std::ranges::sort(tensors, {}, [](const TensorInfo& t) { return std::pair(t.offset, t.bytes); });
  const std::uint64_t start = in.at();
  std::uint64_t expected = start;
  for (const TensorInfo& tensor : tensors) {
    if (tensor.offset != expected) {
      return in.fail("data_offsets", fmt::format("of tensor {} begin at {}, the tensor before ends at {}: {}",
                                                 shown_name(tensor.name), tensor.offset - start, expected - start,
                                                 tensor.offset < expected ? "they overlap" : "a hole"));
    }
    expected += tensor.bytes;
  }
  if (expected == in.file_bytes()) return {};
  return in.fail("data", fmt::format("has {} bytes, the tensors cover {}", in.left(), expected - start));
}

Result<void> check_names(const ByteReader& in, const Header& header) {
  const auto repeated = [](auto names) -> std::optional<std::string> {
    std::ranges::sort(names);
    const auto twice = std::ranges::adjacent_find(names);
    return twice == names.end() ? std::nullopt : std::optional(std::string(*twice));
  };
  std::vector<std::string_view> names, keys;
  for (const Entry& entry : header.entries) names.push_back(entry.name);
  for (const auto& [key, value] : header.metadata) keys.push_back(key);
  if (const auto name = repeated(names)) return in.fail("name", shown_name(*name) + " stands twice in the header");
  if (const auto key = repeated(keys)) return in.fail("__metadata__", shown_name(*key) + " stands twice");
  return {};
}

Result<std::string_view> header_text(ByteReader& in) {
  QUANT_TRY(length, in.read<std::uint64_t>("header length"));
  if (length < 2 || length > longest_header) {
    return in.fail("header length", fmt::format("is {}, allowed are 2 to {}", length, longest_header));
  }
  if (length > in.left()) {
    return in.fail("header length",
                   fmt::format("is {}, the file has {} bytes left of {}", length, in.left(), in.file_bytes()),
                   ErrorCode::malformed, "the file is cut or damaged, download it again");
  }
  QUANT_TRY(text, in.text(length, "header"));
  text = text.substr(0, text.find_last_not_of(' ') + 1);  // padding: spaces only
  if (!text.starts_with('{') || !text.ends_with('}')) {
    return in.fail("header", "has to begin with { and to end with }, spaces may follow");
  }
  return text;
}

bool sniff(std::span<const std::byte> head, const std::filesystem::path&) {
  if (head.size() < 10 || head[8] != std::byte{'{'}) return false;
  std::uint64_t length = 0;
  std::memcpy(&length, head.data(), sizeof length);
  return length >= 2 && length <= longest_header;
}

}  // namespace

Result<Listing> list_safetensors(ByteReader& in) {
  QUANT_TRY(text, header_text(in));
  Header header;
  if (!parse_json(text, "header", header)) return in.fail(header.field(), header.why());
  QUANT_CHECK(check_names(in, header));
  Listing listing;
  listing.tensors.reserve(header.entries.size());
  for (Entry& entry : header.entries) {
    QUANT_TRY(tensor, to_tensor(in, std::move(entry), in.at()));
    listing.tensors.push_back(std::move(tensor));
  }
  QUANT_CHECK(check_ranges(in, listing.tensors));
  listing.metadata = std::move(header.metadata);
  return listing;
}

extern const Container safetensors;
constinit const Container safetensors{.id = "safetensors",
                                      .title = "safetensors (single file, or sharded by index)",
                                      .writes = false,
                                      .sniff = sniff,
                                      .open = open_shard};

}  // namespace quant
