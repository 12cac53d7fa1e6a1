#include "core/sources/gguf/gguf.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <unordered_set>

#include "core/base/text.h"
#include "core/sources/bytes/inner_path.h"
#include "core/sources/safetensors/sharded.h"

namespace quant {

namespace {

constexpr std::string_view magic = "GGUF";
constexpr std::uint64_t longest_key = 65'535;  // the specification's
constexpr int deepest_array = 4;               // the specification allows nesting, no known writer does it
constexpr std::uint64_t most_gguf_dims = 4;
constexpr std::uint64_t default_alignment = 32;
constexpr std::uint32_t most_alignment = 1 << 24;  // far beyond any page size

enum ValueType : std::uint32_t { u8, i8, u16, i16, u32, i32, f32, boolean, string, array, u64, i64, f64, value_types };
constexpr std::uint64_t value_bytes[value_types] = {1, 1, 2, 2, 4, 4, 4, 1, 8, 12, 8, 8, 8};  // at least, for 8 and 9
constexpr std::string_view value_names[value_types] = {"u8",   "i8",     "u16",   "i16", "u32", "i32", "f32",
                                                       "bool", "string", "array", "u64", "i64", "f64"};

struct TypeId {
  std::uint32_t id;
  DType dtype;
};
constexpr TypeId type_ids[] = {
    {0, DType::f32},     {1, DType::f16},      {2, DType::q4_0},   {3, DType::q4_1},    {6, DType::q5_0},
    {7, DType::q5_1},    {8, DType::q8_0},     {9, DType::q8_1},   {10, DType::q2_k},   {11, DType::q3_k},
    {12, DType::q4_k},   {13, DType::q5_k},    {14, DType::q6_k},  {15, DType::q8_k},   {16, DType::iq2_xxs},
    {17, DType::iq2_xs}, {18, DType::iq3_xxs}, {19, DType::iq1_s}, {20, DType::iq4_nl}, {21, DType::iq3_s},
    {22, DType::iq2_s},  {23, DType::iq4_xs},  {24, DType::i8},    {25, DType::i16},    {26, DType::i32},
    {27, DType::i64},    {28, DType::f64},     {29, DType::iq1_m}, {30, DType::bf16},   {34, DType::tq1_0},
    {35, DType::tq2_0},  {39, DType::mxfp4},   {40, DType::nvfp4}, {41, DType::q1_0},   {42, DType::q2_0},
};
struct RetiredId {
  std::uint32_t id;
  std::string_view name;
};
constexpr RetiredId retired_ids[] = {{4, "Q4_2"},      {5, "Q4_3"},        {31, "Q4_0_4_4"},   {32, "Q4_0_4_8"},
                                     {33, "Q4_0_8_8"}, {36, "IQ4_NL_4_4"}, {37, "IQ4_NL_4_8"}, {38, "IQ4_NL_8_8"}};

/// Reads one file from front to back, in the order of the format.
class Gguf {
 public:
  explicit Gguf(ByteReader& in) : in_(in) {}

  Result<Listing> list() {
    QUANT_CHECK(version());
    QUANT_TRY(tensor_count, in_.read<std::uint64_t>("tensor count"));
    if (tensor_count > most_tensors) {
      return in_.fail("tensor count", fmt::format("is {}, at most {} are handled", tensor_count, most_tensors));
    }
    QUANT_TRY(metadata_count, in_.read<std::uint64_t>("metadata count"));
    QUANT_CHECK(in_.need(tensor_count, 24, "tensor count"));      // name length, dimensions, type, offset
    QUANT_CHECK(in_.need(metadata_count, 13, "metadata count"));  // key length, type, one byte of value
    for (std::uint64_t i = 0; i < metadata_count; ++i) QUANT_CHECK(key_and_value());
    listing_.tensors.reserve(static_cast<std::size_t>(tensor_count));
    for (std::uint64_t i = 0; i < tensor_count; ++i) QUANT_CHECK(tensor());
    if (tensor_count > 0) QUANT_CHECK(place_tensors());
    return std::move(listing_);
  }

 private:
  Result<void> version() {
    QUANT_TRY(start, in_.text(magic.size(), "magic"));
    if (start != magic) return in_.fail("magic", "is not GGUF", ErrorCode::malformed, "give a GGUF file");
    QUANT_TRY(version, in_.read<std::uint32_t>("version"));
    if ((version & 0xffff) == 0 && version != 0) {  // no version is that large: the file is big-endian
      listing_.order.big_endian = true;
      in_.set_big_endian(true);
      version = __builtin_bswap32(version);
      listing_.notes.push_back("numbers are big-endian");
    }
    if (version == 1) {
      return in_.fail("version", "is 1, which is retired", ErrorCode::unsupported,
                      "convert the original model again with a current convert_hf_to_gguf.py");
    }
    if (version != 2 && version != 3) {
      return in_.fail("version", fmt::format("is {}, known are 2 and 3", version), ErrorCode::unsupported,
                      "get a file of version 3");
    }
    if (version == 2 && listing_.order.big_endian)
      return in_.fail("version", "is 2 in big-endian order, which never was");
    return {};
  }

  Result<void> key_and_value() {
    QUANT_TRY(length, in_.read<std::uint64_t>("key length"));
    if (length > longest_key) return in_.fail("key length", fmt::format("is {}, at most {}", length, longest_key));
    QUANT_TRY(key, in_.text(length, "key"));
    if (key.empty()) return in_.fail("key", "is empty");
    if (!valid_utf8(key)) return in_.fail("key", "is not UTF-8");
    if (!keys_.emplace(key).second) return in_.fail("key", fmt::format("{} stands twice", shown_name(key)));
    QUANT_TRY(type, in_.read<std::uint32_t>("value type"));
    if (type >= value_types) return in_.fail("value type", fmt::format("of {} is {}", shown_name(key), type));
    if (key == "general.alignment" && type != u32) {
      return in_.fail("general.alignment", fmt::format("is a {}, no u32", value_names[type]));
    }
    QUANT_TRY(text, value(static_cast<ValueType>(type), key));
    listing_.metadata.emplace_back(key, std::move(text));
    return {};
  }

  /// A value as text; arrays are told by their length and type.
  Result<std::string> value(ValueType type, std::string_view key) {
    switch (type) {
      case u8: return number<std::uint8_t>();
      case i8: return number<std::int8_t>();
      case u16: return number<std::uint16_t>();
      case i16: return number<std::int16_t>();
      case u32: return key == "general.alignment" ? alignment() : number<std::uint32_t>();
      case i32: return number<std::int32_t>();
      case u64: return number<std::uint64_t>();
      case i64: return number<std::int64_t>();
      case f32: return number<float>();
      case f64: return number<double>();
      case boolean: return truth(key);
      case string: {
        QUANT_TRY(length, in_.read<std::uint64_t>("string length"));
        QUANT_TRY(text, in_.text(length, "string value"));
        return metadata_text(text);
      }
      default: return walk_array(1);
    }
  }
  template <class T>
  Result<std::string> number() {
    QUANT_TRY(value, in_.read<T>("value"));
    return fmt::format("{}", value);
  }
  Result<std::string> truth(std::string_view key) {
    QUANT_TRY(value, in_.read<std::uint8_t>("value"));
    if (value > 1) listing_.notes.push_back(fmt::format("{} is {}, taken as true", shown_name(key), value));
    return std::string(value != 0 ? "true" : "false");
  }
  Result<std::string> alignment() {
    QUANT_TRY(value, in_.read<std::uint32_t>("general.alignment"));
    if (!std::has_single_bit(value) || value > most_alignment) {
      return in_.fail("general.alignment", fmt::format("is {}, no power of two up to {}", value, most_alignment));
    }
    alignment_ = value;
    return std::to_string(value);
  }

  /// Passes over an array. Vocabularies are arrays of 10^5 texts; nothing of them is kept.
  Result<std::string> walk_array(int depth) {
    if (depth > deepest_array) return in_.fail("array", fmt::format("is nested deeper than {}", deepest_array));
    QUANT_TRY(type, in_.read<std::uint32_t>("array type"));
    if (type >= value_types) return in_.fail("array type", fmt::format("is {}", type));
    QUANT_TRY(length, in_.read<std::uint64_t>("array length"));
    QUANT_CHECK(in_.need(length, value_bytes[type], "array length"));
    if (type == array) {
      for (std::uint64_t i = 0; i < length; ++i) QUANT_CHECK(walk_array(depth + 1));
    } else if (type == string) {
      for (std::uint64_t i = 0; i < length; ++i) {
        QUANT_TRY(bytes, in_.read<std::uint64_t>("string length"));
        QUANT_CHECK(in_.bytes(bytes, "string value"));
      }
    } else {
      QUANT_CHECK(in_.bytes(length * value_bytes[type], "array"));
    }
    return fmt::format("{} × {}", length, value_names[type]);
  }

  Result<void> tensor() {
    TensorInfo tensor;
    QUANT_TRY(length, in_.read<std::uint64_t>("tensor name length"));
    QUANT_TRY(name, in_.text(length, "tensor name"));
    if (!valid_utf8(name)) return in_.fail("tensor name", fmt::format("{} is not UTF-8", shown_name(name)));
    tensor.name = name;
    if (!names_.emplace(name).second) return in_.fail("tensor name", fmt::format("{} stands twice", shown_name(name)));
    QUANT_TRY(dims, in_.read<std::uint32_t>("dimensions"));
    if (dims > most_gguf_dims) {
      return in_.fail("dimensions", fmt::format("of {} are {}, at most {}", shown_name(name), dims, most_gguf_dims));
    }
    for (std::uint32_t i = 0; i < dims; ++i) {
      QUANT_TRY(size, in_.read<std::uint64_t>("dimensions"));
      tensor.shape.push_back(size);
    }
    std::ranges::reverse(tensor.shape);  // ne[0] runs fastest: the columns
    QUANT_TRY(type, in_.read<std::uint32_t>("tensor type"));
    QUANT_TRY(dtype, tensor_type(type, name));
    tensor.dtype = dtype;
    QUANT_TRY(offset, in_.read<std::uint64_t>("tensor offset"));
    tensor.offset = offset;
    QUANT_CHECK(measure(tensor));
    listing_.tensors.push_back(std::move(tensor));
    return {};
  }

  Result<DType> tensor_type(std::uint32_t id, std::string_view name) {
    const auto known = std::ranges::find(type_ids, id, &TypeId::id);
    if (known != std::end(type_ids)) return known->dtype;
    const auto retired = std::ranges::find(retired_ids, id, &RetiredId::id);
    if (retired != std::end(retired_ids)) {
      return in_.fail("tensor type",
                      fmt::format("of {} is {} ({}), which is retired", shown_name(name), id, retired->name),
                      ErrorCode::unsupported, "quantize the original model again with a current llama-quantize");
    }
    return in_.fail("tensor type", fmt::format("of {} is {}, which is unknown", shown_name(name), id),
                    ErrorCode::unsupported, "the file is damaged, or newer than this program");
  }

  /// Bytes from shape and type; a row is whole blocks.
  Result<void> measure(TensorInfo& tensor) {
    const DTypeInfo& type = info(tensor.dtype);
    const std::optional<std::uint64_t> elements = checked_elements(tensor.shape);
    if (!elements) {
      return in_.fail("dimensions",
                      fmt::format("of {} are too large: {}", shown_name(tensor.name), shape_text(tensor.shape)));
    }
    const std::uint64_t row = tensor.shape.empty() ? 1 : tensor.shape.back();
    if (row % type.block != 0) {
      return in_.fail("dimensions", fmt::format("of {}: a row has {} elements, {} has blocks of {}",
                                                shown_name(tensor.name), row, type.name, type.block));
    }
    tensor.bytes = bytes_of(tensor.dtype, *elements).value_or(0);
    return {};
  }

  /// Offsets become absolute, and are checked against the data and against each other.
  Result<void> place_tensors() {
    const std::uint64_t start = (in_.at() + alignment_ - 1) / alignment_ * alignment_;
    if (start > in_.file_bytes()) {
      return in_.fail("tensor data", fmt::format("begins at byte {}, the file has {}", start, in_.file_bytes()),
                      ErrorCode::malformed, "the file is cut or damaged, download it again");
    }
    const std::uint64_t data = in_.file_bytes() - start;
    for (TensorInfo& tensor : listing_.tensors) {
      const std::string of = fmt::format("of {} ", shown_name(tensor.name));
      if (tensor.offset % alignment_ != 0) {
        return in_.fail("tensor offset", fmt::format("{}is {}, no multiple of {}", of, tensor.offset, alignment_));
      }
      if (tensor.offset > data) {
        return in_.fail("tensor offset", fmt::format("{}is {}, the data has {} bytes", of, tensor.offset, data));
      }
      if (tensor.bytes > data - tensor.offset) {
        return in_.fail(
            "tensor data",
            fmt::format("{}needs {} bytes at offset {}, the data has {}", of, tensor.bytes, tensor.offset, data),
            ErrorCode::malformed, "the file is cut or damaged, download it again");
      }
      tensor.offset += start;
    }
    return check_overlap(start);
  }

  Result<void> check_overlap(std::uint64_t start) {
    std::vector<const TensorInfo*> order;
    for (const TensorInfo& tensor : listing_.tensors) order.push_back(&tensor);
    std::ranges::sort(order, {}, [](const TensorInfo* t) { return std::pair(t->offset, t->bytes); });
    std::uint64_t end = start, gaps = 0;
    for (const TensorInfo* tensor : order) {
      if (tensor->bytes == 0) continue;
      if (tensor->offset < end) {
        return in_.fail("tensor offset", fmt::format("of {} is {}, inside another tensor that ends at {}",
                                                     shown_name(tensor->name), tensor->offset - start, end - start));
      }
      gaps += tensor->offset - end >= alignment_ ? 1 : 0;  // less is padding
      end = tensor->offset + tensor->bytes;
    }
    if (gaps > 0) listing_.notes.push_back(fmt::format("{} gaps between tensors, which ggml does not accept", gaps));
    return {};
  }

  ByteReader& in_;
  Listing listing_;
  std::uint64_t alignment_ = default_alignment;
  std::unordered_set<std::string_view> keys_, names_;  // into the bytes of the header
};

bool sniff(std::span<const std::byte> head, const std::filesystem::path&) {
  return head.size() >= magic.size() && std::memcmp(head.data(), magic.data(), magic.size()) == 0;
}

tl::unexpected<Error> refuse_split(const std::filesystem::path& path, std::string why) {
  return failure(ErrorCode::malformed, "cannot open", path.string(), std::move(why),
                 "the parts do not belong together, or one is missing; get them again from their source");
}

Result<StoredSource::Part> list_part(const std::filesystem::path& path) {
  QUANT_TRY(file, InputFile::open(path));
  QUANT_TRY(listing, list_file(*file, list_gguf));
  return StoredSource::Part{std::move(file), std::move(listing)};
}

/// All parts of a split file, whichever of them was given.
Result<std::unique_ptr<Source>> open_split(const std::filesystem::path& path, GgufSplit split) {
  const auto number = part_number(path);
  if (!number || number->count != split.count) {
    return refuse_split(path, fmt::format("split.count is {}, the file's name does not say so", split.count));
  }
  std::vector<StoredSource::Part> parts;
  std::uint64_t tensors = 0;
  for (unsigned i = 1; i <= number->count; ++i) {
    QUANT_TRY(sibling, inner_path(path.parent_path(), number->name(i), "split.count", path));
    QUANT_TRY(part, list_part(sibling));
    QUANT_TRY(own, gguf_split(part.listing, sibling.string()));
    if (own.number != i - 1 || own.count != split.count) {
      return refuse_split(
          sibling, fmt::format("split.no is {} of {}, expected {} of {}", own.number, own.count, i - 1, split.count));
    }
    tensors += part.listing.tensors.size();
    parts.push_back(std::move(part));
  }
  if (tensors != split.tensors) {
    return refuse_split(path,
                        fmt::format("split.tensors.count is {}, the parts have {} tensors", split.tensors, tensors));
  }
  return StoredSource::create("gguf", path, std::move(parts), {fmt::format("opened with all {} parts", split.count)});
}

Result<std::unique_ptr<Source>> open(const std::filesystem::path& path) {
  QUANT_TRY(part, list_part(path));
  QUANT_TRY(split, gguf_split(part.listing, path.string()));
  if (split.count > 1) return open_split(path, split);
  std::vector<StoredSource::Part> parts;
  parts.push_back(std::move(part));
  return StoredSource::create("gguf", path, std::move(parts));
}

}  // namespace

Result<Listing> list_gguf(ByteReader& in) { return Gguf(in).list(); }

Result<GgufSplit> gguf_split(const Listing& listing, const std::string& file) {
  GgufSplit split;
  const std::pair<std::string_view, std::uint64_t*> fields[] = {
      {"split.no", &split.number}, {"split.count", &split.count}, {"split.tensors.count", &split.tensors}};
  for (const auto& [key, value] : listing.metadata) {
    for (const auto& [name, field] : fields) {
      if (key != name) continue;
      const std::optional<std::int64_t> number = parse_int(value);
      if (!number || *number < 0) return refuse_split(file, fmt::format("{} is {}, no count", name, printable(value)));
      *field = static_cast<std::uint64_t>(*number);
    }
  }
  return split;
}

extern const Container gguf;
constinit const Container gguf{
    .id = "gguf", .title = "GGUF (versions 2 and 3, single or split)", .writes = false, .sniff = sniff, .open = open};

}  // namespace quant
