#pragma once
// Stored elements of any type as float32: what sources read rows with.

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/base/result.h"
#include "core/tensor/tensor.h"

namespace quant {

/// Whether decode_rows knows the type.
bool can_decode(DType dtype);

/// `elements` values of a storage type, little-endian, from the start of `in` (at least bytes_of(dtype, elements) of
/// it) to `out` (at least `elements`). Exact where float32 holds the value; wider ones (F64, I64, …) are rounded once,
/// ties to even. Elements of 4 and 6 bits lie one after the other from the lowest bit; BOOL is 0 or 1. Errors:
/// unsupported (no decoder for the type), malformed (`in` too short, `elements` no multiple of the block).
Result<void> decode_rows(DType dtype, std::span<const std::byte> in, std::uint64_t elements, std::span<float> out);

/// The codes of the same elements, with their scales and zeros; `out` gets `elements` entries. Errors: those of
/// decode_rows; unsupported where the type's elements have no codes of their own.
Result<void> decode_codes(DType dtype, std::span<const std::byte> in, std::uint64_t elements, StoredCodes& out);

}  // namespace quant
