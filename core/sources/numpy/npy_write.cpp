#include "core/sources/numpy/npy_write.h"

#include <bit>
#include <cassert>

#include "core/base/file.h"

namespace quant {
namespace {

static_assert(std::endian::native == std::endian::little, "values are written as they lie in memory");

template <class T>
Result<void> write(const std::filesystem::path& path, std::string_view descr, std::span<const std::uint64_t> shape,
                   std::span<const T> data) {
  std::string file = npy_header(descr, shape);
  file.append(reinterpret_cast<const char*>(data.data()), data.size_bytes());
  return write_file(path, std::string_view(file));
}

}  // namespace

std::string npy_header(std::string_view descr, std::span<const std::uint64_t> shape) {
  std::string text = "{'descr': '" + std::string(descr) + "', 'fortran_order': False, 'shape': (";
  for (std::size_t d = 0; d < shape.size(); ++d) text += (d > 0 ? ", " : "") + std::to_string(shape[d]);
  text += shape.size() == 1 ? ",), }" : "), }";
  constexpr std::size_t before = 10, alignment = 64;  // magic 6, version 2, length 2
  text.append(alignment - 1 - (before + text.size()) % alignment, ' ');
  text += '\n';
  assert(text.size() < 65536);  // 64 dimensions of 20 digits stay far below version 1.0's limit
  std::string header = "\x93NUMPY";
  header += {'\x01', '\x00', static_cast<char>(text.size() & 0xFF), static_cast<char>(text.size() >> 8)};
  return header + text;
}

Result<void> write_npy(const std::filesystem::path& path, std::span<const std::uint64_t> shape,
                       std::span<const float> data) {
  return write(path, "<f4", shape, data);
}

Result<void> write_npy(const std::filesystem::path& path, std::span<const std::uint64_t> shape,
                       std::span<const std::uint8_t> data) {
  return write(path, "|u1", shape, data);
}

Result<void> write_npy(const std::filesystem::path& path, std::span<const std::uint64_t> shape,
                       std::span<const std::int8_t> data) {
  return write(path, "|i1", shape, data);
}

}  // namespace quant
