#include "core/sources/pytorch/pickle.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/text.h"
#include "core/sources/bytes/byte_reader.h"
#include "core/sources/listing.h"
#include "core/sources/pytorch/pickle_globals.h"

namespace quant {

namespace {

using Kind = PickleValue::Kind;

constexpr std::string_view field = "data.pkl";
constexpr std::string_view export_advice =
    "this checkpoint stores Python objects; export a state dict: torch.save(model.state_dict(), …), or safetensors";
constexpr std::size_t most_stack = 1 << 20;     // picklers hand over lists and dicts in pieces of 1000
constexpr std::size_t longest_line = 64 << 10;  // of the old opcodes that are lines of text
constexpr std::size_t longest_number = 21;      // digits of 64 bits and a sign
constexpr std::size_t most_memory = 144 << 20;  // a quarter of a GiB with the pickle itself and growth
constexpr std::size_t least_memory = 4 << 20;

bool is_hashable(PickleValue value) { return !value.is(Kind::list) && !value.is(Kind::dict) && !value.is(Kind::set); }

class Machine {
 public:
  Machine(std::span<const std::byte> bytes, std::string where)
      : text_(reinterpret_cast<const char*>(bytes.data()), bytes.size()),
        in_(bytes, std::move(where)),
        arena_(std::min(most_memory, 4 * bytes.size() + least_memory)) {}

  Result<Pickle> run();

 private:
  using Handler = Result<void> (Machine::*)();
  struct Opcode {
    std::uint8_t code;
    std::string_view name;
    Handler handler;  // none: refused
  };
  static const Opcode opcodes[];
  static const std::array<const Opcode*, 256>& by_code();

  tl::unexpected<Error> fail(std::string_view why) const { return in_.fail(field, why); }

  // --- stack, marks, memo

  Result<void> push(PickleValue value) {
    if (stack_.size() >= most_stack) return fail(fmt::format("has more than {} values on its stack", most_stack));
    stack_.push_back(value);
    return {};
  }
  /// Nothing below the last mark may be touched.
  std::size_t fence() const { return marks_.empty() ? 0 : marks_.back(); }
  Result<PickleValue> top() const {
    if (stack_.size() <= fence()) return fail("takes a value from an empty stack");
    return stack_.back();
  }
  Result<PickleValue> pop() {
    QUANT_TRY(value, top());
    stack_.pop_back();
    return value;
  }
  /// The values above the last mark, which goes.
  Result<std::vector<PickleValue>> pop_marked() {
    if (marks_.empty()) return fail("ends something that has no mark");
    const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<PickleValue> values(begin, stack_.end());
    stack_.erase(begin, stack_.end());
    marks_.pop_back();
    return values;
  }
  Result<void> take(std::size_t bytes) {
    if (arena_.take(bytes)) return {};
    return fail(
        fmt::format("needs more than the {} bytes of memory that a pickle of its size may take", arena_.most_bytes()));
  }
  Result<void> remember(std::uint64_t index) {
    QUANT_TRY(value, top());
    if (index > steps_)
      return fail(fmt::format("puts something at place {} of its memo after {} steps", index, steps_));
    if (const auto at = static_cast<std::size_t>(index); at >= memo_.size()) {
      QUANT_CHECK(take((at + 1 - memo_.size()) * sizeof(PickleValue)));
      memo_.resize(at + 1);
    }
    memo_[static_cast<std::size_t>(index)] = value;
    return {};
  }
  Result<void> recall(std::uint64_t index) {
    if (index >= memo_.size() || memo_[static_cast<std::size_t>(index)].is(Kind::nothing)) {
      return fail(fmt::format("gets place {} of its memo, where nothing is", index));
    }
    return push(memo_[static_cast<std::size_t>(index)]);
  }

  // --- opcodes, in the order of their table

  Result<void> proto() {
    QUANT_TRY(version, in_.read<std::uint8_t>(field));
    if (version < 2 || version > 5) return fail(fmt::format("is of pickle protocol {}, known are 2 to 5", version));
    return {};
  }
  Result<void> frame() {
    QUANT_TRY(length, in_.read<std::uint64_t>(field));
    if (length > in_.left()) return fail(fmt::format("has a frame of {} bytes, {} are left", length, in_.left()));
    return {};
  }
  Result<void> stop() {
    if (stack_.size() != 1 || !marks_.empty())
      return fail(fmt::format("ends with {} values on its stack", stack_.size()));
    if (in_.left() != 0) return fail(fmt::format("goes on for {} bytes after its end", in_.left()));
    return {};
  }
  Result<void> mark() {
    if (marks_.size() >= most_stack) return fail(fmt::format("has more than {} marks", most_stack));
    marks_.push_back(static_cast<std::uint32_t>(stack_.size()));
    return {};
  }
  Result<void> drop() {
    if (!marks_.empty() && stack_.size() == marks_.back()) {
      marks_.pop_back();
      return {};
    }
    QUANT_CHECK(pop());
    return {};
  }
  Result<void> drop_marked() {
    QUANT_CHECK(pop_marked());
    return {};
  }
  Result<void> duplicate() {
    QUANT_TRY(value, top());
    return push(value);
  }

  template <Kind kind, std::uint64_t payload = 0>
  Result<void> constant() {
    return push(PickleValue(kind, payload));
  }
  template <class Number>
  Result<void> integer() {
    QUANT_TRY(value, in_.read<Number>(field));
    return push(PickleValue::integer(value));
  }
  /// Two's complement of any length, the lowest byte first.
  template <class Length>
  Result<void> long_integer() {
    QUANT_TRY(length, in_.read<Length>(field));
    if (length < 0) return fail(fmt::format("has an integer of {} bytes", length));
    QUANT_TRY(bytes, in_.bytes(static_cast<std::uint64_t>(length), field));
    const bool negative = !bytes.empty() && std::to_integer<int>(bytes.back()) >= 128;
    const std::byte sign{negative ? std::uint8_t{0xff} : std::uint8_t{0}};
    while (bytes.size() > sizeof(std::int64_t) && bytes.back() == sign) bytes = bytes.first(bytes.size() - 1);
    const bool fits = bytes.size() < sizeof(std::int64_t) ||
                      (bytes.size() == sizeof(std::int64_t) && (std::to_integer<int>(bytes.back()) >= 128) == negative);
    if (!fits) return push(PickleValue(Kind::opaque));
    std::uint64_t value = negative ? ~std::uint64_t{0} : 0;
    for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | std::to_integer<std::uint64_t>(bytes[i]);
    return push(PickleValue::integer(static_cast<std::int64_t>(value)));
  }
  Result<std::string_view> line() {
    const std::string_view rest = text_.substr(static_cast<std::size_t>(in_.at()), longest_line);
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) return fail(fmt::format("has a line without an end in {} bytes", rest.size()));
    QUANT_CHECK(in_.text(end + 1, field));
    return rest.substr(0, end);
  }
  Result<void> number_line() {
    QUANT_TRY(digits, line());
    if (digits == "00" || digits == "01") return push(PickleValue(Kind::boolean, digits == "01" ? 1 : 0));
    if (digits.ends_with('L')) digits.remove_suffix(1);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool whole = end == digits.data() + digits.size() && digits.size() <= longest_number;
    if (!whole || error == std::errc::invalid_argument) return fail("has a line that is no integer of 64 bits");
    return push(error == std::errc() ? PickleValue::integer(value) : PickleValue(Kind::opaque));
  }
  Result<void> real() {
    QUANT_CHECK(in_.bytes(8, field));
    return push(PickleValue(Kind::opaque));
  }
  Result<void> real_line() {
    QUANT_TRY(digits, line());
    if (!parse_double(digits)) return fail("has a line that is no number");
    return push(PickleValue(Kind::opaque));
  }

  template <class Length, Kind kind>
  Result<void> characters() {
    QUANT_TRY(length, in_.read<Length>(field));
    const std::uint64_t begin = in_.at();
    QUANT_TRY(text, in_.text(length, field));
    if (kind == Kind::text && !valid_utf8(text)) return fail("has a text that is not UTF-8");
    return push(PickleValue::part(kind, begin, length));
  }
  /// A str of Python 2: a text where it is UTF-8.
  template <class Length>
  Result<void> old_string() {
    QUANT_CHECK((characters<Length, Kind::bytes>()));
    PickleValue& string = stack_.back();
    if (valid_utf8(text_.substr(string.begin(), string.length()))) {
      string = PickleValue::part(Kind::text, string.begin(), string.length());
    }
    return {};
  }
  Result<void> text_line() {
    const std::uint64_t begin = in_.at();
    QUANT_TRY(text, line());
    if (!valid_utf8(text)) return fail("has a text that is not UTF-8");
    return push(PickleValue::part(Kind::text, begin, text.size()));
  }

  Result<void> push_tuple(std::span<const PickleValue> values) {
    QUANT_CHECK(take(values.size() * sizeof(PickleValue)));
    return push(arena_.tuple(values));
  }
  template <std::size_t count>
  Result<void> tuple() {
    if (stack_.size() < fence() + count) return fail("takes a value from an empty stack");
    const std::vector<PickleValue> values(stack_.end() - count, stack_.end());
    stack_.resize(stack_.size() - count);
    return push_tuple(values);
  }
  Result<void> tuple_marked() {
    QUANT_TRY(values, pop_marked());
    return push_tuple(values);
  }
  template <Kind kind>
  Result<void> empty() {
    QUANT_CHECK(take(PickleArena::cost(0)));
    return push(arena_.container(kind));
  }
  template <Kind kind>
  Result<void> marked() {
    QUANT_TRY(values, pop_marked());
    QUANT_CHECK(empty<kind>());
    return add(kind, values);
  }
  /// Adds to the container on top of the stack.
  Result<void> add(Kind kind, std::span<const PickleValue> values) {
    QUANT_TRY(container, top());
    if (!container.is(kind)) {
      return fail(fmt::format("adds to {} as if it were {}", kind_in_words(container.kind()), kind_in_words(kind)));
    }
    if (kind == Kind::dict) QUANT_CHECK(check_pairs(values));
    QUANT_CHECK(take(PickleArena::cost(values.size())));
    arena_.extend(container, values);
    return {};
  }
  Result<void> check_pairs(std::span<const PickleValue> values) const {
    if (values.size() % 2 != 0) return fail("has a dict key without a value");
    for (std::size_t i = 0; i < values.size(); i += 2) {
      if (!is_hashable(values[i])) return fail(fmt::format("has {} as a dict key", kind_in_words(values[i].kind())));
    }
    return {};
  }
  template <Kind kind>
  Result<void> add_marked() {
    QUANT_TRY(values, pop_marked());
    return add(kind, values);
  }
  Result<void> append() {
    QUANT_TRY(value, pop());
    return add(Kind::list, std::span(&value, 1));
  }
  Result<void> set_item() {
    QUANT_TRY(value, pop());
    QUANT_TRY(key, pop());
    const std::array pair{key, value};
    return add(Kind::dict, pair);
  }

  template <class Index>
  Result<void> put() {
    QUANT_TRY(index, in_.read<Index>(field));
    return remember(index);
  }
  template <class Index>
  Result<void> get() {
    QUANT_TRY(index, in_.read<Index>(field));
    return recall(index);
  }
  Result<std::uint64_t> index_line() {
    QUANT_TRY(digits, line());
    std::uint64_t index = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
    if (error != std::errc() || end != digits.data() + digits.size()) return fail("has a memo index that is none");
    return index;
  }
  Result<void> put_line() {
    QUANT_TRY(index, index_line());
    return remember(index);
  }
  Result<void> get_line() {
    QUANT_TRY(index, index_line());
    return recall(index);
  }
  Result<void> memoize() { return remember(memo_.size()); }

  Result<void> push_global(std::string_view module, std::string_view name) {
    const auto index = find_pickle_global(module, name);
    if (index) return push(PickleValue(Kind::global, *index));
    return in_.fail(field,
                    fmt::format("asks for {}.{}, which is none of the names that checkpoints of tensors need",
                                printable(module.substr(0, 80)), printable(name.substr(0, 80))),
                    ErrorCode::unsafe, std::string(export_advice));
  }
  Result<void> global() {
    QUANT_TRY(module, line());
    QUANT_TRY(name, line());
    return push_global(module, name);
  }
  Result<void> stack_global() {
    QUANT_TRY(name, pop());
    QUANT_TRY(module, pop());
    if (!name.is(Kind::text) || !module.is(Kind::text)) return fail("asks for a name that is no text");
    return push_global(text_.substr(module.begin(), module.length()), text_.substr(name.begin(), name.length()));
  }
  Result<void> reduce() {
    QUANT_TRY(arguments, pop());
    QUANT_TRY(callable, pop());
    QUANT_TRY(result, reduce_pickle(arena_, in_, callable, arguments));
    return push(result);
  }
  /// Sets attributes of an object, such as the _metadata of a state dict: of no use to us.
  Result<void> build() {
    QUANT_CHECK(pop());
    QUANT_TRY(object, top());
    if (object.is(Kind::dict) || object.is(Kind::tensor) || object.is(Kind::unreadable) || object.is(Kind::opaque)) {
      return {};
    }
    return fail(fmt::format("sets attributes of {}", kind_in_words(object.kind())));
  }
  Result<void> persistent() {
    QUANT_TRY(id, pop());
    QUANT_TRY(storage, pickled_storage(arena_, in_, text_, id));
    return push(storage);
  }

  const std::string_view text_;
  ByteReader in_;
  PickleArena arena_;
  std::vector<PickleValue> stack_;
  std::vector<std::uint32_t> marks_;  // sizes of the stack
  std::vector<PickleValue> memo_;
  std::uint64_t steps_ = 0;
};

// Codes and names: Python's Lib/pickletools.py.
const Machine::Opcode Machine::opcodes[] = {
    {0x80, "PROTO", &Machine::proto},
    {0x2e, "STOP", &Machine::stop},
    {0x95, "FRAME", &Machine::frame},
    {0x28, "MARK", &Machine::mark},
    {0x30, "POP", &Machine::drop},
    {0x31, "POP_MARK", &Machine::drop_marked},
    {0x32, "DUP", &Machine::duplicate},
    {0x4e, "NONE", &Machine::constant<Kind::none>},
    {0x88, "NEWTRUE", &Machine::constant<Kind::boolean, 1>},
    {0x89, "NEWFALSE", &Machine::constant<Kind::boolean, 0>},
    {0x4a, "BININT", &Machine::integer<std::int32_t>},
    {0x4b, "BININT1", &Machine::integer<std::uint8_t>},
    {0x4d, "BININT2", &Machine::integer<std::uint16_t>},
    {0x8a, "LONG1", &Machine::long_integer<std::uint8_t>},
    {0x8b, "LONG4", &Machine::long_integer<std::int32_t>},
    {0x49, "INT", &Machine::number_line},
    {0x4c, "LONG", &Machine::number_line},
    {0x47, "BINFLOAT", &Machine::real},
    {0x46, "FLOAT", &Machine::real_line},
    {0x58, "BINUNICODE", &Machine::characters<std::uint32_t, Kind::text>},
    {0x8c, "SHORT_BINUNICODE", &Machine::characters<std::uint8_t, Kind::text>},
    {0x8d, "BINUNICODE8", &Machine::characters<std::uint64_t, Kind::text>},
    {0x56, "UNICODE", &Machine::text_line},
    {0x55, "SHORT_BINSTRING", &Machine::old_string<std::uint8_t>},
    {0x54, "BINSTRING", &Machine::old_string<std::uint32_t>},
    {0x42, "BINBYTES", &Machine::characters<std::uint32_t, Kind::bytes>},
    {0x43, "SHORT_BINBYTES", &Machine::characters<std::uint8_t, Kind::bytes>},
    {0x8e, "BINBYTES8", &Machine::characters<std::uint64_t, Kind::bytes>},
    {0x29, "EMPTY_TUPLE", &Machine::tuple<0>},
    {0x74, "TUPLE", &Machine::tuple_marked},
    {0x85, "TUPLE1", &Machine::tuple<1>},
    {0x86, "TUPLE2", &Machine::tuple<2>},
    {0x87, "TUPLE3", &Machine::tuple<3>},
    {0x5d, "EMPTY_LIST", &Machine::empty<Kind::list>},
    {0x6c, "LIST", &Machine::marked<Kind::list>},
    {0x61, "APPEND", &Machine::append},
    {0x65, "APPENDS", &Machine::add_marked<Kind::list>},
    {0x7d, "EMPTY_DICT", &Machine::empty<Kind::dict>},
    {0x64, "DICT", &Machine::marked<Kind::dict>},
    {0x73, "SETITEM", &Machine::set_item},
    {0x75, "SETITEMS", &Machine::add_marked<Kind::dict>},
    {0x8f, "EMPTY_SET", &Machine::empty<Kind::set>},
    {0x90, "ADDITEMS", &Machine::add_marked<Kind::set>},
    {0x91, "FROZENSET", &Machine::marked<Kind::set>},
    {0x71, "BINPUT", &Machine::put<std::uint8_t>},
    {0x72, "LONG_BINPUT", &Machine::put<std::uint32_t>},
    {0x70, "PUT", &Machine::put_line},
    {0x94, "MEMOIZE", &Machine::memoize},
    {0x68, "BINGET", &Machine::get<std::uint8_t>},
    {0x6a, "LONG_BINGET", &Machine::get<std::uint32_t>},
    {0x67, "GET", &Machine::get_line},
    {0x63, "GLOBAL", &Machine::global},
    {0x93, "STACK_GLOBAL", &Machine::stack_global},
    {0x52, "REDUCE", &Machine::reduce},
    {0x62, "BUILD", &Machine::build},
    {0x81, "NEWOBJ", &Machine::reduce},
    {0x51, "BINPERSID", &Machine::persistent},
    {0x69, "INST", nullptr},
    {0x6f, "OBJ", nullptr},
    {0x92, "NEWOBJ_EX", nullptr},
    {0x82, "EXT1", nullptr},
    {0x83, "EXT2", nullptr},
    {0x84, "EXT4", nullptr},
    {0x50, "PERSID", nullptr},
    {0x97, "NEXT_BUFFER", nullptr},
    {0x98, "READONLY_BUFFER", nullptr},
    {0x96, "BYTEARRAY8", nullptr},
};

const std::array<const Machine::Opcode*, 256>& Machine::by_code() {
  static const auto table = [] {
    std::array<const Opcode*, 256> found{};
    for (const Opcode& opcode : opcodes) found[opcode.code] = &opcode;
    return found;
  }();
  return table;
}

Result<Pickle> Machine::run() {
  constexpr std::uint8_t stop_code = 0x2e;
  for (;; ++steps_) {
    QUANT_TRY(code, in_.read<std::uint8_t>(field));
    const Opcode* opcode = by_code()[code];
    if (opcode == nullptr) return fail(fmt::format("has the unknown opcode {:#04x}", code));
    if (opcode->handler == nullptr) {
      return in_.fail(field, fmt::format("has the opcode {}, which no checkpoint of tensors needs", opcode->name),
                      ErrorCode::unsafe, std::string(export_advice));
    }
    QUANT_CHECK((this->*opcode->handler)());
    if (code == stop_code) return Pickle{std::move(arena_), stack_.back()};
  }
}

}  // namespace

Result<Pickle> read_pickle(std::span<const std::byte> bytes, std::string where) {
  if (bytes.size() > longest_pickle) {
    return failure(ErrorCode::unsupported, "cannot open", std::move(where),
                   fmt::format("{} has {} bytes, at most {} are read", field, bytes.size(), longest_pickle),
                   "save the model as safetensors");
  }
  return Machine(bytes, std::move(where)).run();
}

}  // namespace quant
