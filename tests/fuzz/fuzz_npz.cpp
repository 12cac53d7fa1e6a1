// Whole archives: the directory, deflate streams, arrays in them.
#include "core/sources/archives/zip.h"
#include "core/sources/numpy/npz.h"
#include "tests/fuzz/read_tensors.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = file_of(data, size);
  if (const auto archive = quant::ZipArchive::open(file)) {
    for (const quant::ZipMember& member : archive->members()) {
      if (archive->find(member.name) == nullptr) std::abort();
      const auto head = archive->head(member, 100);
      if (head && head->size() != std::min<std::uint64_t>(100, member.size)) std::abort();
    }
  }
  if (const auto content = quant::list_npz(file)) read_tensors(*content);
  return 0;
}
