// A source that shows packed weights in place of the tensors in which they are stored.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <variant>

#include "core/sources/quantized/layout.h"
#include "core/sources/roles.h"

namespace quant {

extern const QuantizedLayout awq_layout, bnb_4bit_layout, compressed_tensors_layout, gptq_layout, llm_int8_layout,
    mlx_layout, mxfp4_experts_layout, nvfp4_layout, scaled_layout;

std::span<const QuantizedLayout* const> quantized_layouts() {
  // In the order in which they are asked: AWQ looks further than GPTQ, which has the same marker.
  static constexpr std::array all = {&awq_layout,      &gptq_layout,     &compressed_tensors_layout,
                                     &bnb_4bit_layout, &llm_int8_layout, &nvfp4_layout,
                                     &scaled_layout,   &mlx_layout,      &mxfp4_experts_layout};
  return all;
}

namespace {

/// A weight of the list: unpacked, or why it cannot be.
struct Unpacked {
  TensorInfo info;
  Result<std::shared_ptr<const PackedWeight>> weight;
};

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
  UnpackedSource(std::unique_ptr<Source> raw, std::vector<std::string> notes) : raw_(std::move(raw)) {
    notes_.assign(raw_->notes().begin(), raw_->notes().end());
    std::ranges::move(notes, std::back_inserter(notes_));
  }
  void add_stored(std::size_t index) {
    tensors_.push_back(raw_->tensors()[index]);
    places_.emplace_back(index);
  }
  void add_packed(Unpacked&& weight) {
    tensors_.push_back(weight.info);
    places_.emplace_back(std::move(weight.weight));
  }
  void finish() { assign_roles(tensors_); }

  std::string_view format() const override { return raw_->format(); }
  const std::filesystem::path& path() const override { return raw_->path(); }
  void show_as(const std::filesystem::path& path) override { raw_->show_as(path); }
  std::span<const SourceFile> files() const override { return raw_->files(); }
  std::span<const TensorInfo> tensors() const override { return tensors_; }
  std::span<const std::pair<std::string, std::string>> metadata() const override { return raw_->metadata(); }
  std::span<const std::string> notes() const override { return notes_; }

  Result<std::unique_ptr<TensorView>> view(std::size_t index) const override {
    if (const auto* stored = std::get_if<std::size_t>(&places_[index])) return raw_->view(*stored);
    QUANT_TRY(weight, std::get<Result<std::shared_ptr<const PackedWeight>>>(places_[index]));
    return std::make_unique<PackedView>(tensors_[index], std::move(weight));
  }
  Result<std::shared_ptr<const ByteStore>> bytes(std::size_t index) const override {
    if (const auto* stored = std::get_if<std::size_t>(&places_[index])) return raw_->bytes(*stored);
    return failure(ErrorCode::unsupported, "cannot read tensor", tensors_[index].name,
                   "it is stored in several tensors, not as one stretch of bytes", "read its values");
  }

 private:
  std::unique_ptr<Source> raw_;
  std::vector<TensorInfo> tensors_;
  std::vector<std::variant<std::size_t, Result<std::shared_ptr<const PackedWeight>>>> places_;
  std::vector<std::string> notes_;
};

/// Splits a name into a module and the part of it that some layout knows; the longest part wins.
class PartNames {
 public:
  PartNames() {
    for (const QuantizedLayout* layout : quantized_layouts()) {
      for (const std::string_view part : layout->parts) parts_.insert(part);
    }
  }
  std::optional<std::pair<std::string_view, std::string_view>> split(std::string_view name) const {
    std::optional<std::pair<std::string_view, std::string_view>> found;
    for (const std::string_view part : parts_) {
      const std::size_t joint = part.starts_with('_') ? 0 : 1;  // "P_blocks", but "P.weight"
      if (name.size() <= part.size() + joint || !name.ends_with(part)) continue;
      const std::string_view prefix = name.substr(0, name.size() - part.size() - joint);
      if (joint == 1 && name[prefix.size()] != '.') continue;
      if (!found || part.size() > found->second.size()) found = {prefix, part};
    }
    return found;
  }

 private:
  std::set<std::string_view> parts_;
};

/// Every module by its prefix.
std::map<std::string_view, Module> modules_of(const Source& source) {
  const PartNames names;
  std::map<std::string_view, Module> modules;
  for (std::size_t i = 0; i < source.tensors().size(); ++i) {
    const auto split = names.split(source.tensors()[i].name);
    if (!split) continue;
    modules.try_emplace(split->first, source, std::string(split->first)).first->second.add(split->second, i);
  }
  return modules;
}

const QuantizedLayout* layout_of(const Module& module, const QuantConfig& config) {
  for (const QuantizedLayout* layout : quantized_layouts()) {
    if (module.has(layout->marker) && (layout->claims == nullptr || layout->claims(module, config))) return layout;
  }
  return nullptr;
}

/// Whether any name has the marker of a layout that says enough alone, or one whose claim has to be asked.
bool any_marker(const Source& source) {
  return std::ranges::any_of(source.tensors(), [](const TensorInfo& tensor) {
    return std::ranges::any_of(quantized_layouts(),
                               [&](const QuantizedLayout* layout) {
                                 return layout->marker != "weight" && tensor.name.ends_with(layout->marker);
                               }) ||
           tensor.name.ends_with("weight_scale_inv");
  });
}

/// What the list says of a module, and the raw tensors that it stands for.
Unpacked unpack(const Module& module, const QuantizedLayout& layout, const QuantConfig& config, const Source& source,
                std::set<std::size_t>& replaced) {
  const TensorInfo& first = *module.find(layout.marker);
  Unpacked out{first, {}};
  auto weight = layout.open(module, config);
  out.info.name = weight ? (*weight)->name(module) : module.prefix() + ".weight";
  out.info.quantized = weight ? (*weight)->text() : std::string(layout.id);
  if (weight) out.info.dtype = (*weight)->dtype(), out.info.shape = (*weight)->shape();
  if (!weight) out.info.dtype = DType::int4;
  out.info.bytes = 0;
  for (const std::string_view part : layout.parts) {
    const auto found = module.parts().find(part);
    if (found == module.parts().end()) continue;
    replaced.insert(found->second);
    out.info.bytes += source.tensors()[found->second].bytes;
  }
  if (weight) {
    out.weight = std::shared_ptr<const PackedWeight>(std::move(*weight));
  } else {
    out.weight = tl::unexpected(weight.error());
  }
  return out;
}

}  // namespace

std::unique_ptr<Source> unpack_quantized(std::unique_ptr<Source> source) {
  if (!any_marker(*source)) return source;
  std::vector<std::string> notes;
  const auto modules = modules_of(*source);
  const QuantConfig config = read_quant_config(source->files().front().path.parent_path(), notes);
  std::set<std::size_t> replaced;
  std::map<std::size_t, Unpacked> packed;  // by the first raw tensor of each
  std::set<std::string> refusals;
  for (const auto& [prefix, module] : modules) {
    const QuantizedLayout* layout = layout_of(module, config);
    if (layout == nullptr) continue;
    std::set<std::size_t> its;
    Unpacked weight = unpack(module, *layout, config, *source, its);
    if (!weight.weight && weight.weight.error().code == ErrorCode::unsupported) {
      refusals.insert(fmt::format("{}: {}", layout->title, weight.weight.error().why));
      continue;  // its tensors are listed as they are stored
    }
    packed.emplace(*its.begin(), std::move(weight));
    replaced.merge(its);
  }
  if (packed.empty() && refusals.empty()) return source;
  std::ranges::copy(refusals, std::back_inserter(notes));
  const std::size_t stored = source->tensors().size();
  auto unpacked = std::make_unique<UnpackedSource>(std::move(source), std::move(notes));
  for (std::size_t i = 0; i < stored; ++i) {
    if (const auto found = packed.find(i); found != packed.end()) unpacked->add_packed(std::move(found->second));
    if (!replaced.contains(i)) unpacked->add_stored(i);
  }
  unpacked->finish();
  return unpacked;
}

}  // namespace quant
