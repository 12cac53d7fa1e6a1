#include "core/sources/numpy/npz.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.h"
#include "core/sources/archives/zip.h"
#include "core/sources/numpy/npy.h"

namespace quant {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view array_ending = ".npy";
constexpr std::uint64_t most_array_header = 2 << 20;  // more than list_npy takes

/// Lists the array of a member from its first bytes; most headers fit into one KiB.
Result<Listing> list_member(const ZipArchive& archive, const ZipMember& member) {
  for (std::uint64_t wanted = 1 << 10;; wanted *= 4) {
    QUANT_TRY(head, archive.head(member, wanted));
    ByteReader in(head, archive.where(member), member.size);
    Result<Listing> listing = list_npy(in);
    if (listing || !in.starved() || wanted >= most_array_header) return listing;
  }
}

Result<StoredTensor> list_array(const ZipArchive& archive, const ZipMember& member) {
  QUANT_TRY(listing, list_member(archive, member));
  StoredTensor array{std::move(listing.tensors.front()), {}, std::move(listing.order)};
  if (const std::uint64_t end = array.info.offset + array.info.bytes; end != member.size) {
    return failure(ErrorCode::malformed, "cannot open", archive.where(member),
                   fmt::format("data: the array ends at byte {}, the member at {}", end, member.size),
                   "the file is damaged or hostile, save it again with numpy");
  }
  array.info.name = member.name.substr(0, member.name.size() - array_ending.size());
  ZipArchive::Bytes bytes = archive.bytes(member);
  array.info.offset += bytes.begin;
  array.bytes = std::move(bytes.store);
  return array;
}

bool sniff(std::span<const std::byte> head, const fs::path& path) {
  if (!is_zip(head)) return false;
  const auto file = InputFile::open(path);
  const auto names = file ? zip_names(**file) : tl::unexpected(file.error());
  if (!names || names->empty()) return path.extension() == ".npz";
  const auto ends_with = [](std::string_view ending) {
    return [ending](const std::string& name) { return name.ends_with(ending); };
  };
  if (std::ranges::any_of(*names, ends_with("data.pkl"))) return false;
  return path.extension() == ".npz" || std::ranges::any_of(*names, ends_with(array_ending));
}

Result<std::unique_ptr<Source>> open(const fs::path& path) {
  QUANT_TRY(file, InputFile::open(path));
  QUANT_TRY(content, list_npz(file));
  content.files.push_back({path, file->size()});
  return StoredSource::create("npz", path, std::move(content));
}

}  // namespace

Result<StoredSource::Content> list_npz(std::shared_ptr<const ByteStore> file) {
  const std::string where = file->where();
  QUANT_TRY(archive, ZipArchive::open(std::move(file)));
  StoredSource::Content content;
  std::optional<Error> left_out;
  std::size_t ignored = 0;
  for (const ZipMember& member : archive.members()) {
    if (!member.name.ends_with(array_ending)) {
      ++ignored;
      continue;
    }
    auto array = list_array(archive, member);
    if (array) {
      content.tensors.push_back(std::move(*array));
    } else if (array.error().code == ErrorCode::unsupported) {
      content.notes.push_back(fmt::format("{} is left out: {}", shown_name(member.name), array.error().why));
      left_out = std::move(array).error();
    } else {
      return tl::unexpected(std::move(array).error());
    }
  }
  if (ignored > 0) content.notes.push_back(fmt::format("{} members that are no .npy arrays are ignored", ignored));
  if (!content.tensors.empty() || archive.members().empty()) return content;
  if (left_out) return tl::unexpected(std::move(*left_out));
  return failure(ErrorCode::unsupported, "cannot open", where, "format: the archive holds no .npy arrays",
                 "give a PyTorch checkpoint or an .npz file, or unpack the archive first");
}

extern const Container npz;
constinit const Container npz{
    .id = "npz", .title = "NumPy archive (.npz, stored or compressed)", .sniff = sniff, .open = open};

}  // namespace quant
