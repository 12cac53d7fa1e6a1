#pragma once
// .npy: one array behind a Python dict literal (numpy.lib.format, versions 1.0, 2.0, 3.0).

#include "core/sources/listing.h"

namespace quant {

/// Lists an array file; its one tensor is named after the file's stem. The literal is read, never evaluated.
/// Errors: malformed, unsupported (records, objects, texts, …).
Result<Listing> list_npy(ByteReader& in);

}  // namespace quant
