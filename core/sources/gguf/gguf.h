#pragma once
// GGUF versions 2 and 3: metadata, tensor infos, aligned data (ggml docs/gguf.md).

#include "core/sources/listing.h"

namespace quant {

/// What a part of a split file says of itself; count 0 where the file is whole.
struct GgufSplit {
  std::uint64_t number = 0, count = 0, tensors = 0;
};

/// Lists a GGUF file. Arrays of the metadata are walked, not kept. Errors: malformed, unsupported (version, tensor
/// type).
Result<Listing> list_gguf(ByteReader& in);

/// The split.* keys of a listing. Errors: malformed.
Result<GgufSplit> gguf_split(const Listing& listing, const std::string& file);

}  // namespace quant
