#pragma once
// Arrays as .npy files, for numpy and everything that reads its format (version 1.0, little-endian, C order).

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace quant {

/// What stands before the data: magic, version, description; a multiple of 64 bytes. `descr`: "<f4", "|i1", "|u1".
/// Source: numpy.lib.format, version 1.0.
std::string npy_header(std::string_view descr, std::span<const std::uint64_t> shape);

/// Writes beside and renames. `data` holds as many elements as the shape says. Errors: io.
Result<void> write_npy(const std::filesystem::path& path, std::span<const std::uint64_t> shape,
                       std::span<const float> data);
Result<void> write_npy(const std::filesystem::path& path, std::span<const std::uint64_t> shape,
                       std::span<const std::uint8_t> data);
Result<void> write_npy(const std::filesystem::path& path, std::span<const std::uint64_t> shape,
                       std::span<const std::int8_t> data);

}  // namespace quant
