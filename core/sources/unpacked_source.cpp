#include "core/sources/unpacked_source.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <variant>

#include "core/sources/names/roles.h"

namespace quant {

namespace {

using Weight = Result<std::shared_ptr<const PackedWeight>>;

class PackedView final : public TensorView {
 public:
  PackedView(TensorInfo info, std::shared_ptr<const PackedWeight> weight)
      : info_(std::move(info)), weight_(std::move(weight)) {}

  const TensorInfo& tensor() const override { return info_; }
  Result<void> read_rows(std::uint64_t first, std::uint64_t count, std::span<float> out) const override {
    return read(first, count, out, nullptr);
  }
  Result<void> read_codes(std::uint64_t first, std::uint64_t count, StoredCodes& out) const override {
    std::vector<float> values(static_cast<std::size_t>(count * matrix().cols));
    return read(first, count, values, &out);
  }

 private:
  Result<void> read(std::uint64_t first, std::uint64_t count, std::span<float> out, StoredCodes* codes) const {
    if (count == 0 || matrix().cols == 0) return {};
    UnpackedRows rows(out.first(static_cast<std::size_t>(count * matrix().cols)), codes);
    return weight_->read(first, count, rows);
  }

  TensorInfo info_;
  std::shared_ptr<const PackedWeight> weight_;
};

class UnpackedSource final : public Source {
 public:
  UnpackedSource(std::unique_ptr<Source> raw, std::vector<UnpackedWeight> weights, std::vector<std::string> notes,
                 std::vector<std::pair<std::string, std::string>> metadata)
      : raw_(std::move(raw)),
        notes_(raw_->notes().begin(), raw_->notes().end()),
        metadata_(raw_->metadata().begin(), raw_->metadata().end()) {
    std::ranges::move(notes, std::back_inserter(notes_));
    std::ranges::move(metadata, std::back_inserter(metadata_));
    std::map<std::size_t, UnpackedWeight*> first;
    std::set<std::size_t> replaced;
    for (UnpackedWeight& weight : weights) {
      first.emplace(*weight.pieces.begin(), &weight);
      replaced.insert(weight.pieces.begin(), weight.pieces.end());
    }
    for (std::size_t i = 0; i < raw_->tensors().size(); ++i) {
      if (const auto found = first.find(i); found != first.end()) add(*found->second);
      if (replaced.contains(i)) continue;
      tensors_.push_back(raw_->tensors()[i]);
      places_.emplace_back(i);
    }
    assign_roles(tensors_);
  }

  std::string_view format() const override { return raw_->format(); }
  const std::filesystem::path& path() const override { return raw_->path(); }
  void show_as(const std::filesystem::path& path) override { raw_->show_as(path); }
  std::span<const SourceFile> files() const override { return raw_->files(); }
  std::span<const TensorInfo> tensors() const override { return tensors_; }
  std::span<const std::pair<std::string, std::string>> metadata() const override { return metadata_; }
  std::span<const std::string> notes() const override { return notes_; }

  Result<std::unique_ptr<TensorView>> view(std::size_t index) const override {
    if (const auto* stored = std::get_if<std::size_t>(&places_[index])) return raw_->view(*stored);
    QUANT_TRY(weight, std::get<Weight>(places_[index]));
    return std::make_unique<PackedView>(tensors_[index], std::move(weight));
  }
  Result<std::shared_ptr<const ByteStore>> bytes(std::size_t index) const override {
    if (const auto* stored = std::get_if<std::size_t>(&places_[index])) return raw_->bytes(*stored);
    return failure(ErrorCode::unsupported, "cannot read tensor", tensors_[index].name,
                   "it is stored in several tensors, not as one stretch of bytes", "read its values");
  }

 private:
  void add(UnpackedWeight& unpacked) {
    TensorInfo tensor = raw_->tensors()[*unpacked.pieces.begin()];
    tensor.name = std::move(unpacked.name);
    tensor.quantized = unpacked.weight ? (*unpacked.weight)->text() : std::move(unpacked.layout);
    tensor.dtype = unpacked.weight ? (*unpacked.weight)->dtype() : DType::int4;
    if (unpacked.weight) tensor.shape = (*unpacked.weight)->shape();
    tensor.bytes = 0;
    for (const std::size_t piece : unpacked.pieces) tensor.bytes += raw_->tensors()[piece].bytes;
    tensors_.push_back(std::move(tensor));
    places_.emplace_back(std::move(unpacked.weight));
  }

  std::unique_ptr<Source> raw_;
  std::vector<TensorInfo> tensors_;
  std::vector<std::variant<std::size_t, Weight>> places_;  // of each: the stored tensor, or the weight
  std::vector<std::string> notes_;
  std::vector<std::pair<std::string, std::string>> metadata_;
};

}  // namespace

std::unique_ptr<Source> with_unpacked(std::unique_ptr<Source> source, std::vector<UnpackedWeight> weights,
                                      std::vector<std::string> notes,
                                      std::vector<std::pair<std::string, std::string>> metadata) {
  return std::make_unique<UnpackedSource>(std::move(source), std::move(weights), std::move(notes), std::move(metadata));
}

}  // namespace quant
