#pragma once
// Bytes that lie in a file as they are, with a checksum over them.

#include <cstdint>
#include <memory>
#include <string>

#include "core/base/byte_store.h"

namespace quant {

/// The bytes [begin, begin + size) of `file`, read at their offsets in the file. Their CRC-32 is put together from
/// whatever is read, in any order and from any thread; the read that brings the last missing byte fails where it is not
/// `crc` (malformed). A reader that jumps in many small pieces is not checked.
std::shared_ptr<const ByteStore> checked_bytes(std::shared_ptr<const ByteStore> file, std::uint64_t begin,
                                               std::uint64_t size, std::uint32_t crc, std::string where);

}  // namespace quant
