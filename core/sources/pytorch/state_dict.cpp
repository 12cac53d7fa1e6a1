#include "core/sources/pytorch/state_dict.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/text.h"
#include "core/sources/listing.h"
#include "core/sources/pytorch/pickle.h"
#include "core/sources/pytorch/pickle_globals.h"

namespace quant {

namespace {

using Kind = PickleValue::Kind;

constexpr std::size_t most_levels = 64;
constexpr std::size_t most_notes = 20;

class Walk {
 public:
  Walk(const Pickle& pickle, std::span<const std::byte> bytes, std::string where)
      : pickle_(pickle), text_(reinterpret_cast<const char*>(bytes.data()), bytes.size()), where_(std::move(where)) {}

  Result<StateDict> run(std::string_view stem) {
    const Kind kind = pickle_.root.kind();
    const bool holds_tensors = kind == Kind::dict || kind == Kind::list || kind == Kind::tuple || kind == Kind::tensor;
    if (!holds_tensors) return fail(fmt::format("holds {}, no tensors", kind_in_words(kind)));
    if (kind == Kind::tensor) name_ = stem;
    QUANT_CHECK(visit(pickle_.root));
    if (left_out_ > most_notes) found_.notes.push_back(fmt::format("{} more are not read", left_out_ - most_notes));
    return std::move(found_);
  }

 private:
  tl::unexpected<Error> fail(std::string_view why, ErrorCode code = ErrorCode::malformed) const {
    return failure(code, "cannot open", where_, fmt::format("data.pkl {}", why),
                   "export a state dict: torch.save(model.state_dict(), …), or safetensors");
  }

  /// Each value that is written down takes a byte at least, so that more steps mean shared containers.
  Result<void> step(std::size_t name_bytes) {
    name_bytes_ += name_bytes;
    if (++steps_ > 2 * text_.size()) return fail("shares its containers so that their tensors multiply");
    if (name_bytes_ > 4 * text_.size() + (1 << 20))
      return fail("nests its containers so that names of tensors multiply");
    return {};
  }
  Result<void> visit(PickleValue value) {
    switch (value.kind()) {
      case Kind::tensor: return add(pickle_.arena.tensors[value.index()]);
      case Kind::unreadable: return leave_out(pickle_global(value.index()).complaint);
      case Kind::dict:
      case Kind::list:
      case Kind::tuple: return enter(value);
      default: return {};
    }
  }
  Result<void> enter(PickleValue container) {
    const bool changeable = !container.is(Kind::tuple);  // a tuple holds itself only through another container
    if (changeable && std::ranges::find(path_, container) != path_.end())
      return fail("has a container that holds itself");
    if (path_.size() >= most_levels) return fail(fmt::format("is nested deeper than {} levels", most_levels));
    path_.push_back(container);
    Result<void> done;
    std::size_t index = 0;
    pickle_.arena.each_run(container, [&](std::span<const PickleValue> values) {
      const std::size_t each = container.is(Kind::dict) ? 2 : 1;  // a key and its value
      for (; !values.empty() && done; values = values.subspan(each), ++index) done = child(values.first(each), index);
      return done.has_value();
    });
    path_.pop_back();
    return done;
  }
  /// Walks on with one more part in the name: `item` is a value, or a key and a value.
  Result<void> child(std::span<const PickleValue> item, std::size_t index) {
    const std::size_t length = name_.size();
    if (path_.size() > 1) name_ += '.';
    if (item.size() == 1) {
      name_ += std::to_string(index);
    } else if (item[0].is(Kind::text)) {
      name_ += text_.substr(item[0].begin(), item[0].length());
    } else if (item[0].is(Kind::integer)) {
      name_ += std::to_string(item[0].number());
    } else {
      name_ += fmt::format("#{}", index);  // keys that are neither texts nor integers are numbered
    }
    QUANT_CHECK(step(name_.size() - length));
    QUANT_CHECK(visit(item.back()));
    name_.resize(length);
    return {};
  }

  Result<void> leave_out(std::string_view complaint) {
    if (++left_out_ <= most_notes) {
      found_.notes.push_back(fmt::format("{} is not read: it is {}", shown_name(name_), complaint));
    }
    return {};
  }
  Result<void> add(const PickledTensor& tensor) {
    const PickleGlobal& type = pickle_global(tensor.type);
    if (!type.dtype) return leave_out(type.complaint);
    if (found_.tensors.size() >= most_tensors) {
      return fail(fmt::format("has more than {} tensors", most_tensors), ErrorCode::unsupported);
    }
    name_bytes_ += name_.size();
    if (name_bytes_ > 4 * text_.size() + (1 << 20))
      return fail("nests its containers so that names of tensors multiply");
    const PickledStorage& storage = pickle_.arena.storages[tensor.storage];
    NamedTensor& named = found_.tensors.emplace_back();
    named.name = name_;
    named.storage = text_.substr(storage.key.begin(), storage.key.length());
    named.dtype = *type.dtype;
    named.offset = tensor.offset;
    named.shape = numbers(tensor.shape);
    named.strides = numbers(tensor.strides);
    const auto bytes = std::uint64_t{pickle_global(storage.type).element_bytes};
    if (__builtin_mul_overflow(storage.elements, bytes, &named.storage_bytes)) {
      return fail(fmt::format("tensor {}: its storage has {} elements", shown_name(name_), storage.elements));
    }
    return {};
  }
  std::vector<std::int64_t> numbers(PickleValue tuple) const {
    std::vector<std::int64_t> found;
    for (const PickleValue value : pickle_.arena.items(tuple)) found.push_back(value.number());
    return found;
  }

  const Pickle& pickle_;
  const std::string_view text_;
  const std::string where_;
  StateDict found_;
  std::string name_;
  std::vector<PickleValue> path_;  // the containers around
  std::uint64_t steps_ = 0, name_bytes_ = 0;
  std::size_t left_out_ = 0;
};

}  // namespace

Result<StateDict> read_state_dict(std::span<const std::byte> pickle, std::string where, std::string_view stem) {
  QUANT_TRY(read, read_pickle(pickle, where));
  return Walk(read, pickle, std::move(where)).run(stem);
}

}  // namespace quant
