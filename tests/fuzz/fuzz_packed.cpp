// Quantized layouts: config.json, a NUL, then a safetensors file. What is packed is unpacked and read.
#include <cstring>
#include <filesystem>
#include <fstream>

#include "core/sources/quantized/layout.h"
#include "core/sources/safetensors/safetensors.h"
#include "tests/fuzz/read_tensors.h"

namespace {

/// The configuration is read from a folder: this run's own.
const std::filesystem::path& folder() {
  static const std::filesystem::path made = [] {
    std::string name = (std::filesystem::temp_directory_path() / "fuzz_packed_XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) std::abort();
    return std::filesystem::path(name);
  }();
  return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto* end = size == 0 ? nullptr : static_cast<const std::uint8_t*>(std::memchr(data, 0, size));
  if (end == nullptr) return 0;
  const auto config = static_cast<std::size_t>(end - data);
  std::ofstream(folder() / "config.json", std::ios::binary)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(config));
  auto source =
      source_of(std::span(end + 1, size - config - 1), quant::list_safetensors, folder() / "model.safetensors");
  if (source) read_source(*quant::unpack_quantized(std::move(*source)));
  return 0;
}
