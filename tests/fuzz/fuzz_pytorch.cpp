// Pickles of checkpoints, with storages of 48 bytes for the keys 0 to 3. The archive around them is made here, since
// its checksum would end every change of the pickle early.
#include "core/sources/pytorch/pytorch.h"
#include "tests/fuzz/read_tensors.h"
#include "tests/support/zip.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<zip::Part> parts;
  parts.push_back({.name = "archive/data.pkl", .data = std::string(reinterpret_cast<const char*>(data), size)});
  for (const char* key : {"0", "1", "2", "3"}) {
    parts.push_back({.name = std::string("archive/data/") + key, .data = std::string(48, '\1')});
  }
  const std::string file = zip::archive(parts);
  const auto content =
      quant::list_pytorch(file_of(reinterpret_cast<const std::uint8_t*>(file.data()), file.size()), "fuzz");
  if (content) read_tensors(*content);
  return 0;
}
