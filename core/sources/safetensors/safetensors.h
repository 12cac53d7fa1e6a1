#pragma once
// safetensors: a JSON header of names, dtypes, shapes and ranges, then the data (the specification of the safetensors
// project).

#include "core/sources/listing.h"

namespace quant {

/// Lists a safetensors file. Errors: malformed. Tensors come in the order of their data.
Result<Listing> list_safetensors(ByteReader& in);

}  // namespace quant
