#pragma once
// What torch.save writes, as a list of tensors with names: state dicts, nested ones, lists, a single tensor.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/tensor/dtype.h"

namespace quant {

/// A tensor of a pickle. Nothing of it is checked against the bytes of its storage.
struct NamedTensor {
  std::string name;     ///< keys on the way to it, with dots between
  std::string storage;  ///< key of the storage
  std::uint64_t storage_bytes = 0;
  DType dtype = DType::f32;
  std::vector<std::int64_t> shape, strides;  ///< in elements
  std::int64_t offset = 0;                   ///< in elements
};

struct StateDict {
  std::vector<NamedTensor> tensors;  ///< in the order of the pickle
  std::vector<std::string> notes;    ///< tensors that are not read, and why
};

/// Reads a pickle of PyTorch. A tensor without any container around it gets the name `stem`. Work and memory are
/// bounded by the pickle's size: containers that hold themselves, or share each other so that names multiply, are
/// refused. Errors: malformed, unsupported, unsafe.
Result<StateDict> read_state_dict(std::span<const std::byte> pickle, std::string where, std::string_view stem);

}  // namespace quant
