#include "core/sources/pytorch/pytorch.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/base/text.h"
#include "core/sources/archives/zip.h"
#include "core/sources/pytorch/pickle.h"
#include "core/sources/pytorch/state_dict.h"
#include "core/sources/safetensors/sharded.h"

namespace quant {

namespace {

constexpr std::string_view pickle_name = "data.pkl";
constexpr std::uint64_t most_broadcast_elements = std::uint64_t{1} << 40;  // of a view that repeats elements
constexpr std::uint64_t most_repeats = 1 << 16;                            // of each element of its storage
constexpr std::uint64_t longest_record = 64;                               // byteorder, version
constexpr std::size_t most_sharing_notes = 20;

/// An archive of PyTorch with its root folder: "archive/".
struct Checkpoint {
  ZipArchive archive;
  std::string root;
  std::string where;

  const ZipMember* find(std::string_view name) const { return archive.find(root + std::string(name)); }
  tl::unexpected<Error> fail(std::string why, ErrorCode code = ErrorCode::malformed,
                             std::string hint = "the file is damaged or hostile, get it again from its source") const {
    return failure(code, "cannot open", where, std::move(why), std::move(hint));
  }
  /// A short text, without the blanks at its end; nothing where there is no such member.
  Result<std::optional<std::string>> record(std::string_view name) const {
    const ZipMember* member = find(name);
    if (member == nullptr) return std::nullopt;
    if (member->size > longest_record) return fail(fmt::format("{} has {} bytes", name, member->size));
    QUANT_TRY(bytes, archive.head(*member, longest_record));
    std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    text.erase(text.find_last_not_of(" \r\n") + 1);
    return text;
  }
};

/// Finds the one pickle, whose folder is the root.
Result<Checkpoint> open_checkpoint(std::shared_ptr<const ByteStore> file) {
  std::string where = file->where();
  QUANT_TRY(archive, ZipArchive::open(std::move(file), ZipArchive::ZeroCrc::means_none));
  Checkpoint checkpoint{std::move(archive), {}, std::move(where)};
  std::size_t pickles = 0;
  for (const ZipMember& member : checkpoint.archive.members()) {
    const std::string_view name = member.name;
    if (name != pickle_name && !name.ends_with("/data.pkl")) continue;
    ++pickles;
    checkpoint.root = name.substr(0, name.size() - pickle_name.size());
  }
  if (pickles > 1) return checkpoint.fail(fmt::format("data.pkl stands in {} folders of the archive", pickles));
  if (pickles == 1) return checkpoint;
  return checkpoint.fail("data.pkl is missing: the archive is neither a PyTorch checkpoint nor an .npz file",
                         ErrorCode::unsupported,
                         "give a checkpoint that torch.save wrote, or unpack the archive first");
}

Result<void> refuse_torchscript(const Checkpoint& checkpoint) {
  const std::string code = checkpoint.root + "code/";
  const auto is_code = [&code](const ZipMember& member) { return member.name.starts_with(code); };
  if (checkpoint.find("constants.pkl") == nullptr && std::ranges::none_of(checkpoint.archive.members(), is_code))
    return {};
  return checkpoint.fail("format: it is TorchScript, which holds code", ErrorCode::unsupported,
                         "export its state dict: torch.save(torch.jit.load(…).state_dict(), …)");
}

Result<bool> is_big_endian(const Checkpoint& checkpoint) {
  QUANT_TRY(order, checkpoint.record("byteorder"));
  if (order && *order != "little" && *order != "big") {
    return checkpoint.fail(fmt::format("byteorder is \"{}\", neither little nor big", printable(*order)));
  }
  return order == "big";
}

/// Strides of a row-major array, in elements.
bool is_row_major(std::span<const std::uint64_t> shape, std::span<const std::uint64_t> strides) {
  std::uint64_t below = 1;
  for (std::size_t i = shape.size(); i-- > 0;) {
    if (shape[i] != 1 && strides[i] != below) return false;
    below *= shape[i];
  }
  return true;
}

/// Places the tensors of a state dict in the members that hold their storages.
class Placing {
 public:
  Placing(const Checkpoint& checkpoint, bool big_endian) : checkpoint_(checkpoint), big_endian_(big_endian) {}

  Result<StoredSource::Content> run(StateDict dict) {
    content_.notes = std::move(dict.notes);
    for (const NamedTensor& tensor : dict.tensors) QUANT_CHECK(place(tensor));
    if (sharing_ > most_sharing_notes) {
      content_.notes.push_back(fmt::format("{} more tensors share storages", sharing_ - most_sharing_notes));
    }
    return std::move(content_);
  }

 private:
  struct Storage {
    ZipArchive::Bytes bytes;
    std::uint64_t size = 0;
    std::string first;  // the first tensor that uses it
  };

  tl::unexpected<Error> fail(const NamedTensor& tensor, std::string_view why) const {
    return checkpoint_.fail(fmt::format("tensor {}: {}", shown_name(tensor.name), why));
  }

  Result<void> place(const NamedTensor& tensor) {
    QUANT_TRY(storage, storage_of(tensor));
    QUANT_TRY(shape, naturals(tensor, tensor.shape, "size"));
    QUANT_TRY(strides, naturals(tensor, tensor.strides, "stride"));
    const std::optional<std::uint64_t> elements = checked_elements(shape);
    const std::optional<std::uint64_t> bytes = elements ? bytes_of(tensor.dtype, *elements) : std::nullopt;
    if (!bytes) return fail(tensor, fmt::format("its size is too large: {}", shape_text(shape)));
    if (!valid_utf8(tensor.name)) return fail(tensor, "its name is not UTF-8");
    QUANT_CHECK(check_range(tensor, shape, strides, *elements, *storage));
    StoredTensor& placed = content_.tensors.emplace_back();
    placed.info.name = tensor.name;
    placed.info.dtype = tensor.dtype;
    placed.info.bytes = *bytes;
    placed.info.offset = storage->bytes.begin + static_cast<std::uint64_t>(tensor.offset) * element_bytes(tensor);
    placed.bytes = storage->bytes.store;
    placed.order.big_endian = big_endian_ && element_bytes(tensor) > 1;
    if (*elements > 0 && !is_row_major(shape, strides)) placed.order.strides = std::move(strides);
    placed.info.shape = std::move(shape);
    return {};
  }
  static std::uint64_t element_bytes(const NamedTensor& tensor) { return info(tensor.dtype).block_bits / 8; }

  Result<Storage*> storage_of(const NamedTensor& tensor) {
    const auto [found, fresh] = storages_.try_emplace(tensor.storage);
    Storage& storage = found->second;
    if (fresh) {
      // Looked up as it is written: a key with folders in it finds nothing outside.
      const ZipMember* member = checkpoint_.find("data/" + tensor.storage);
      if (member == nullptr)
        return fail(tensor, fmt::format("the archive lacks data/{}", printable(tensor.storage.substr(0, 80))));
      storage = {checkpoint_.archive.bytes(*member), member->size, tensor.name};
    } else if (++sharing_ <= most_sharing_notes) {
      content_.notes.push_back(
          fmt::format("{} shares storage with {}", shown_name(tensor.name), shown_name(storage.first)));
    }
    if (tensor.storage_bytes > storage.size) {
      return fail(tensor, fmt::format("its storage is said to have {} bytes, data/{} has {}", tensor.storage_bytes,
                                      printable(tensor.storage), storage.size));
    }
    return &storage;
  }
  Result<std::vector<std::uint64_t>> naturals(const NamedTensor& tensor, std::span<const std::int64_t> numbers,
                                              std::string_view what) const {
    if (numbers.size() > most_dims) return fail(tensor, fmt::format("it has {} dimensions", numbers.size()));
    std::vector<std::uint64_t> found;
    for (const std::int64_t number : numbers) {
      if (number < 0) return fail(tensor, fmt::format("its {} is {}", what, number));
      found.push_back(static_cast<std::uint64_t>(number));
    }
    return found;
  }
  /// Every element lies in the storage.
  Result<void> check_range(const NamedTensor& tensor, std::span<const std::uint64_t> shape,
                           std::span<const std::uint64_t> strides, std::uint64_t elements,
                           const Storage& storage) const {
    if (shape.size() != strides.size()) {
      return fail(tensor, fmt::format("it has {} sizes and {} strides", shape.size(), strides.size()));
    }
    const std::uint64_t there = std::min(tensor.storage_bytes, storage.size) / element_bytes(tensor);
    std::uint64_t last = static_cast<std::uint64_t>(tensor.offset);
    bool fits = tensor.offset >= 0 && last <= there;
    for (std::size_t i = 0; i < shape.size() && fits && elements > 0; ++i) {
      std::uint64_t reach = 0;
      fits = !__builtin_mul_overflow(shape[i] - 1, strides[i], &reach) && !__builtin_add_overflow(last, reach, &last);
    }
    if (!fits || (elements > 0 && last >= there)) {
      return fail(tensor, fmt::format("offset {}, size {} and stride {} reach beyond the {} elements of its storage",
                                      tensor.offset, shape_text(shape), shape_text(strides), there));
    }
    if (elements > there && (elements > most_broadcast_elements || elements / most_repeats > there)) {
      return fail(tensor, fmt::format("it repeats {} stored elements to {}", there, elements));
    }
    return {};
  }

  const Checkpoint& checkpoint_;
  const bool big_endian_;
  StoredSource::Content content_;
  std::map<std::string, Storage, std::less<>> storages_;  // by key
  std::size_t sharing_ = 0;
};

bool sniff(std::span<const std::byte> head, const std::filesystem::path&) { return is_zip(head); }

Result<std::unique_ptr<Source>> open(const std::filesystem::path& path) {
  QUANT_TRY(file, InputFile::open(path));
  QUANT_TRY(head, file->head(4));
  if (is_zip(head)) return open_shard(path);
  return failure(ErrorCode::malformed, "cannot open", path.string(),
                 "format: it does not begin as the ZIP archives that torch.save writes",
                 "it is damaged, or older than torch 1.6: load and save it again, or convert it to safetensors");
}

}  // namespace

Result<StoredSource::Content> list_pytorch(std::shared_ptr<const ByteStore> file, std::string_view stem) {
  QUANT_TRY(checkpoint, open_checkpoint(std::move(file)));
  QUANT_CHECK(refuse_torchscript(checkpoint));
  QUANT_TRY(big_endian, is_big_endian(checkpoint));
  QUANT_TRY(version, checkpoint.record("version"));
  const ZipMember& member = *checkpoint.find(pickle_name);
  if (member.size > longest_pickle) {
    return checkpoint.fail(fmt::format("data.pkl has {} bytes, at most {} are read", member.size, longest_pickle),
                           ErrorCode::unsupported, "save the model as safetensors");
  }
  QUANT_TRY(pickle, checkpoint.archive.head(member, longest_pickle));
  QUANT_TRY(dict, read_state_dict(pickle, checkpoint.archive.where(member), stem));
  QUANT_TRY(content, Placing(checkpoint, big_endian).run(std::move(dict)));
  if (version) content.metadata.emplace_back("version", metadata_text(*version));
  return content;
}

extern const Container pytorch;
constinit const Container pytorch{.id = "pytorch",
                                  .title = "PyTorch checkpoint (single file or sharded by index)",
                                  .endings = "pt pth ckpt",
                                  .sniff = sniff,
                                  .open = open};

}  // namespace quant
