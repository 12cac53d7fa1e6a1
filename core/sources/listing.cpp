#include "core/sources/listing.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/base/text.h"
#include "core/sources/bytes/stored_view.h"
#include "core/sources/names/roles.h"

namespace quant {

std::optional<std::uint64_t> checked_elements(std::span<const std::uint64_t> shape) {
  std::uint64_t product = 1;  // over all dimensions with zeros as ones: a zero must not hide absurd neighbours
  bool zero = false;
  for (const std::uint64_t dim : shape) {
    zero |= dim == 0;
    const std::uint64_t factor = std::max<std::uint64_t>(dim, 1);
    if (factor > most_elements / product) return {};
    product *= factor;
  }
  return zero ? 0 : product;
}

std::string shown_name(std::string_view name) {
  constexpr std::size_t shown = 80;
  return fmt::format("\"{}{}\"", printable(name.substr(0, shown)), name.size() > shown ? "…" : "");
}

std::string shape_text(std::span<const std::uint64_t> shape) {
  constexpr std::size_t shown = 8;
  const bool all = shape.size() <= shown;
  return fmt::format("[{}{}]", fmt::join(shape.first(all ? shape.size() : shown), ", "),
                     all ? "" : fmt::format(", … ({} dimensions)", shape.size()));
}

std::string metadata_text(std::string_view value) {
  std::string_view kept = value.substr(0, most_metadata_text);
  // Cut between characters: a UTF-8 character has at most three bytes after its first.
  for (int i = 0; i < 3 && kept.size() < value.size() && !valid_utf8(kept); ++i) kept.remove_suffix(1);
  if (!valid_utf8(kept)) return fmt::format("({} bytes that are no UTF-8 text)", value.size());
  if (kept.size() == value.size()) return std::string(kept);
  return fmt::format("{}… ({} bytes)", kept, value.size());
}

Result<Listing> list_file(const InputFile& file, Result<Listing> (*list)(ByteReader&)) {
  std::uint64_t wanted = std::uint64_t{64} << 10;  // most headers; one read
  for (;;) {
    QUANT_TRY(head, file.head(std::min(wanted, most_header)));
    ByteReader in(head, file.path().string(), file.size());
    Result<Listing> listing = list(in);
    if (listing || !in.starved() || wanted >= most_header) return listing;
    wanted = std::max(in.wanted(), 4 * wanted);  // so that what is parsed again and again stays a small part
  }
}

namespace {

/// The first name that stands twice, over all tensors.
std::optional<std::string> repeated_name(std::span<const TensorInfo> tensors) {
  std::vector<std::string_view> names;
  names.reserve(tensors.size());
  for (const TensorInfo& tensor : tensors) names.push_back(tensor.name);
  std::ranges::sort(names);
  const auto twice = std::ranges::adjacent_find(names);
  return twice == names.end() ? std::nullopt : std::optional(std::string(*twice));
}

}  // namespace

std::vector<std::uint64_t> fortran_strides(std::span<const std::uint64_t> shape) {
  std::vector<std::uint64_t> strides;
  std::uint64_t below = 1;
  for (const std::uint64_t dim : shape) {
    strides.push_back(below);
    below *= dim;
  }
  return strides;
}

Result<std::unique_ptr<Source>> StoredSource::create(std::string_view format, std::filesystem::path path,
                                                     std::vector<Part> parts, std::vector<std::string> notes) {
  Content content;
  content.notes = std::move(notes);
  if (!parts.empty()) content.metadata = std::move(parts.front().listing.metadata);
  for (Part& part : parts) {
    for (TensorInfo& tensor : part.listing.tensors) {
      tensor.file = static_cast<std::uint32_t>(content.files.size());
      content.tensors.push_back({std::move(tensor), part.file, part.listing.order});
    }
    std::ranges::move(part.listing.notes, std::back_inserter(content.notes));
    content.files.push_back({part.file->path(), part.file->size()});
  }
  return create(format, std::move(path), std::move(content));
}

Result<std::unique_ptr<Source>> StoredSource::create(std::string_view format, std::filesystem::path path,
                                                     Content content) {
  auto source = std::make_unique<StoredSource>();
  source->format_ = format;
  source->path_ = std::move(path);
  source->files_ = std::move(content.files);
  source->metadata_ = std::move(content.metadata);
  source->notes_ = std::move(content.notes);
  if (content.tensors.size() > most_tensors) {
    return failure(ErrorCode::unsupported, "cannot open", source->path_.string(),
                   fmt::format("it lists {} tensors, at most {} are handled", content.tensors.size(), most_tensors),
                   "open its parts one by one");
  }
  for (StoredTensor& tensor : content.tensors) {
    if (info(tensor.info.dtype).packed) tensor.info.quantized = info(tensor.info.dtype).name;
    source->tensors_.push_back(std::move(tensor.info));
    source->places_.push_back({std::move(tensor.bytes), std::move(tensor.order)});
  }
  if (const auto name = repeated_name(source->tensors_)) {
    return failure(ErrorCode::malformed, "cannot open", source->path_.string(),
                   fmt::format("tensor name {} stands twice", shown_name(*name)),
                   "parts that do not belong together, or a damaged file: get it again from its source");
  }
  assign_roles(source->tensors_);
  return source;
}

StoredSource::~StoredSource() = default;  // here, so that one file holds all of it and the table that points at it

Result<std::unique_ptr<TensorView>> StoredSource::view(std::size_t index) const { return stored_view(stored(index)); }

Result<std::shared_ptr<const ByteStore>> StoredSource::bytes(std::size_t index) const {
  const StoredTensor tensor = stored(index);
  if (tensor.order.big_endian || !tensor.order.strides.empty()) {
    return failure(ErrorCode::unsupported, "cannot read tensor",
                   fmt::format("{}, {}", tensor.bytes->where(), shown_name(tensor.info.name)),
                   "its elements are not stored row by row in little-endian order",
                   "save it again as contiguous safetensors");
  }
  return part_of(tensor.bytes, tensor.info.offset, tensor.info.bytes, tensor.bytes->where());
}

}  // namespace quant
