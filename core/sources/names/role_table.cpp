#include "core/sources/names/role_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <span>

#include "core/base/text.h"
#include "core/sources/bytes/json_object.h"

namespace quant {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_text = std::size_t{1} << 20, most_rules = 1000;

/// Takes a table apart; what does not fit is noted and left out.
class TableReader {
 public:
  explicit TableReader(ReadTable& out) : out_(out) {}

  void read(const Json& root) {
    // "from" says where a printed table came from; a printed one is read again.
    constexpr std::array<std::string_view, 14> known = {"version", "about",     "suffix", "layer", "expert",
                                                        "cross",   "shared",    "tied",   "sides", "siblings",
                                                        "pieces",  "uncounted", "roles",  "from"};
    check_keys(root, "", known);
    if (const auto version = root.find("version"); version == root.end() || *version != 1)
      note("version", "is not 1, the only one there is", "write \"version\": 1");
    RoleTable& t = out_.table;
    t.about = text(root, "about", "", false);
    t.suffix = text(root, "suffix"), t.layer = text(root, "layer"), t.expert = text(root, "expert");
    t.cross = text(root, "cross", "", false), t.shared = text(root, "shared", "", false);
    t.uncounted = text(root, "uncounted", "", false), t.tied = text(root, "tied", "", false);
    t.pieces = words(root, "pieces", "pieces");
    read_rules(root);
  }

 private:
  void read_rules(const Json& root) {
    for (const Json& rule : list(root, "sides", false)) {
      check_keys(rule, "sides", std::array<std::string_view, 2>{"side", "pattern"});
      out_.table.sides.push_back({text(rule, "side", "sides"), text(rule, "pattern", "sides")});
    }
    for (const Json& rule : list(root, "siblings", false)) {
      check_keys(rule, "siblings", std::array<std::string_view, 4>{"families", "names", "halves", "roles"});
      out_.table.siblings.push_back(sibling(rule));
    }
    for (const Json& rule : list(root, "roles", true)) {
      const int row = int(out_.table.roles.size());
      const auto role = text(rule, "role", "roles");
      check_keys(rule, role.empty() ? "roles" : role, std::array<std::string_view, 3>{"role", "pattern", "families"});
      out_.table.roles.push_back({role, text(rule, "pattern", role, true, row), text(rule, "families", role, false)});
    }
  }

  SiblingRule sibling(const Json& rule) {
    SiblingRule out;
    out.families = text(rule, "families", "siblings", false);
    if (const auto halves = rule.find("halves"); halves != rule.end()) {
      out.halves = *halves == true;
      if (!halves->is_boolean()) note("siblings", "its halves is neither true nor false", "write true or false");
    }
    for (const Json& name : list(rule, "names", true))
      name.is_string() ? out.names.push_back(name.get<std::string>())
                       : note("siblings", "a name is no text", "write names in quotes");
    out.roles = words(rule, "roles", "siblings");
    return out;
  }

  void note(std::string rule, std::string why, std::string hint, int row = -1) {
    if (out_.problems.size() < most_rules)
      out_.problems.push_back({std::move(rule), row, -1, std::move(why), std::move(hint)});
  }

  void check_keys(const Json& object, std::string_view rule, std::span<const std::string_view> known) {
    if (!object.is_object()) return;
    for (const auto& [key, value] : object.items())
      if (std::find(known.begin(), known.end(), key) == known.end())
        note(std::string(rule), fmt::format("has an unknown field \"{}\"", printable(key.substr(0, 80))),
             fmt::format("remove it, or write \"{}\"", nearest(key, known)));
  }

  std::string text(const Json& object, const char* key, std::string_view rule = "", bool needed = true, int row = -1) {
    const std::string name(rule.empty() ? key : rule);
    const auto at = object.is_object() ? object.find(key) : object.end();
    if (!object.is_object() || (at == object.end() && needed))
      note(name, fmt::format("has no \"{}\"", key), "add it, or take it from the built-in table", row);
    else if (at != object.end() && !at->is_string())
      note(name, fmt::format("its \"{}\" is no text", key), "write it in quotes", row);
    else if (at != object.end())
      return at->get<std::string>();
    return {};
  }

  /// The entries of a list; none where it is missing or too long.
  static const Json& nothing() {
    static const Json empty = Json::array();
    return empty;
  }
  const Json& list(const Json& object, const char* key, bool needed) {
    const auto at = object.is_object() ? object.find(key) : object.end();
    if (!object.is_object() || (at == object.end() && !needed)) return nothing();
    if (at == object.end() || !at->is_array())
      return note(key, "is no list", "write […], or take it from the built-in table"), nothing();
    if (at->size() > most_rules)
      return note(key, fmt::format("has {} entries, at most {} are read", at->size(), most_rules), "join rules"),
             nothing();
    return *at;
  }

  std::vector<std::pair<std::string, std::string>> words(const Json& object, const char* key, const char* rule) {
    std::vector<std::pair<std::string, std::string>> out;
    const auto at = object.is_object() ? object.find(key) : object.end();
    if (!object.is_object() || at == object.end()) return out;
    if (!at->is_object() || at->size() > most_rules)
      return note(rule, fmt::format("its \"{}\" is no object of at most {} entries", key, most_rules), "write {…}"),
             out;
    for (const auto& [name, value] : at->items()) {
      if (value.is_string())
        out.emplace_back(name, value.template get<std::string>());
      else
        note(rule, fmt::format("\"{}\" is no text", printable(name.substr(0, 80))), "write it in quotes");
    }
    return out;
  }

  ReadTable& out_;
};

Json object_of(const std::vector<std::pair<std::string, std::string>>& words) {
  Json json = Json::object();
  for (const auto& [key, value] : words) json[key] = value;
  return json;
}

Json json_of(const SiblingRule& rule) {
  Json json = {{"families", rule.families}, {"names", rule.names}};
  if (rule.halves) json["halves"] = true;
  json["roles"] = object_of(rule.roles);
  return json;
}

}  // namespace

std::string problem_text(const RuleProblem& p) {
  std::string text = p.rule.empty() ? "the table" : "rule " + printable(p.rule);
  if (p.at >= 0) text += fmt::format(", byte {}", p.at);
  return text + ": " + p.why;
}

ReadTable read_role_table(std::string_view json) {
  ReadTable out;
  const auto whole = [&out](std::string why, std::string hint) {
    out.problems.push_back({"", -1, -1, std::move(why), std::move(hint)});
    return std::move(out);
  };
  if (json.size() > most_text)
    return whole(fmt::format("{} bytes, at most {} are read", json.size(), most_text), "shorten it");
  if (auto fault = json_fault(json); !fault.empty()) return whole("is no JSON: " + fault, "correct its syntax");
  const Json root = Json::parse(json, nullptr, false);
  if (!root.is_object()) return whole("is JSON, but no object", "begin it with {, as the built-in table does");
  TableReader(out).read(root);
  std::ranges::move(problems_of(out.table), std::back_inserter(out.problems));
  return out;
}

std::string role_table_text(const RoleTable& t) {
  Json json = {{"version", 1},       {"about", t.about},       {"suffix", t.suffix},       {"layer", t.layer},
               {"expert", t.expert}, {"cross", t.cross},       {"shared", t.shared},       {"uncounted", t.uncounted},
               {"tied", t.tied},     {"sides", Json::array()}, {"siblings", Json::array()}};
  for (const auto& rule : t.sides) json["sides"].push_back({{"side", rule.side}, {"pattern", rule.pattern}});
  for (const auto& rule : t.siblings) json["siblings"].push_back(json_of(rule));
  json["pieces"] = object_of(t.pieces);
  json["roles"] = Json::array();
  for (const auto& rule : t.roles)
    json["roles"].push_back({{"role", rule.role}, {"pattern", rule.pattern}, {"families", rule.families}});
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string expanded(const RoleTable& table, std::string_view pattern) {
  std::string out;
  for (std::size_t i = 0; i < pattern.size() && out.size() <= most_pattern;) {
    const auto name = piece_at(pattern, i);
    const auto piece = std::ranges::find(table.pieces, name, [](const auto& p) { return std::string_view(p.first); });
    if (name.empty() || piece == table.pieces.end())
      out += pattern[i++];
    else
      out += piece->second, i += name.size() + 2;
  }
  return out;
}

std::string_view piece_at(std::string_view pattern, std::size_t at) {
  if (pattern[at] != '{') return {};
  if (at >= 2 && pattern[at - 2] == '\\' && std::string_view("pPx").find(pattern[at - 1]) != std::string_view::npos)
    return {};  // \p{Greek}, \x{10FFFF}
  const auto name = pattern.substr(at + 1, pattern.substr(at + 1, 32).find('}'));
  const auto letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; };
  return name.size() < 32 && at + 1 + name.size() < pattern.size() && std::ranges::all_of(name, letter)
             ? name
             : std::string_view();
}

}  // namespace quant
