#include "core/sources/names/role_rules.h"

#include <re2/re2.h>
#include <re2/set.h>

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>

#include "core/base/text.h"
#include "core/sources/names/role_regex.h"

namespace quant {

namespace {

constexpr std::string_view head = "head", embed = "embed";

/// The number of the first group that took part in the match.
std::optional<int> number(const RE2& pattern, const std::string& name) {
  re2::StringPiece groups[3];
  const int count = std::min(3, 1 + pattern.NumberOfCapturingGroups());
  if (!pattern.Match(name, 0, name.size(), RE2::UNANCHORED, groups, count)) return {};
  for (int i = 1; i < count; ++i) {
    const auto value = parse_int(std::string_view(groups[i].data(), groups[i].size()));
    if (value && *value <= std::numeric_limits<int>::max()) return static_cast<int>(*value);
  }
  return {};
}

/// Where a tensor lies; nothing at offset 0, where everything that is unpacked in memory begins, each in its own.
using Storage = std::tuple<std::uint32_t, std::uint64_t, std::uint64_t, DType>;
std::optional<Storage> storage_of(const TensorInfo& t) {
  return t.offset > 0 && t.bytes > 0 ? std::optional(Storage(t.file, t.offset, t.bytes, t.dtype)) : std::nullopt;
}

/// A module's name and its child's, without a suffix.
std::pair<std::string_view, std::string_view> parted(std::string_view name) {
  const auto point = name.rfind('.');
  if (point == name.npos) return {{}, name};
  return {name.substr(0, point), name.substr(point + 1)};
}

}  // namespace

struct RoleRules::Compiled {
  explicit Compiled(const RoleTable& t)
      : table(t),
        suffix(t.suffix, role_regex_options()),
        layer(t.layer, role_regex_options()),
        expert(t.expert, role_regex_options()),
        cross(t.cross, role_regex_options()),
        shared(t.shared, role_regex_options()),
        uncounted(t.uncounted, role_regex_options()),
        tied(t.tied, role_regex_options()) {
    for (const auto& rule : t.sides) sides.push_back(std::make_unique<RE2>(rule.pattern, role_regex_options()));
    for (std::size_t i = 0; i < t.roles.size(); ++i)
      if (!t.roles[i].pattern.empty() && roles.Add(expanded(t, t.roles[i].pattern), nullptr) >= 0)
        rule_of.push_back(int(i));
    usable = !rule_of.empty() && roles.Compile();
  }

  std::string stripped(std::string name) const {
    if (suffix.ok() && !table.suffix.empty()) RE2::Replace(&name, suffix, "");
    return name;
  }
  bool has(const std::string& pattern, const RE2& compiled, const std::string& name) const {
    return !pattern.empty() && compiled.ok() && RE2::PartialMatch(name, compiled);
  }
  std::vector<int> matches(const std::string& stripped_name) const {
    std::vector<int> found;
    if (!usable || !roles.Match(stripped_name, &found)) return {};
    for (int& i : found) i = rule_of[std::size_t(i)];
    std::ranges::sort(found);
    return found;
  }

  RoleTable table;
  RE2 suffix, layer, expert, cross, shared, uncounted, tied;
  std::vector<std::unique_ptr<RE2>> sides;
  RE2::Set roles{role_set_options(), RE2::UNANCHORED};
  std::vector<int> rule_of;  // of the set's numbers: rules that do not compile are left out
  bool usable = false;
};

RoleRules::RoleRules(const RoleTable& table) : d_(std::make_unique<const Compiled>(table)) {}
RoleRules::RoleRules(RoleRules&&) noexcept = default;
RoleRules::~RoleRules() = default;

std::vector<int> RoleRules::matches(const std::string& name) const { return d_->matches(d_->stripped(name)); }

void RoleRules::assign(std::span<TensorInfo> tensors) const {
  for (TensorInfo& tensor : tensors) {
    const std::string name = d_->stripped(tensor.name);
    tensor.layer = d_->layer.ok() ? number(d_->layer, name) : std::nullopt;
    tensor.expert = d_->expert.ok() ? number(d_->expert, name) : std::nullopt;
    const auto found = d_->matches(name);
    tensor.role = found.empty() ? "other" : d_->table.roles[std::size_t(found.front())].role;
    assign_traits_of(tensor, name);
  }
  for (const SiblingRule& rule : d_->table.siblings) assign_by_siblings(tensors, rule);
  find_tied(tensors);
}

void RoleRules::assign_traits(std::span<TensorInfo> tensors) const {
  for (TensorInfo& tensor : tensors) assign_traits_of(tensor, d_->stripped(tensor.name));
  find_tied(tensors);
}

void RoleRules::assign_traits_of(TensorInfo& tensor, const std::string& stripped) const {
  tensor.side.clear();
  tensor.also.clear();
  for (std::size_t i = 0; i < d_->sides.size() && tensor.side.empty(); ++i)
    if (d_->has(d_->table.sides[i].pattern, *d_->sides[i], stripped)) tensor.side = d_->table.sides[i].side;
  tensor.cross = d_->has(d_->table.cross, d_->cross, stripped);
  tensor.shared = d_->has(d_->table.shared, d_->shared, stripped);
  tensor.counts = !d_->has(d_->table.uncounted, d_->uncounted, tensor.name);
}

/// Modules that have all names of the rule (and shapes where it asks for them): their children get its roles.
void RoleRules::assign_by_siblings(std::span<TensorInfo> tensors, const SiblingRule& rule) const {
  struct Module {
    std::vector<std::uint64_t> rows, cols;  // of each name of the rule, 0 where there is none or it is no matrix
    std::vector<bool> seen;
    std::vector<std::pair<std::size_t, std::string_view>> children;  // tensor, its role
  };
  std::map<std::string, Module> modules;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const std::string name = d_->stripped(tensors[i].name);
    const auto [parent, child] = parted(name);
    const auto role = std::ranges::find(rule.roles, child, [](const auto& r) { return std::string_view(r.first); });
    const auto at = std::ranges::find(rule.names, child);
    if (role == rule.roles.end() && at == rule.names.end()) continue;
    Module& module = modules[std::string(parent)];
    if (role != rule.roles.end()) module.children.emplace_back(i, role->second);
    if (at == rule.names.end()) continue;
    module.seen.resize(rule.names.size()), module.rows.resize(rule.names.size()), module.cols.resize(rule.names.size());
    const auto n = std::size_t(at - rule.names.begin());
    module.seen[n] = true;
    if (tensors[i].shape.size() >= 2)
      module.rows[n] = tensors[i].matrix().rows, module.cols[n] = tensors[i].matrix().cols;
  }
  for (const auto& [parent, module] : modules) {
    const bool all = !module.seen.empty() && std::ranges::all_of(module.seen, [](bool seen) { return seen; });
    const bool fits = !rule.halves || (all && module.cols[1] > 0 && module.rows[0] == 2 * module.cols[1]);
    if (all && fits)
      for (const auto& [tensor, role] : module.children) tensors[tensor].role = role;
  }
}

/// A head that is stored as the embedding, or not at all, is the embedding: both roles are shown, one counts.
void RoleRules::find_tied(std::span<TensorInfo> tensors) const {
  std::vector<TensorInfo*> heads, embeds;
  std::map<Storage, TensorInfo*> stored;  // embeddings
  bool typed = false;                     // encoders of sentences (BERT) have an embedding of types, and no head
  for (TensorInfo& t : tensors) {
    typed |= t.role == "type_embed";
    if (t.role == head) heads.push_back(&t);
    if (t.role != embed || t.side == "vision" || t.side == "audio") continue;
    embeds.push_back(&t);
    if (const auto at = storage_of(t)) stored.emplace(*at, &t);
  }
  for (TensorInfo* h : heads)
    if (const auto at = storage_of(*h); at && stored.contains(*at))
      h->also = embed, stored[*at]->also = head, h->counts = false;
  if (heads.empty() && embeds.size() == 1 && !typed &&
      d_->has(d_->table.tied, d_->tied, d_->stripped(embeds.front()->name)))
    embeds.front()->also = head;
}

RuleMatches match_counts(const RoleTable& table, std::span<const std::string> names) {
  const RoleRules rules(table);
  RuleMatches out;
  out.counts.resize(table.roles.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    auto found = rules.matches(names[i]);
    for (const int rule : found) ++out.counts[std::size_t(rule)];
    if (found.empty()) out.none.push_back(i);
    if (found.size() > 1) out.several.push_back({i, std::move(found)});
  }
  return out;
}

}  // namespace quant
