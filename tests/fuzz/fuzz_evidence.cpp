// One target a kind of evidence that is text: FUZZ_KIND is its id.
#include <cmath>
#include <cstdlib>

#include "core/sensitivity/evidence.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const quant::EvidenceFile file{"fuzz", std::string(reinterpret_cast<const char*>(data), size)};
  const auto head = std::as_bytes(std::span(data, std::min<std::size_t>(size, 512)));
  for (const auto* kind : quant::evidence_kinds()) {
    if (kind->id != FUZZ_KIND || !kind->sniff(file, head)) continue;
    const auto rows = kind->read(file);
    if (!rows) continue;
    for (const auto& row : *rows)
      if (!std::isfinite(row.value) || row.metric.empty()) std::abort();
  }
  return 0;
}
