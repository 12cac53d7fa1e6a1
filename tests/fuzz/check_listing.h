#pragma once
// What must hold of whatever a container's parser accepts.

#include <cstdint>
#include <cstdlib>

#include "core/sources/listing.h"

/// Parses the bytes as a whole file, and as a file of which only the head is there.
inline void check_listing(const std::uint8_t* data, std::size_t size,
                          quant::Result<quant::Listing> (*list)(quant::ByteReader&)) {
  const auto bytes = std::as_bytes(std::span(data, size));
  quant::ByteReader whole(bytes, "fuzz");
  const auto listing = list(whole);
  if (whole.starved()) std::abort();  // the whole file is there
  quant::ByteReader head(bytes.first(size / 2), "fuzz", size);
  const auto from_head = list(head);
  if (listing && !from_head && !head.starved()) std::abort();  // a longer head has to be asked for
  if (!listing) return;                                        // refusing is fine
  for (const quant::TensorInfo& tensor : listing->tensors) {
    if (tensor.offset > size || tensor.bytes > size - tensor.offset) std::abort();  // listed = inside the file
    const auto elements = quant::checked_elements(tensor.shape);
    if (!elements || quant::bytes_of(tensor.dtype, *elements) != tensor.bytes) std::abort();
  }
}
