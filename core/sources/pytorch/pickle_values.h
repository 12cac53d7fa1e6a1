#pragma once
// What a pickle holds, as plain data: values of eight bytes, containers in one arena. Nothing here refers to memory of
// its own, so that structures of any depth are freed without recursion.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace quant {

class PickleValue {
 public:
  enum class Kind : std::uint8_t {
    nothing,     ///< no value: an empty place of the memo
    none,        ///< None
    boolean,     ///< number() is 0 or 1
    integer,     ///< number()
    opaque,      ///< something of no use to us: a float, a large integer, an object of numpy
    text,        ///< a part of the pickle, UTF-8: begin(), length()
    bytes,       ///< the same, any bytes
    tuple,       ///< values of the arena: begin(), length()
    list,        ///< a container of the arena: index()
    dict,        ///< keys and values in turn
    set,         ///< a container that is not looked into
    global,      ///< a name of the table of globals: index()
    storage,     ///< index() into PickleArena::storages
    tensor,      ///< index() into PickleArena::tensors
    unreadable,  ///< a tensor of a kind that is not read; index() of the global that would make it
  };
  static constexpr std::int64_t largest_integer = (std::int64_t{1} << 55) - 1;
  static constexpr std::uint64_t largest_part = (std::uint64_t{1} << 28) - 1;  ///< of begin() and length()

  constexpr PickleValue() = default;
  /// Integers that need more than 56 bits become opaque: sizes and offsets of tensors are below 2^48.
  static constexpr PickleValue integer(std::int64_t value) {
    if (value > largest_integer || value < -largest_integer) return {Kind::opaque, 0};
    return {Kind::integer, static_cast<std::uint64_t>(value)};
  }
  static constexpr PickleValue part(Kind kind, std::uint64_t begin, std::uint64_t length) {
    return {kind, begin | length << 28};
  }
  constexpr PickleValue(Kind kind, std::uint64_t payload = 0)
      : bits_(payload << 8 | static_cast<std::uint64_t>(kind)) {}

  constexpr Kind kind() const { return static_cast<Kind>(bits_ & 0xff); }
  constexpr bool is(Kind wanted) const { return kind() == wanted; }
  constexpr std::int64_t number() const { return static_cast<std::int64_t>(bits_) >> 8; }
  constexpr std::size_t index() const { return static_cast<std::size_t>(bits_ >> 8); }
  constexpr std::size_t begin() const { return static_cast<std::size_t>(bits_ >> 8 & largest_part); }
  constexpr std::size_t length() const { return static_cast<std::size_t>(bits_ >> 36); }
  constexpr bool operator==(const PickleValue&) const = default;

 private:
  std::uint64_t bits_ = 0;
};

/// "an integer", "a text": for messages.
std::string_view kind_in_words(PickleValue::Kind kind);

/// A persistent id of PyTorch: where the bytes of tensors are.
struct PickledStorage {
  PickleValue key;             ///< a text: the member data/KEY
  std::uint64_t elements = 0;  ///< of the type
  std::uint32_t type = 0;      ///< the global: torch.FloatStorage
};

/// A view of a storage, as the pickle says; nothing of it is checked but the kinds of its values.
struct PickledTensor {
  PickleValue shape, strides;  ///< tuples of integers
  std::int64_t offset = 0;     ///< in elements
  std::uint32_t storage = 0;
  std::uint32_t type = 0;  ///< the global that gives the element type: that of the storage, or torch.float8_e4m3fn
};

/// Everything that a pickle made. Memory is counted before it is taken.
class PickleArena {
 public:
  explicit PickleArena(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  std::vector<PickledStorage> storages;
  std::vector<PickledTensor> tensors;

  /// Counts memory that is about to be taken. False: there is no room for it.
  bool take(std::size_t bytes) {
    if (bytes > most_bytes_ - taken_) return false;
    taken_ += bytes;
    return true;
  }
  std::size_t most_bytes() const { return most_bytes_; }

  /// The bytes that a container, or an addition to one, takes.
  static constexpr std::size_t cost(std::size_t values) { return values * sizeof(PickleValue) + sizeof(Run); }

  PickleValue tuple(std::span<const PickleValue> values);
  /// A new list, dict or set.
  PickleValue container(PickleValue::Kind kind);
  void extend(PickleValue container, std::span<const PickleValue> values);

  std::span<const PickleValue> items(PickleValue tuple) const {
    return std::span(values_).subspan(tuple.begin(), tuple.length());
  }
  /// Calls `visit` with stretches of a container's values, in order, until it returns false.
  template <class Visit>
  void each_run(PickleValue container, Visit visit) const {
    if (container.is(PickleValue::Kind::tuple)) {
      visit(items(container));
      return;
    }
    for (std::uint32_t at = heads_[container.index()].first; at != no_run; at = runs_[at].next) {
      if (!visit(std::span(values_).subspan(runs_[at].begin, runs_[at].length))) return;
    }
  }

 private:
  static constexpr std::uint32_t no_run = 0xffffffff;
  /// Values that were added together; a container is a chain of them.
  struct Run {
    std::uint32_t begin, length, next;
  };
  struct Head {
    std::uint32_t first = no_run, last = no_run;
  };
  std::vector<PickleValue> values_;
  std::vector<Run> runs_;
  std::vector<Head> heads_;
  std::size_t most_bytes_, taken_ = 0;
};

}  // namespace quant
