#include "core/sources/safetensors/safetensors.h"
#include "tests/fuzz/check_listing.h"
#include "tests/fuzz/read_tensors.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check_listing(data, size, quant::list_safetensors);
  if (const auto source = source_of(std::span(data, size), quant::list_safetensors)) read_source(**source);
  return 0;
}
