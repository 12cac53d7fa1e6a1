#include "core/sources/onnx/tensor_proto.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <mutex>

#include "core/base/text.h"
#include "core/sources/bytes/inner_path.h"

namespace quant {

namespace {

// Field numbers of TensorProto (onnx.proto).
enum Field : std::uint32_t {
  dims = 1,
  data_type = 2,
  segment = 3,
  float_data = 4,
  int32_data = 5,
  string_data = 6,
  int64_data = 7,
  tensor_name = 8,
  raw_data = 9,
  double_data = 10,
  uint64_data = 11,
  external_data = 13,
  data_location = 14,
};

std::string_view field_name(std::uint32_t field) {
  switch (field) {
    case float_data: return "float_data";
    case int32_data: return "int32_data";
    case int64_data: return "int64_data";
    case double_data: return "double_data";
    case uint64_data: return "uint64_data";
    default: return "string_data";
  }
}

/// An element type: how it is stored raw, and which typed field may hold it.
struct ElementType {
  std::uint64_t id;
  std::string_view name;
  std::optional<DType> dtype;  // nothing: named, not read
  std::uint32_t typed;
  unsigned packed = 1;               // elements in one number of the typed field
  std::int64_t least = 0, most = 0;  // of such a number; 0, 0: any
};
constexpr std::int64_t any = 0;
constexpr ElementType element_types[] = {
    {1, "FLOAT", DType::f32, float_data},
    {2, "UINT8", DType::u8, int32_data, 1, 0, 255},
    {3, "INT8", DType::i8, int32_data, 1, -128, 127},
    {4, "UINT16", DType::u16, int32_data, 1, 0, 65535},
    {5, "INT16", DType::i16, int32_data, 1, -32768, 32767},
    {6, "INT32", DType::i32, int32_data, 1, INT32_MIN, INT32_MAX},
    {7, "INT64", DType::i64, int64_data},
    {8, "STRING", {}, string_data},
    {9, "BOOL", DType::boolean, int32_data, 1, 0, 1},
    {10, "FLOAT16", DType::f16, int32_data, 1, 0, 65535},
    {11, "DOUBLE", DType::f64, double_data},
    {12, "UINT32", DType::u32, uint64_data, 1, 0, UINT32_MAX},
    {13, "UINT64", DType::u64, uint64_data},
    {14, "COMPLEX64", DType::c64, float_data},
    {15, "COMPLEX128", {}, double_data},
    {16, "BFLOAT16", DType::bf16, int32_data, 1, 0, 65535},
    {17, "FLOAT8E4M3FN", DType::f8_e4m3, int32_data, 1, 0, 255},
    {18, "FLOAT8E4M3FNUZ", DType::f8_e4m3fnuz, int32_data, 1, 0, 255},
    {19, "FLOAT8E5M2", DType::f8_e5m2, int32_data, 1, 0, 255},
    {20, "FLOAT8E5M2FNUZ", DType::f8_e5m2fnuz, int32_data, 1, 0, 255},
    {21, "UINT4", DType::u4, int32_data, 2, 0, 255},
    {22, "INT4", DType::i4, int32_data, 2, -128, 255},
    {23, "FLOAT4E2M1", DType::f4, int32_data, 2, 0, 255},
    {24, "FLOAT8E8M0", DType::f8_e8m0, int32_data, 1, 0, 255},
    {25, "UINT2", {}, int32_data, 4, 0, 255},
    {26, "INT2", {}, int32_data, 4, -128, 255},
};

/// Calls `take` with each number of a typed field, packed or one by one. Errors: malformed, and those of `take`.
template <class Take>
Result<void> each_number(WireReader message, std::uint32_t wanted, const Take& take) {
  const bool floats = wanted == float_data, doubles = wanted == double_data;
  const unsigned width = floats ? 4 : 8;
  const auto single = floats ? WireField::Type::fixed32 : doubles ? WireField::Type::fixed64 : WireField::Type::varint;
  for (;;) {
    QUANT_TRY(field, message.next());
    if (!field) return {};
    if (field->number != wanted) continue;
    if (field->type == single) {
      QUANT_CHECK(take(field->value));
      continue;
    }
    if (field->type != WireField::Type::bytes) return message.fail(field_name(wanted), "holds another kind of number");
    WireReader packed = message.inside(*field);
    if ((floats || doubles) && field->size % width != 0) {
      return message.fail(field_name(wanted),
                          fmt::format("is packed in {} bytes, no multiple of {}", field->size, width));
    }
    std::array<std::byte, 4096> chunk;
    for (std::uint64_t done = 0; (floats || doubles) && done < field->size;) {
      const auto part =
          std::span(chunk).first(static_cast<std::size_t>(std::min<std::uint64_t>(chunk.size(), field->size - done)));
      QUANT_CHECK(message.bytes()->read(field->begin + done, part));
      for (std::size_t i = 0; i < part.size(); i += width) {
        std::uint64_t value = 0;
        std::memcpy(&value, part.data() + i, width);
        QUANT_CHECK(take(value));
      }
      done += part.size();
    }
    while (!floats && !doubles && !packed.at_end()) {
      QUANT_TRY(value, packed.varint());
      QUANT_CHECK(take(value));
    }
  }
}

/// Elements in a typed field as little-endian bytes of their own type, decoded when they are first read.
class TypedBytes final : public ByteStore {
 public:
  TypedBytes(WireReader message, std::uint32_t field, unsigned width, std::uint64_t bytes)
      : message_(std::move(message)), field_(field), width_(width), size_(bytes) {}

  std::uint64_t size() const override { return size_; }
  std::string where() const override { return message_.bytes()->where(); }
  Result<void> read(std::uint64_t offset, std::span<std::byte> out) const override {
    std::call_once(once_, [this] { decoded_ = decode(); });
    if (!decoded_) return tl::unexpected(decoded_.error());
    if (offset > decoded_->size() || out.size() > decoded_->size() - offset) {
      return message_.fail(field_name(field_), "changed while it was read");
    }
    std::copy_n(decoded_->begin() + static_cast<std::ptrdiff_t>(offset), out.size(), out.begin());
    return {};
  }

 private:
  Result<std::vector<std::byte>> decode() const {
    std::vector<std::byte> bytes;
    bytes.reserve(static_cast<std::size_t>(size_));
    QUANT_CHECK(each_number(message_, field_, [&](std::uint64_t value) -> Result<void> {
      for (unsigned i = 0; i < width_ && bytes.size() < size_; ++i)
        bytes.push_back(static_cast<std::byte>(value >> (8 * i)));
      return {};
    }));
    return bytes;
  }

  const WireReader message_;
  const std::uint32_t field_;
  const unsigned width_;
  const std::uint64_t size_;
  mutable std::once_flag once_;
  mutable Result<std::vector<std::byte>> decoded_;
};

/// The message field by field, before its parts are held against each other.
struct Parts {
  std::string name;
  std::optional<std::uint64_t> type;
  std::vector<std::uint64_t> shape;
  std::optional<WireField> raw;
  std::uint32_t typed = 0;  // the typed field that is there, of several the last
  bool several_typed = false;
  bool external = false;
  std::map<std::string, std::string> location;
};

Result<void> add_dim(const WireReader& message, Parts& parts, std::uint64_t dim) {
  if (dim >> 63 != 0)
    return message.fail("dims", fmt::format("hold the negative number {}", static_cast<std::int64_t>(dim)));
  if (parts.shape.size() >= most_dims) return message.fail("dims", fmt::format("are more than {}", most_dims));
  parts.shape.push_back(dim);
  return {};
}

Result<void> read_dims(const WireReader& message, Parts& parts, const WireField& field) {
  if (field.type == WireField::Type::varint) return add_dim(message, parts, field.value);
  if (field.type != WireField::Type::bytes) return message.fail("dims", "hold another kind of number");
  WireReader packed = message.inside(field);
  while (!packed.at_end()) {
    QUANT_TRY(dim, packed.varint());
    QUANT_CHECK(add_dim(message, parts, dim));
  }
  return {};
}

/// A StringStringEntryProto of external_data: key 1, value 2.
Result<void> read_entry(const WireReader& message, Parts& parts, const WireField& field) {
  if (field.type != WireField::Type::bytes) return message.fail("external_data", "is a number");
  WireReader entry = message.inside(field);
  std::string key, value;
  for (;;) {
    QUANT_TRY(part, entry.next());
    if (!part) break;
    if (part->number != 1 && part->number != 2) continue;
    QUANT_TRY(text, entry.text(*part, 64 << 10, "external_data"));
    (part->number == 1 ? key : value) = std::move(text);
  }
  if (!parts.location.emplace(std::move(key), std::move(value)).second) {
    return message.fail("external_data", "has a key twice");
  }
  return {};
}

Result<Parts> read_parts(WireReader message) {
  Parts parts;
  for (;;) {
    QUANT_TRY(field, message.next());
    if (!field) return parts;
    switch (field->number) {
      case dims: QUANT_CHECK(read_dims(message, parts, *field)); break;
      case data_type: parts.type = field->value; break;
      case segment:
        return message.fail("segment", "is there: tensors in segments are not read", ErrorCode::unsupported);
      case tensor_name: {
        QUANT_TRY(name, message.text(*field, 1 << 20, "name"));
        parts.name = std::move(name);
        break;
      }
      case raw_data:
        if (field->type != WireField::Type::bytes) return message.fail("raw_data", "is a number");
        parts.raw = *field;
        break;
      case float_data:
      case int32_data:
      case string_data:
      case int64_data:
      case double_data:
      case uint64_data:
        parts.several_typed |= parts.typed != 0 && parts.typed != field->number;
        parts.typed = field->number;
        break;
      case external_data: QUANT_CHECK(read_entry(message, parts, *field)); break;
      case data_location: parts.external = field->value == 1; break;
      default: break;
    }
  }
}

/// A strict decimal of external_data; `otherwise` where the key is missing.
Result<std::uint64_t> decimal(const WireReader& message, const Parts& parts, const std::string& key,
                              std::uint64_t otherwise) {
  const auto found = parts.location.find(key);
  if (found == parts.location.end()) return otherwise;
  std::uint64_t value = 0;
  const std::string& text = found->second;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || value >> 63 != 0) {
    return message.fail("external_data", fmt::format("has the {} {}, no whole number", key, shown_name(text)));
  }
  return value;
}

Result<void> place_external(const WireReader& message, const Parts& parts, ExternalFiles& external, StoredTensor& out) {
  if (parts.raw || parts.typed != 0) return message.fail("external_data", "is there beside data in the model");
  const auto location = parts.location.find("location");
  if (location == parts.location.end()) return message.fail("external_data", "has no location");
  QUANT_TRY(file, external.open(location->second));
  QUANT_TRY(offset, decimal(message, parts, "offset", 0));
  const std::uint64_t rest = offset <= file->size() ? file->size() - offset : 0;
  QUANT_TRY(length, decimal(message, parts, "length", rest));
  if (offset > file->size() || length > rest) {
    return message.fail("external_data", fmt::format("of {} is at {} with {} bytes, the file has {}",
                                                     shown_name(parts.name), offset, length, file->size()));
  }
  if (length < out.info.bytes) {
    return message.fail("external_data", fmt::format("of {} has {} bytes, {} needs {}", shown_name(parts.name), length,
                                                     shape_text(out.info.shape), out.info.bytes));
  }
  out.bytes = std::move(file);
  out.info.offset = offset;
  return {};
}

Result<void> place_typed(const WireReader& message, const Parts& parts, const ElementType& type, StoredTensor& out) {
  const std::string_view name = field_name(parts.typed);
  if (parts.typed != type.typed) {
    return message.fail(name,
                        fmt::format("is there for {}, whose numbers stand in {}", type.name, field_name(type.typed)));
  }
  std::uint64_t count = 0;
  QUANT_CHECK(each_number(message, parts.typed, [&](std::uint64_t value) -> Result<void> {
    ++count;
    const auto number = static_cast<std::int64_t>(value);
    const bool bounded = type.least != any || type.most != any;
    if (!bounded || (number >= type.least && number <= type.most)) return {};
    return message.fail(name, fmt::format("of {} holds {}, which is no {}", shown_name(parts.name), number, type.name));
  }));
  const std::uint64_t per_element = type.dtype == DType::c64 ? 2 : 1;
  const std::uint64_t expected = (out.info.elements() * per_element + type.packed - 1) / type.packed;
  if (count != expected) {
    return message.fail(name, fmt::format("of {} has {} numbers, {} needs {}", shown_name(parts.name), count,
                                          shape_text(out.info.shape), expected));
  }
  const unsigned bits = info(out.info.dtype).block_bits * type.packed / static_cast<unsigned>(per_element);
  out.bytes = std::make_shared<TypedBytes>(message, parts.typed, bits / 8, out.info.bytes);
  out.info.offset = 0;
  return {};
}

Result<void> place(const WireReader& message, const Parts& parts, const ElementType& type, ExternalFiles& external,
                   StoredTensor& out) {
  if (parts.external) return place_external(message, parts, external, out);
  if (parts.several_typed || (parts.raw && parts.typed != 0)) {
    return message.fail("raw_data", fmt::format("of {} is there beside other data", shown_name(parts.name)));
  }
  if (parts.typed != 0) return place_typed(message, parts, type, out);
  if (!parts.raw && out.info.bytes > 0) {
    return message.fail("raw_data", fmt::format("of {} is missing, and so is any other data", shown_name(parts.name)));
  }
  const std::uint64_t bytes = parts.raw ? parts.raw->size : 0;
  if (bytes != out.info.bytes) {
    return message.fail(type.packed > 1 ? "raw_data" : "dims",
                        fmt::format("of {} are {}, which needs {} bytes, raw_data has {}", shown_name(parts.name),
                                    shape_text(out.info.shape), out.info.bytes, bytes));
  }
  out.bytes = message.bytes();
  out.info.offset = parts.raw ? parts.raw->begin : 0;
  return {};
}

}  // namespace

Result<std::shared_ptr<const InputFile>> ExternalFiles::open(const std::string& location) {
  if (const auto found = files_.find(location); found != files_.end()) return found->second;
  QUANT_TRY(path, inner_path(model_.parent_path(), location, "external_data", model_));
  auto file = InputFile::open(path);
  if (!file) {
    file.error().why = fmt::format("external_data names it: {}", file.error().why);
    return tl::unexpected(std::move(file).error());
  }
  files_.emplace(location, *file);
  return *file;
}

Result<OnnxTensor> read_tensor_proto(WireReader message, ExternalFiles& external) {
  QUANT_TRY(parts, read_parts(message));
  OnnxTensor out;
  if (!valid_utf8(parts.name)) return message.fail("name", "is no UTF-8 text");
  out.name = parts.name;
  const auto* type = std::ranges::find(element_types, parts.type.value_or(0), &ElementType::id);
  if (type == std::end(element_types)) {
    return message.fail("data_type", fmt::format("of {} is {}, which ONNX does not define", shown_name(parts.name),
                                                 static_cast<std::int64_t>(parts.type.value_or(0))));
  }
  const auto elements = checked_elements(parts.shape);
  if (!elements)
    return message.fail("dims",
                        fmt::format("of {} are too large: {}", shown_name(parts.name), shape_text(parts.shape)));
  if (!type->dtype) {
    out.left_out = fmt::format("it holds {}", type->name);
    return out;
  }
  StoredTensor tensor;
  tensor.info.name = parts.name;
  tensor.info.dtype = *type->dtype;
  tensor.info.shape = std::move(parts.shape);
  tensor.info.bytes = (*elements * info(*type->dtype).block_bits + 7) / 8;
  QUANT_CHECK(place(message, parts, *type, external, tensor));
  out.tensor = std::move(tensor);
  return out;
}

}  // namespace quant
