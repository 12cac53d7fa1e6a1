#pragma once
// The names that a pickle of PyTorch may mention, and what each of them makes of its arguments. A table: nothing is
// looked up, imported or called outside it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/sources/bytes/byte_reader.h"
#include "core/sources/pytorch/pickle_values.h"
#include "core/tensor/dtype.h"

namespace quant {

struct PickleGlobal {
  enum class Meaning : std::uint8_t {
    dict,          ///< makes a dict: collections.OrderedDict
    set,           ///< makes a set
    tuple,         ///< gives its one argument: torch.Size
    tensor,        ///< (storage, offset, size, stride, …): a tensor of the storage's type
    typed_tensor,  ///< the same with the element type as seventh argument
    parameter,     ///< gives its first argument, a tensor
    unreadable,    ///< makes a tensor of a kind that is not read
    storage_type,  ///< in persistent ids alone
    element_type,
    inert,  ///< a value, or a function whose result, that is not looked at
  };
  std::string_view module, name;
  Meaning meaning;
  std::optional<DType> dtype = {};  ///< of storage and element types that are read
  std::string_view complaint = {};  ///< of what is not read: "a quantized tensor"
  std::uint8_t element_bytes = 0;   ///< of a storage type; 1 where it is untyped

  std::string full_name() const;
};

const PickleGlobal& pickle_global(std::size_t index);
/// The number of this pair, compared whole; nothing where the table lacks it.
std::optional<std::size_t> find_pickle_global(std::string_view module, std::string_view name);

/// What REDUCE or NEWOBJ make of a global and a tuple of arguments. `in` stands behind the opcode, for messages.
/// Errors: malformed, unsupported.
Result<PickleValue> reduce_pickle(PickleArena& arena, const ByteReader& in, PickleValue callable,
                                  PickleValue arguments);

/// The storage that a persistent id of PyTorch names: ("storage", type, key, location, elements). `text` is the pickle.
Result<PickleValue> pickled_storage(PickleArena& arena, const ByteReader& in, std::string_view text, PickleValue id);

}  // namespace quant
