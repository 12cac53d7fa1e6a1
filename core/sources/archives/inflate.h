#pragma once
// Deflated bytes (RFC 1951) read at any offset in bounded memory.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/byte_store.h"

namespace quant {

/// A deflate stream in a file and what is announced of it.
struct DeflatedPart {
  std::shared_ptr<const ByteStore> file;
  std::uint64_t at = 0;      ///< first byte of the stream
  std::uint64_t packed = 0;  ///< bytes of the stream
  std::uint64_t size = 0;    ///< bytes that it unpacks to
  std::optional<std::uint32_t> crc;
  std::string where;  ///< for messages
};

/// The first min(n, size) bytes; if that is all of them, length and checksum are checked. Memory grows with what comes
/// out. Errors: malformed, io.
Result<std::vector<std::byte>> inflate_head(const DeflatedPart& part, std::uint64_t n);

/// Blocks of unpacked bytes that were read last and decoders on their way, of any number of streams: 35 MiB.
class BlockCache;
std::shared_ptr<BlockCache> block_cache();

/// The unpacked bytes. Decodes in order and keeps the blocks of `cache`; jumps start from a copy of the decoder's
/// window, kept every 8 MiB or 512th of the stream. Errors of read: malformed (also: more or fewer bytes than
/// announced, wrong checksum, which the read that reaches the end reports), io.
std::shared_ptr<const ByteStore> inflated_bytes(DeflatedPart part, std::shared_ptr<BlockCache> cache);

}  // namespace quant
