#include "core/sources/numpy/npy.h"
#include "tests/fuzz/check_listing.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check_listing(data, size, quant::list_npy);
  return 0;
}
