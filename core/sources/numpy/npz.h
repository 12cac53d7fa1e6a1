#pragma once
// .npz: a ZIP archive of .npy arrays, stored or deflated (numpy.savez, numpy.savez_compressed).

#include "core/sources/listing.h"

namespace quant {

/// Lists an archive of arrays; of each only the header is unpacked. Tensors are named after their members, without
/// ".npy"; other members, and arrays of objects, records or texts beside numbers, are noted. `files` stays empty.
/// Errors: malformed, unsupported, io.
Result<StoredSource::Content> list_npz(std::shared_ptr<const ByteStore> file);

}  // namespace quant
