#pragma once
// Rows of a tensor that lies in a file, from any plain or block storage.

#include "core/sources/listing.h"

namespace quant {

/// The view of a tensor whose range was checked against the file. Reads by copying, so it never offers rows in place
/// and a file that shrinks is an error. Errors: unsupported (no decoder for the dtype, or for this byte order of it).
Result<std::unique_ptr<TensorView>> stored_view(const TensorInfo& tensor, std::shared_ptr<const InputFile> file,
                                                StorageOrder order);

}  // namespace quant
