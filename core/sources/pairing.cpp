#include "core/sources/pairing.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <ranges>

#include "core/sources/listing.h"
#include "core/sources/names/name_match.h"
#include "core/sources/stacked_rows.h"

namespace quant {

namespace {

std::string_view metadata_of(const Source& source, std::string_view key) {
  const auto found = std::ranges::find(source.metadata(), key, [](const auto& pair) { return pair.first; });
  return found == source.metadata().end() ? std::string_view() : std::string_view(found->second);
}

/// Whether convert_hf_to_gguf.py brought the rows of attn_q and attn_k into the order `pairs`.
bool keeps_pairs(const Source& source) { return metadata_of(source, "general.architecture") == "llama"; }

/// Hugging Face's names, whose rows stand in halves. Meta's own `wq` and `wk` stand in pairs already.
bool keeps_halves(const TensorInfo& tensor) {
  return tensor.name.find("self_attn.q_proj.") != std::string::npos ||
         tensor.name.find("self_attn.k_proj.") != std::string::npos;
}

/// Heads of a projection, as the GGUF file's metadata tell; 0 where they do not.
std::uint64_t heads_of(const Source& gguf, const TensorInfo& tensor) {
  std::string_view text;
  if (tensor.role == "attn_k") text = metadata_of(gguf, "llama.attention.head_count_kv");
  if (text.empty()) text = metadata_of(gguf, "llama.attention.head_count");
  std::uint64_t heads = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), heads);
  return error == std::errc() && end == text.data() + text.size() ? heads : 0;  // a list by layer is no number
}

class Pairs {
 public:
  Pairs(const Source& source, const Source& original)
      : source_(source), original_(original), names_(names_of(original.tensors())) {}

  void add(std::size_t index) {
    const auto found = names_.find(source_.tensors()[index].name);
    if (!found && source_.tensors()[index].shape.size() == 3) return add_experts(index);
    if (!found) return refuse(index, no_partner, true);
    const TensorInfo &tensor = source_.tensors()[index], &other = original_.tensors()[*found];
    if (tensor.shape != other.shape) return refuse(index, other_shape(tensor, other));
    TensorPair pair{index, *found, {}, 0, {}};
    if (const auto order = rows_to(tensor, other)) {
      pair.rows = order;
      pair.heads = heads_of(*order == HeadRows::pairs ? source_ : original_, tensor);
      if (const auto fault = rows_fault(tensor, pair.heads); !fault.empty()) return refuse(index, fault);
    }
    found_.pairs.push_back(pair);
  }

  Pairing take() && { return std::move(found_); }

 private:
  static constexpr const char* no_partner = "no tensor of the original has its name, or its role in its layer";

  void add_experts(std::size_t index) {
    if (experts_.empty()) find_experts();
    const auto& experts = experts_[index];
    const TensorInfo& tensor = source_.tensors()[index];
    if (experts.empty()) return refuse(index, no_partner, true);
    if (const auto fault = experts_fault(tensor, experts); !fault.empty()) return refuse(index, fault);
    TensorPair pair{index, experts.begin()->second, {}, 0, {}};
    for (const auto& [number, original] : experts) pair.experts.push_back(original);
    found_.pairs.push_back(std::move(pair));
  }

  /// The original's tensors of one expert each, under the tensor that holds all of them.
  void find_experts() {
    const NameMatcher names(names_of(source_.tensors()));
    experts_.resize(source_.tensors().size());
    for (std::size_t i = 0; i < original_.tensors().size(); ++i)
      if (const auto at = names.find_stacked(original_.tensors()[i].name)) experts_[at->index].emplace(at->expert, i);
  }

  std::string experts_fault(const TensorInfo& tensor, const std::map<std::size_t, std::size_t>& experts) const {
    if (experts.size() != tensor.shape[0] || experts.rbegin()->first + 1 != experts.size())
      return fmt::format("it holds {} experts, the original has {} of them", tensor.shape[0], experts.size());
    for (const auto& [number, original] : experts) {
      const TensorInfo& other = original_.tensors()[original];
      if (!std::ranges::equal(other.shape, std::span(tensor.shape).subspan(1))) return other_shape(tensor, other);
    }
    return {};
  }

  void refuse(std::size_t index, std::string why, bool missing = false) {
    found_.unmatched.push_back({index, std::move(why), missing});
  }

  static std::string other_shape(const TensorInfo& tensor, const TensorInfo& other) {
    auto why = fmt::format("its shape is {}, that of {} in the original {}", shape_text(tensor.shape),
                           shown_name(other.name), shape_text(other.shape));
    const bool turned = tensor.shape.size() == 2 && std::ranges::equal(tensor.shape, std::views::reverse(other.shape));
    return turned ? why + ": one of them is stored transposed" : why;
  }

  std::optional<HeadRows> rows_to(const TensorInfo& tensor, const TensorInfo& other) const {
    if (tensor.role != "attn_q" && tensor.role != "attn_k") return {};
    if (keeps_pairs(source_) && keeps_halves(other)) return HeadRows::pairs;
    if (keeps_pairs(original_) && keeps_halves(tensor)) return HeadRows::halves;
    return {};
  }

  /// Why its rows cannot be reordered, or nothing.
  static std::string rows_fault(const TensorInfo& tensor, std::uint64_t heads) {
    if (tensor.shape.size() != 2) return "its elements stand in another order than the original's (rotary pairs)";
    if (heads > 0 && tensor.shape[0] % heads == 0 && tensor.shape[0] / heads % 2 == 0) return {};
    return fmt::format(
        "its rows stand in another order than the original's (rotary pairs), and llama.attention.head_count"
        " of the GGUF file does not divide its {} rows into even parts",
        tensor.shape[0]);
  }

  const Source& source_;
  const Source& original_;
  NameMatcher names_;
  std::vector<std::map<std::size_t, std::size_t>> experts_;  // by tensor: number, original; made where one is needed
  Pairing found_;
};

}  // namespace

const TensorPair* Pairing::find(std::size_t tensor) const {
  const auto at = std::ranges::lower_bound(pairs, tensor, {}, &TensorPair::tensor);
  return at == pairs.end() || at->tensor != tensor ? nullptr : &*at;
}

Pairing pair_with_original(const Source& source, std::span<const std::size_t> tensors, const Source& original) {
  Pairs pairs(source, original);
  for (const std::size_t index : tensors) pairs.add(index);
  return std::move(pairs).take();
}

std::vector<std::size_t> compared_tensors(const Source& source) {
  const auto those = [&source](auto wanted) {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < source.tensors().size(); ++i)
      if (wanted(source.tensors()[i])) found.push_back(i);
    return found;
  };
  auto quantized = those([](const TensorInfo& t) { return !t.quantized.empty(); });
  return quantized.empty() ? those(is_candidate) : quantized;
}

std::string storage_of(const Source& source) {
  std::string common;
  for (const std::size_t i : compared_tensors(source)) {
    const TensorInfo& t = source.tensors()[i];
    const std::string text = t.quantized.empty() ? std::string(info(t.dtype).name) : t.quantized;
    const std::string word = text.substr(0, text.find_first_of(" ,"));
    if (!common.empty() && word != common) return std::string(source.format());
    common = word;
  }
  return common.empty() ? std::string(source.format()) : common;
}

Result<std::unique_ptr<TensorView>> original_view(const Source& original, const TensorPair& pair) {
  if (!pair.experts.empty()) {
    std::vector<std::unique_ptr<TensorView>> experts;
    for (const std::size_t index : pair.experts) {
      QUANT_TRY(expert, original.view(index));
      experts.push_back(std::move(expert));
    }
    return stacked_rows(std::move(experts));
  }
  QUANT_TRY(view, original.view(pair.original));
  return pair.rows ? with_head_rows(std::move(view), pair.heads, *pair.rows) : std::move(view);
}

}  // namespace quant
