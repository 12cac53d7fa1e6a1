#pragma once
// A quantized checkpoint beside the one that it was made from: which tensor is which.

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/sources/rotary_rows.h"
#include "core/sources/source.h"

namespace quant {

/// A tensor and its original: the same shape, element by element.
struct TensorPair {
  std::size_t tensor = 0, original = 0;  ///< indices into the two sources
  std::optional<HeadRows> rows;          ///< the order that the original's rows must be brought into; nothing = as is
  std::uint64_t heads = 0;               ///< where `rows` is set
  std::vector<std::size_t> experts;  ///< of an original that keeps them apart: all, in order; `original` is the first
};

struct UnmatchedTensor {
  std::size_t tensor = 0;
  std::string why;       ///< with the numbers
  bool missing = false;  ///< the original has no tensor of its name or role; else it has one that does not fit
};

/// Both lists in the order of the tensors.
struct Pairing {
  std::vector<TensorPair> pairs;
  std::vector<UnmatchedTensor> unmatched;

  const TensorPair* find(std::size_t tensor) const;  ///< null where it has no partner
};

/// Finds for each of `tensors` of `source` its original by name (NameMatcher) and shape. Between Hugging Face's names
/// and a GGUF file whose general.architecture is "llama" the rows of attn_q and attn_k stand in another order; metadata
/// decides, never the error.
/// Experts in one tensor [n, out, in] are those of an original that keeps one each, where it has all of them.
Pairing pair_with_original(const Source& source, std::span<const std::size_t> tensors, const Source& original);

/// The tensors that a comparison is about where nobody names any: those that are stored quantized; where none is, those
/// that a plan may choose a scheme for.
std::vector<std::size_t> compared_tensors(const Source& source);

/// What the storage of these tensors is called: "gptq", "Q4_0"; of several kinds the container's name, "gguf".
std::string storage_of(const Source& source);

/// The original's values in the order of the tensor. Errors: those of Source::view.
Result<std::unique_ptr<TensorView>> original_view(const Source& original, const TensorPair& pair);

}  // namespace quant
