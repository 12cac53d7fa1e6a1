#include "core/sources/names/roles.h"

#include <re2/re2.h>
#include <re2/set.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/sources/names/roles_data.h"  // made by the build from resources/roles.json

namespace quant {

namespace {

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

/// The compiled rules. The patterns are disjoint on all names that are known, so their order does not matter.
struct Rules {
  explicit Rules(const nlohmann::json& table)
      : suffix(table.at("suffix").get<std::string>()),
        layer(table.at("layer").get<std::string>()),
        expert(table.at("expert").get<std::string>()) {
    for (const auto& rule : table.at("roles")) {
      std::string pattern = rule.at("pattern");
      for (const auto& [name, piece] : table.at("pieces").items()) {
        replace_all(pattern, "{" + name + "}", piece.get<std::string>());
      }
      patterns.Add(pattern, nullptr);  // its number is that of the role
      roles.push_back(rule.at("role"));
    }
    patterns.Compile();
  }

  RE2 suffix, layer, expert;
  RE2::Set patterns{RE2::Options(), RE2::UNANCHORED};
  std::vector<std::string> roles;
};

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

void assign(const Rules& rules, TensorInfo& tensor) {
  std::string name = tensor.name;
  RE2::Replace(&name, rules.suffix, "");
  tensor.layer = number(rules.layer, name);
  tensor.expert = number(rules.expert, name);
  std::vector<int> matches;
  if (rules.patterns.Match(name, &matches)) tensor.role = rules.roles[static_cast<std::size_t>(matches.front())];
}

}  // namespace

std::string_view role_rules() { return roles_data; }

void assign_roles(std::span<TensorInfo> tensors) {
  static const Rules rules(nlohmann::json::parse(role_rules()));  // compiled once
  for (TensorInfo& tensor : tensors) assign(rules, tensor);
}

}  // namespace quant
