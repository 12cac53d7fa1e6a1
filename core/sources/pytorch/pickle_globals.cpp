#include "core/sources/pytorch/pickle_globals.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace quant {

namespace {

using Kind = PickleValue::Kind;
using Meaning = PickleGlobal::Meaning;

constexpr std::string_view field = "data.pkl";

constexpr PickleGlobal storage(std::string_view name, DType dtype, std::uint8_t bytes) {
  return {"torch", name, Meaning::storage_type, dtype, {}, bytes};
}
constexpr PickleGlobal unread_storage(std::string_view name, std::uint8_t bytes, std::string_view complaint) {
  return {"torch", name, Meaning::storage_type, {}, complaint, bytes};
}
constexpr PickleGlobal element(std::string_view name, DType dtype) {
  return {"torch", name, Meaning::element_type, dtype};
}
constexpr PickleGlobal unread_element(std::string_view name, std::string_view complaint) {
  return {"torch", name, Meaning::element_type, {}, complaint};
}
constexpr PickleGlobal unreadable(std::string_view name, std::string_view complaint) {
  return {"torch._utils", name, Meaning::unreadable, {}, complaint};
}
constexpr PickleGlobal inert(std::string_view module, std::string_view name) { return {module, name, Meaning::inert}; }

constexpr std::string_view complex_numbers = "a tensor of complex numbers in double precision";
constexpr std::string_view quantized = "a tensor quantized by PyTorch";
constexpr std::string_view halves = "a tensor of packed 4-bit floats";

constexpr PickleGlobal globals[] = {
    {"collections", "OrderedDict", Meaning::dict},
    {"collections", "Counter", Meaning::dict},
    {"collections", "defaultdict", Meaning::dict},
    {"builtins", "set", Meaning::set},
    {"__builtin__", "set", Meaning::set},
    {"builtins", "frozenset", Meaning::set},
    {"__builtin__", "frozenset", Meaning::set},
    // What a defaultdict is told to make: types of plain containers and numbers.
    inert("builtins", "dict"),
    inert("__builtin__", "dict"),
    inert("builtins", "list"),
    inert("__builtin__", "list"),
    inert("builtins", "int"),
    inert("__builtin__", "int"),
    inert("builtins", "float"),
    inert("__builtin__", "float"),
    {"torch._utils", "_rebuild_tensor", Meaning::tensor},
    {"torch._utils", "_rebuild_tensor_v2", Meaning::tensor},
    {"torch._utils", "_rebuild_tensor_v3", Meaning::typed_tensor},
    {"torch._utils", "_rebuild_parameter", Meaning::parameter},
    {"torch._utils", "_rebuild_parameter_with_state", Meaning::parameter},
    unreadable("_rebuild_qtensor", quantized),
    unreadable("_rebuild_sparse_tensor", "a sparse tensor"),
    unreadable("_rebuild_sparse_csr_tensor", "a sparse tensor"),
    unreadable("_rebuild_nested_tensor", "a nested tensor"),
    unreadable("_rebuild_meta_tensor_no_storage", "a tensor without data (device meta)"),
    unreadable("_rebuild_wrapper_subclass", "a tensor of a class of its own"),
    storage("FloatStorage", DType::f32, 4),
    storage("DoubleStorage", DType::f64, 8),
    storage("HalfStorage", DType::f16, 2),
    storage("BFloat16Storage", DType::bf16, 2),
    storage("ByteStorage", DType::u8, 1),
    storage("CharStorage", DType::i8, 1),
    storage("ShortStorage", DType::i16, 2),
    storage("IntStorage", DType::i32, 4),
    storage("LongStorage", DType::i64, 8),
    storage("BoolStorage", DType::boolean, 1),
    storage("ComplexFloatStorage", DType::c64, 8),
    unread_storage("ComplexDoubleStorage", 16, complex_numbers),
    unread_storage("QInt8Storage", 1, quantized),
    unread_storage("QUInt8Storage", 1, quantized),
    unread_storage("QInt32Storage", 4, quantized),
    unread_storage("QUInt4x2Storage", 1, quantized),
    unread_storage("QUInt2x4Storage", 1, quantized),
    unread_storage("UntypedStorage", 1, "a tensor whose element type is not said"),
    {"torch.storage", "UntypedStorage", Meaning::storage_type, {}, "a tensor whose element type is not said", 1},
    element("float32", DType::f32),
    element("float64", DType::f64),
    element("float16", DType::f16),
    element("bfloat16", DType::bf16),
    element("float8_e4m3fn", DType::f8_e4m3),
    element("float8_e5m2", DType::f8_e5m2),
    element("float8_e4m3fnuz", DType::f8_e4m3fnuz),
    element("float8_e5m2fnuz", DType::f8_e5m2fnuz),
    element("float8_e8m0fnu", DType::f8_e8m0),
    element("uint8", DType::u8),
    element("uint16", DType::u16),
    element("uint32", DType::u32),
    element("uint64", DType::u64),
    element("int8", DType::i8),
    element("int16", DType::i16),
    element("int32", DType::i32),
    element("int64", DType::i64),
    element("bool", DType::boolean),
    element("complex64", DType::c64),
    unread_element("complex128", complex_numbers),
    unread_element("float4_e2m1fn_x2", halves),
    unread_element("qint8", quantized),
    unread_element("quint8", quantized),
    unread_element("qint32", quantized),
    unread_element("quint4x2", quantized),
    {"torch", "Size", Meaning::tuple},
    inert("torch", "device"),
    inert("torch", "per_tensor_affine"),
    inert("torch", "per_channel_affine"),
    inert("torch", "per_tensor_symmetric"),
    inert("torch", "per_channel_symmetric"),
    inert("torch.serialization", "_get_layout"),
    inert("_codecs", "encode"),
    // Random states and curves of trainers; their arrays are no tensors of the model.
    inert("numpy", "dtype"),
    inert("numpy", "ndarray"),
    inert("numpy.core.multiarray", "_reconstruct"),
    inert("numpy.core.multiarray", "scalar"),
    inert("numpy._core.multiarray", "_reconstruct"),
    inert("numpy._core.multiarray", "scalar"),
};

/// An integer of the arguments; nothing where there is another kind of value.
bool integers(std::span<const PickleValue> values) {
  return std::ranges::all_of(values, [](PickleValue value) { return value.is(Kind::integer); });
}

tl::unexpected<Error> no_room(const ByteReader& in, const PickleArena& arena) {
  return in.fail(field, fmt::format("needs more than the {} bytes of memory that a pickle of its size may take",
                                    arena.most_bytes()));
}

/// collections.OrderedDict(), also of another dict or of one list of pairs.
Result<PickleValue> make_dict(PickleArena& arena, const ByteReader& in, std::span<const PickleValue> arguments) {
  for (const PickleValue argument : arguments) {
    if (argument.is(Kind::dict)) return argument;
  }
  if (!arena.take(PickleArena::cost(0))) return no_room(in, arena);
  const PickleValue dict = arena.container(Kind::dict);
  if (arguments.size() != 1 || !arguments[0].is(Kind::list)) return dict;
  std::vector<PickleValue> pairs;
  bool fits = true, paired = true;
  arena.each_run(arguments[0], [&](std::span<const PickleValue> run) {
    for (const PickleValue pair : run) {
      paired &= pair.is(Kind::tuple) && pair.length() == 2;
      fits &= arena.take(PickleArena::cost(2));
      if (!paired || !fits) return false;
      std::ranges::copy(arena.items(pair), std::back_inserter(pairs));
    }
    return true;
  });
  if (!fits) return no_room(in, arena);
  if (!paired) return in.fail(field, "makes a dict of something that is no list of pairs");
  arena.extend(dict, pairs);
  return dict;
}

Result<PickleValue> make_tensor(PickleArena& arena, const ByteReader& in, std::span<const PickleValue> arguments,
                                bool typed) {
  if (arguments.size() < (typed ? 7u : 4u)) {
    return in.fail(field, fmt::format("makes a tensor of {} values", arguments.size()));
  }
  const PickleValue shape = arguments[2], strides = arguments[3];
  if (!arguments[0].is(Kind::storage)) {
    return in.fail(field, fmt::format("makes a tensor of {}, no storage", kind_in_words(arguments[0].kind())));
  }
  const bool whole = arguments[1].is(Kind::integer) && shape.is(Kind::tuple) && strides.is(Kind::tuple) &&
                     integers(arena.items(shape)) && integers(arena.items(strides));
  if (!whole) return in.fail(field, "makes a tensor whose offset, size or stride are no integers below 2^55");
  PickledTensor tensor{shape, strides, arguments[1].number(), static_cast<std::uint32_t>(arguments[0].index()), 0};
  tensor.type = arena.storages[tensor.storage].type;
  if (typed) {
    const PickleValue type = arguments[6];
    if (!type.is(Kind::global) || globals[type.index()].meaning != Meaning::element_type) {
      return in.fail(field, "makes a tensor whose element type is none");
    }
    tensor.type = static_cast<std::uint32_t>(type.index());
  }
  if (!arena.take(sizeof tensor)) return no_room(in, arena);
  arena.tensors.push_back(tensor);
  return PickleValue(Kind::tensor, arena.tensors.size() - 1);
}

}  // namespace

std::string PickleGlobal::full_name() const { return fmt::format("{}.{}", module, name); }

const PickleGlobal& pickle_global(std::size_t index) { return globals[index]; }

std::optional<std::size_t> find_pickle_global(std::string_view module, std::string_view name) {
  const auto found = std::ranges::find_if(
      globals, [&](const PickleGlobal& global) { return global.name == name && global.module == module; });
  if (found == std::end(globals)) return {};
  return static_cast<std::size_t>(found - std::begin(globals));
}

Result<PickleValue> reduce_pickle(PickleArena& arena, const ByteReader& in, PickleValue callable,
                                  PickleValue arguments) {
  if (!callable.is(Kind::global) || !arguments.is(Kind::tuple)) {
    return in.fail(field,
                   fmt::format("calls {} with {}", kind_in_words(callable.kind()), kind_in_words(arguments.kind())));
  }
  const PickleGlobal& global = globals[callable.index()];
  const std::span<const PickleValue> values = arena.items(arguments);
  switch (global.meaning) {
    case Meaning::dict: return make_dict(arena, in, values);
    case Meaning::set:
      if (!arena.take(PickleArena::cost(0))) return no_room(in, arena);
      return arena.container(Kind::set);
    case Meaning::tuple:
      if (values.size() == 1 && values[0].is(Kind::tuple)) return values[0];
      return in.fail(field, fmt::format("calls {} with no tuple", global.full_name()));
    case Meaning::tensor: return make_tensor(arena, in, values, false);
    case Meaning::typed_tensor: return make_tensor(arena, in, values, true);
    case Meaning::parameter:
      if (!values.empty() && (values[0].is(Kind::tensor) || values[0].is(Kind::unreadable))) return values[0];
      return in.fail(field, "makes a parameter of something that is no tensor");
    case Meaning::unreadable: return PickleValue(Kind::unreadable, callable.index());
    case Meaning::inert: return PickleValue(Kind::opaque);
    case Meaning::storage_type:
    case Meaning::element_type: break;
  }
  return in.fail(field, fmt::format("calls {}, which is no function", global.full_name()));
}

Result<PickleValue> pickled_storage(PickleArena& arena, const ByteReader& in, std::string_view text, PickleValue id) {
  const std::span<const PickleValue> values = id.is(Kind::tuple) ? arena.items(id) : std::span<const PickleValue>();
  const auto is_text = [&](PickleValue value) { return value.is(Kind::text); };
  if (values.size() != 5 || !is_text(values[0]) || text.substr(values[0].begin(), values[0].length()) != "storage") {
    return in.fail(field, "has a persistent id that is no storage of PyTorch");
  }
  if (!values[1].is(Kind::global) || globals[values[1].index()].meaning != Meaning::storage_type) {
    return in.fail(field, fmt::format("has a storage whose type is {}", kind_in_words(values[1].kind())));
  }
  if (!is_text(values[2]) || !values[4].is(Kind::integer) || values[4].number() < 0) {
    return in.fail(field, "has a storage without a key or with a wrong number of elements");
  }
  if (!arena.take(sizeof(PickledStorage))) return no_room(in, arena);
  arena.storages.push_back(
      {values[2], static_cast<std::uint64_t>(values[4].number()), static_cast<std::uint32_t>(values[1].index())});
  return PickleValue(Kind::storage, arena.storages.size() - 1);
}

}  // namespace quant
