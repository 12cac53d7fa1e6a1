#pragma once
// Which GGUF type stands for a scheme, and what is lost. Internal to core/exporters.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/tensor/dtype.h"

namespace quant::gguf {

/// A type that llama-quantize can be asked for.
struct Type {
  std::string_view name;    ///< ggml_type_name: "q4_K"
  std::string_view scheme;  ///< ours: "q4_k"
  std::string_view base;    ///< the file type that makes it the base: "Q4_K_M"; empty = cannot be a base
  unsigned block;           ///< weights of a block
  unsigned block_bytes;
  double bpw() const { return 8.0 * block_bytes / block; }
  std::uint64_t bytes(std::uint64_t elements) const { return (elements + block - 1) / block * block_bytes; }
};

const Type* type_named(std::string_view scheme);

/// What is known of the tensor besides its scheme.
struct Storage {
  std::optional<DType> dtype;         ///< where the weights were given
  std::optional<std::uint64_t> cols;  ///< where the weights were given
  double stored_bpw = 0;              ///< from the plan
};

/// The type of a tensor. `as` is empty where the type holds exactly what was planned; `refused`: no type does, and the
/// tensor stays at 16 bits.
struct Chosen {
  const Type* type = nullptr;
  std::string as, why;
  bool refused = false;
};
Chosen choose(const std::string& scheme, const Storage& storage);

}  // namespace quant::gguf
