// One target a kind of calibration file: FUZZ_KIND is its id. They are read by ranges, so the bytes lie in a file in
// memory.
#include <sys/mman.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <string>

#include "core/calibration/calibration_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const int fd = ::memfd_create("fuzz", 0);
  static const std::string path = "/proc/self/fd/" + std::to_string(fd);
  if (fd < 0 || ::ftruncate(fd, 0) != 0 || ::pwrite(fd, data, size, 0) != static_cast<ssize_t>(size)) std::abort();
  const auto head = std::as_bytes(std::span(data, std::min<std::size_t>(size, 512)));
  for (const auto* kind : quant::calibration_kinds()) {
    if (kind->id != FUZZ_KIND || !kind->sniff(head)) continue;
    const auto file = kind->open(path);
    if (!file) continue;
    for (std::size_t i = 0; i < (*file)->entries().size(); ++i) {
      const auto moments = (*file)->moments(i);
      if (!moments) continue;
      if (!moments->mean_sq.empty() && moments->mean_sq.size() != (*file)->entries()[i].values) std::abort();
      for (const float v : moments->mean_sq)
        if (!std::isfinite(v) || v < 0) std::abort();
    }
  }
  return 0;
}
