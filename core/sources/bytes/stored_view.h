#pragma once
// Rows of a tensor that lies in a file or in memory, from any plain or block storage.

#include "core/sources/listing.h"

namespace quant {

/// The view of a tensor whose elements were checked to lie in `tensor.bytes`. Reads by copying, so it never offers rows
/// in place and a file that shrinks is an error. Errors: unsupported (no decoder for the dtype, or for this byte order
/// of it).
Result<std::unique_ptr<TensorView>> stored_view(const StoredTensor& tensor);

}  // namespace quant
