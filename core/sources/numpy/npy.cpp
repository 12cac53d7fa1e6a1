#include "core/sources/numpy/npy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <filesystem>

#include "core/base/text.h"

namespace quant {

namespace {

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::uint64_t longest_header = 1 << 20;  // numpy itself refuses more than 10,000 bytes unless told

struct Header {
  std::string descr;
  bool fortran = false;
  std::vector<std::uint64_t> shape;
};

/// The header: {'descr': 'TEXT', 'fortran_order': True|False, 'shape': (N, …)} in any order of keys.
class Literal {
 public:
  Literal(std::string_view text, const ByteReader& in) : rest_(text), in_(in) {}

  Result<Header> parse() {
    if (!eat('{')) return in_.fail("header", "is no Python dict");
    while (!eat('}')) {
      QUANT_TRY(key, text("header"));
      if (!eat(':')) return in_.fail("header", fmt::format("has no value for '{}'", printable(key)));
      QUANT_CHECK(value_of(key));
      if (!eat(',') && !next_is('}')) return in_.fail("header", "has no closing brace");
    }
    skip_blanks();
    if (!rest_.empty()) return in_.fail("header", "goes on after its dict");
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (!seen_[i]) return in_.fail(keys[i], "is missing in the header");
    }
    return std::move(header_);
  }

 private:
  static constexpr std::array<std::string_view, 3> keys{"descr", "fortran_order", "shape"};

  Result<void> value_of(std::string_view key) {
    const std::size_t index = static_cast<std::size_t>(std::ranges::find(keys, key) - keys.begin());
    if (index == keys.size()) return in_.fail("header", fmt::format("has the unknown key '{}'", printable(key)));
    if (seen_[index]) return in_.fail(key, "stands twice in the header");
    seen_[index] = true;
    if (index == 0) return descr();
    return index == 1 ? fortran_order() : shape();
  }
  Result<void> descr() {
    if (next_is('[')) {
      return in_.fail("descr", "is a list: records are no weights", ErrorCode::unsupported,
                      "save each field by itself");
    }
    QUANT_TRY(value, text("descr"));
    header_.descr = std::move(value);
    return {};
  }
  Result<void> fortran_order() {
    skip_blanks();
    header_.fortran = rest_.starts_with("True");
    const std::string_view word = header_.fortran ? "True" : "False";
    if (!rest_.starts_with(word)) return in_.fail("fortran_order", "is neither True nor False");
    rest_.remove_prefix(word.size());
    return {};
  }
  Result<void> shape() {
    if (!eat('(')) return in_.fail("shape", "is no tuple");
    bool comma = true;
    while (!eat(')')) {
      if (!comma) return in_.fail("shape", "is no tuple of numbers");
      if (header_.shape.size() >= most_dims) return in_.fail("shape", fmt::format("has more than {} sizes", most_dims));
      QUANT_CHECK(size());
      comma = eat(',');
    }
    if (header_.shape.size() == 1 && !comma) return in_.fail("shape", "is a number, no tuple");
    return {};
  }
  Result<void> size() {
    skip_blanks();
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error == std::errc::result_out_of_range) return in_.fail("shape", "has a size beyond 64 bits");
    if (error != std::errc()) return in_.fail("shape", "holds something that is no size");
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    if (rest_.starts_with('L')) rest_.remove_prefix(1);  // Python 2 wrote 3L
    header_.shape.push_back(value);
    return {};
  }
  /// A text in either quote. Escapes are not needed for any key or dtype that we take.
  Result<std::string> text(std::string_view field) {
    skip_blanks();
    const char quote = rest_.empty() ? '\0' : rest_.front();
    const std::size_t end = quote == '\'' || quote == '"' ? rest_.find(quote, 1) : std::string_view::npos;
    if (end == std::string_view::npos) return in_.fail(field, "has something else where a text has to stand");
    std::string found(rest_.substr(1, end - 1));
    rest_.remove_prefix(end + 1);
    return found;
  }
  void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size())); }
  bool next_is(char c) {
    skip_blanks();
    return rest_.starts_with(c);
  }
  bool eat(char c) {
    const bool found = next_is(c);
    if (found) rest_.remove_prefix(1);
    return found;
  }

  std::string_view rest_;
  const ByteReader& in_;
  Header header_;
  std::array<bool, 3> seen_{};
};

struct Descr {
  std::string_view text;  // without the byte order
  DType dtype;
};
constexpr Descr descrs[] = {{"f2", DType::f16}, {"f4", DType::f32}, {"f8", DType::f64}, {"i1", DType::i8},
                            {"i2", DType::i16}, {"i4", DType::i32}, {"i8", DType::i64}, {"u1", DType::u8},
                            {"u2", DType::u16}, {"u4", DType::u32}, {"u8", DType::u64}, {"b1", DType::boolean},
                            {"c8", DType::c64}};

std::string advice(std::string_view descr) {
  if (descr.ends_with("V2")) return "this is how bfloat16 looks to numpy: save it as uint16, or as safetensors";
  if (descr.find('O') != std::string_view::npos) return "it holds Python objects; save a plain float32 array";
  return "save it as float32, float16 or a plain integer type";
}

Result<DType> parse_descr(const ByteReader& in, std::string_view descr) {
  if (!descr.empty() && std::string_view("<>|=").find(descr.front()) != std::string_view::npos) {
    for (const Descr& known : descrs) {
      if (descr.substr(1) == known.text) return known.dtype;
    }
  }
  return in.fail("descr", fmt::format("'{}' is no number type that is read", printable(descr.substr(0, 40))),
                 ErrorCode::unsupported, advice(descr));
}

Result<Header> read_header(ByteReader& in) {
  QUANT_TRY(start, in.text(magic.size(), "magic"));
  if (start != magic) return in.fail("magic", "is not that of an .npy file", ErrorCode::malformed, "give an .npy file");
  QUANT_TRY(major, in.read<std::uint8_t>("version"));
  QUANT_TRY(minor, in.read<std::uint8_t>("version"));
  if (major < 1 || major > 3 || minor != 0) {
    return in.fail("version", fmt::format("is {}.{}, known are 1.0, 2.0 and 3.0", major, minor), ErrorCode::unsupported,
                   "save it again with numpy");
  }
  std::uint64_t length = 0;
  if (major == 1) {
    QUANT_TRY(short_length, in.read<std::uint16_t>("header length"));
    length = short_length;
  } else {
    QUANT_TRY(long_length, in.read<std::uint32_t>("header length"));
    length = long_length;
  }
  if (length == 0 || length > longest_header) {
    return in.fail("header length", fmt::format("is {}, allowed are 1 to {}", length, longest_header));
  }
  QUANT_TRY(text, in.text(length, "header"));
  if (major == 3 && !valid_utf8(text)) return in.fail("header", "is not UTF-8");
  return Literal(text, in).parse();
}

bool sniff(std::span<const std::byte> head, const std::filesystem::path&) {
  return head.size() >= magic.size() && std::memcmp(head.data(), magic.data(), magic.size()) == 0;
}

Result<std::unique_ptr<Source>> open(const std::filesystem::path& path) {
  QUANT_TRY(file, InputFile::open(path));
  QUANT_TRY(listing, list_file(*file, list_npy));
  std::vector<StoredSource::Part> parts;
  parts.push_back({std::move(file), std::move(listing)});
  return StoredSource::create("npy", path, std::move(parts));
}

}  // namespace

Result<Listing> list_npy(ByteReader& in) {
  QUANT_TRY(header, read_header(in));
  QUANT_TRY(dtype, parse_descr(in, header.descr));
  const std::optional<std::uint64_t> elements = checked_elements(header.shape);
  const std::optional<std::uint64_t> bytes = elements ? bytes_of(dtype, *elements) : std::nullopt;
  if (!bytes) return in.fail("shape", fmt::format("is too large: {}", shape_text(header.shape)));
  if (*bytes > in.left()) {
    return in.fail("shape",
                   fmt::format("{} of '{}' needs {} bytes of data, the file has {} left of {}",
                               shape_text(header.shape), header.descr, *bytes, in.left(), in.file_bytes()),
                   ErrorCode::malformed, "the file is cut or damaged, get it again");
  }
  Listing listing;
  if (*bytes < in.left())
    listing.notes.push_back(fmt::format("{} bytes after the array are ignored", in.left() - *bytes));
  listing.order.big_endian = header.descr.front() == '>';
  if (header.fortran && header.shape.size() > 1) listing.order.strides = fortran_strides(header.shape);
  TensorInfo& tensor = listing.tensors.emplace_back();
  tensor.name = std::filesystem::path(in.file()).stem().string();
  tensor.dtype = dtype;
  tensor.shape = std::move(header.shape);
  tensor.bytes = *bytes;
  tensor.offset = in.at();
  return listing;
}

extern const Container npy;
constinit const Container npy{.id = "npy", .title = "NumPy array (.npy)", .writes = true, .sniff = sniff, .open = open};

}  // namespace quant
