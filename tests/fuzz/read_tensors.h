#pragma once
// What must hold of tensors that an archive lists: their rows can be asked for, and are there or refused.

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "core/base/byte_store.h"
#include "core/sources/bytes/stored_view.h"
#include "core/sources/listing.h"

/// A file of these bytes that ends the run where anything beyond it is read.
class FuzzFile final : public quant::ByteStore {
 public:
  FuzzFile(const std::uint8_t* data, std::size_t size) : bytes_(std::as_bytes(std::span(data, size))) {}
  std::uint64_t size() const override { return bytes_.size(); }
  std::string where() const override { return "fuzz"; }
  quant::Result<void> read(std::uint64_t offset, std::span<std::byte> out) const override {
    if (offset > bytes_.size() || out.size() > bytes_.size() - offset) std::abort();
    std::ranges::copy(bytes_.subspan(static_cast<std::size_t>(offset), out.size()), out.begin());
    return {};
  }

 private:
  std::span<const std::byte> bytes_;
};

inline std::shared_ptr<const quant::ByteStore> file_of(const std::uint8_t* data, std::size_t size) {
  return std::make_shared<FuzzFile>(data, size);
}

inline void read_tensors(const quant::StoredSource::Content& content) {
  constexpr std::uint64_t most_elements_read = 1 << 16, most_tensors_read = 16;
  std::uint64_t done = 0;
  for (const quant::StoredTensor& tensor : content.tensors) {
    const auto elements = quant::checked_elements(tensor.info.shape);
    if (!elements || quant::bytes_of(tensor.info.dtype, *elements) != tensor.info.bytes) std::abort();
    if (*elements > most_elements_read || ++done > most_tensors_read) continue;
    const auto view = quant::stored_view(tensor);
    if (!view) continue;
    std::vector<float> values(static_cast<std::size_t>(*elements));
    (void)(*view)->read_rows(0, (*view)->matrix().all_rows(), values);
  }
}

/// The same of an opened source; codes are read where there are any.
inline void read_source(const quant::Source& source) {
  constexpr std::uint64_t most_elements_read = 1 << 14, most_tensors_read = 16;
  std::uint64_t done = 0;
  for (std::size_t i = 0; i < source.tensors().size(); ++i) {
    const auto elements = quant::checked_elements(source.tensors()[i].shape);
    if (!elements) std::abort();
    if (*elements > most_elements_read || ++done > most_tensors_read) continue;
    const auto view = source.view(i);
    if (!view) continue;
    std::vector<float> values(static_cast<std::size_t>(*elements));
    quant::StoredCodes codes;
    (void)(*view)->read_rows(0, (*view)->matrix().all_rows(), values);
    (void)(*view)->read_codes(0, (*view)->matrix().all_rows(), codes);
  }
}

/// The source that a file of these bytes is.
inline quant::Result<std::unique_ptr<quant::Source>> source_of(
    std::span<const std::uint8_t> data, quant::Result<quant::Listing> (*list)(quant::ByteReader&),
    const std::filesystem::path& path = "fuzz") {
  quant::ByteReader reader(std::as_bytes(data), "fuzz");
  QUANT_TRY(listing, list(reader));
  const auto file = file_of(data.data(), data.size());
  quant::StoredSource::Content content;
  content.files.push_back({path, file->size()});
  for (auto& tensor : listing.tensors) content.tensors.push_back({std::move(tensor), file, listing.order});
  return quant::StoredSource::create("fuzz", path, std::move(content));
}
