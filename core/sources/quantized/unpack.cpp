// A source that shows packed weights in place of the tensors in which they are stored.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <optional>
#include <set>

#include "core/sources/quantized/layout.h"

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

/// The stored tensors that a module's weight stands for.
std::set<std::size_t> pieces_of(const Module& module, const QuantizedLayout& layout) {
  std::set<std::size_t> pieces;
  for (const std::string_view part : layout.parts) {
    const auto found = module.parts().find(part);
    if (found != module.parts().end()) pieces.insert(found->second);
  }
  return pieces;
}

}  // namespace

std::unique_ptr<Source> unpack_quantized(std::unique_ptr<Source> source) {
  if (!any_marker(*source)) return source;
  std::vector<std::string> notes;
  const QuantConfig config = read_quant_config(source->files().front().path.parent_path(), notes);
  std::vector<UnpackedWeight> weights;
  std::set<std::string> refusals;
  for (const auto& [prefix, module] : modules_of(*source)) {
    const QuantizedLayout* layout = layout_of(module, config);
    if (layout == nullptr) continue;
    auto weight = layout->open(module, config);
    if (!weight && weight.error().code == ErrorCode::unsupported) {
      refusals.insert(fmt::format("{}: {}", layout->title, weight.error().why));
      continue;  // its tensors are listed as they are stored
    }
    weights.push_back({module.prefix() + std::string(layout->name_ending), std::string(layout->id),
                       pieces_of(module, *layout), std::move(weight)});
  }
  if (weights.empty() && refusals.empty()) return source;
  std::ranges::copy(refusals, std::back_inserter(notes));
  return with_unpacked(std::move(source), std::move(weights), std::move(notes));
}

}  // namespace quant
