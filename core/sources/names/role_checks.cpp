// What a rule table must keep: said rule by rule, so that an editor can mark them.
#include <fmt/format.h>
#include <re2/re2.h>
#include <re2/set.h>

#include <algorithm>
#include <map>

#include "core/base/text.h"
#include "core/sources/names/role_regex.h"
#include "core/sources/names/role_table.h"

namespace quant {

namespace {

constexpr std::size_t most_name = 64;

class Checker {
 public:
  explicit Checker(const RoleTable& table) : table_(table) {}

  std::vector<RuleProblem> all() {
    regex("suffix", table_.suffix);
    regex("layer", table_.layer, -1, true);
    regex("expert", table_.expert, -1, true);
    for (const auto& [name, pattern] : {std::pair{"cross", &table_.cross},
                                        {"shared", &table_.shared},
                                        {"uncounted", &table_.uncounted},
                                        {"tied", &table_.tied}})
      regex(name, *pattern);
    for (const auto& rule : table_.sides) side(rule);
    for (const auto& rule : table_.siblings) sibling(rule);
    for (const auto& [name, piece] : table_.pieces)
      if (piece_at("{" + name + "}", 0).empty())
        note(name, -1, -1, "is no name of a piece", "name pieces by fewer than 32 letters, as A");
    for (std::size_t i = 0; i < table_.roles.size(); ++i) role(table_.roles[i], int(i));
    if (problems_.empty()) together();
    return std::move(problems_);
  }

 private:
  void note(std::string_view rule, int row, int at, std::string why, std::string hint) {
    problems_.push_back({std::string(rule), row, at, std::move(why), std::move(hint)});
  }

  static bool word(std::string_view text) {
    return !text.empty() && text.size() <= most_name && std::ranges::all_of(text, [](char c) {
      return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
  }

  void role(const RoleRule& rule, int row) {
    if (!word(rule.role))
      note(rule.role, row, -1, "is no name of a role", "use 1 to 64 of a–z, A–Z, 0–9 and _");
    else if (const auto [at, fresh] = seen_.emplace(rule.role, row); !fresh)
      note(rule.role, row, -1, fmt::format("stands twice, as rules {} and {}", at->second + 1, row + 1),
           "join their patterns with |");
    if (rule.pattern.empty()) return note(rule.role, row, -1, "has an empty pattern", "write one, or remove the rule");
    for (std::size_t i = 0; i < rule.pattern.size(); ++i)
      if (const auto piece = piece_at(rule.pattern, i); !piece.empty() && !is_piece(piece))
        return note(rule.role, row, int(i), fmt::format("there is no piece {{{}}}", piece),
                    "use a piece of the table, or \\{ for a brace");
    regex(rule.role, rule.pattern, row);
  }

  bool is_piece(std::string_view name) const {
    return std::ranges::any_of(table_.pieces, [name](const auto& p) { return p.first == name; });
  }

  void side(const SideRule& rule) {
    if (!word(rule.side)) note(rule.side, -1, -1, "is no name of a side", "use 1 to 64 of a–z, A–Z, 0–9 and _");
    regex(rule.side.empty() ? "sides" : rule.side, rule.pattern);
  }

  void sibling(const SiblingRule& rule) {
    if (rule.names.empty() || rule.names.size() > 8 || (rule.halves && rule.names.size() < 2))
      note("siblings", -1, -1, fmt::format("{} names beside each other", rule.names.size()),
           "name 1 to 8, two where one is twice the other");
    for (const auto& [child, role] : rule.roles)
      if (!word(role))
        note("siblings", -1, -1, fmt::format("the role of \"{}\" is no name", printable(child)),
             "use 1 to 64 of a–z, A–Z, 0–9 and _");
  }

  void regex(std::string_view rule, std::string_view raw, int row = -1, bool number = false) {
    const std::string pattern = row < 0 ? std::string(raw) : expanded(table_, raw);
    if (pattern.size() > most_pattern)
      return note(rule, row, -1, fmt::format("longer than {} bytes, its pieces put in", most_pattern), "shorten it");
    const RE2 compiled(pattern, role_regex_options());
    if (!compiled.ok()) return failed(rule, raw, row, compiled);
    if (number && compiled.NumberOfCapturingGroups() < 1)
      note(rule, row, -1, "has no group for the number", "put (\\d+) where the number stands");
  }

  void failed(std::string_view rule, std::string_view raw, int row, const RE2& compiled) {
    const bool large =
        compiled.error_code() == RE2::ErrorPatternTooLarge || compiled.error_code() == RE2::ErrorRepeatSize;
    const auto at = large || compiled.error_arg().empty() ? raw.npos : raw.find(compiled.error_arg());
    note(rule, row, at == raw.npos ? -1 : int(at),
         large ? fmt::format("catastrophic: its program is beyond RE2's limit of {} KiB ({})", pattern_memory >> 10,
                             printable(compiled.error()))
               : printable(compiled.error()),
         large ? "repeat less: counts multiply where they nest"
               : "correct it; look-around and back-references do not exist in RE2");
  }

  /// All rules are looked for in one go: their programs together have a limit too.
  void together() {
    RE2::Set set(role_set_options(), RE2::UNANCHORED);
    for (const auto& rule : table_.roles) set.Add(expanded(table_, rule.pattern), nullptr);
    if (!table_.roles.empty() && !set.Compile())
      note("", -1, -1, "catastrophic: all rules together are beyond RE2's limit", "shorten the longest patterns");
  }

  const RoleTable& table_;
  std::vector<RuleProblem> problems_;
  std::map<std::string_view, int> seen_;
};

}  // namespace

std::vector<RuleProblem> problems_of(const RoleTable& table) { return Checker(table).all(); }

}  // namespace quant
