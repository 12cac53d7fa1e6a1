#pragma once
// Bytes that can be read at any offset, from any thread: a file, a part of one, memory, an unpacked archive member.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace quant {

class ByteStore {
 public:
  virtual ~ByteStore() = default;

  virtual std::uint64_t size() const = 0;
  virtual std::string where() const = 0;  ///< for messages: "model.pt, data/3"
  /// Copies the bytes [offset, offset + out.size()); callers stay below size(). Errors: io, malformed.
  virtual Result<void> read(std::uint64_t offset, std::span<std::byte> out) const = 0;
};

std::shared_ptr<const ByteStore> memory_bytes(std::string where, std::vector<std::byte> bytes);

/// The bytes [offset, offset + size) of another store, which holds them.
std::shared_ptr<const ByteStore> part_of(std::shared_ptr<const ByteStore> whole, std::uint64_t offset,
                                         std::uint64_t size, std::string where);

}  // namespace quant
