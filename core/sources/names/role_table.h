#pragma once
// The rule table of roles as plain data: read, checked, written. Its format is that of resources/roles.json.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace quant {

/// A role and the names that have it: RE2, searching in a name without its suffix; {A} stands for the piece A.
struct RoleRule {
  std::string role, pattern, families;
  friend bool operator==(const RoleRule&, const RoleRule&) = default;
};

/// A part of a model with layers of its own: encoder, decoder, vision, audio. The first that matches is the side.
struct SideRule {
  std::string side, pattern;
  friend bool operator==(const SideRule&, const SideRule&) = default;
};

/// Roles that the tensors beside one tell: where a module has all of `names`, its children have `roles`.
struct SiblingRule {
  std::string families;
  std::vector<std::string> names;
  bool halves = false;  ///< only where the first name has twice as many rows as the second has columns
  std::vector<std::pair<std::string, std::string>> roles;  ///< child, role
  friend bool operator==(const SiblingRule&, const SiblingRule&) = default;
};

struct RoleTable {
  std::string about;
  std::string suffix;         ///< stripped from a name before all else but `uncounted` is looked for
  std::string layer, expert;  ///< with a group for the number
  std::string cross, shared;  ///< cross attention; experts that every token goes through. Empty: none
  std::string uncounted;      ///< in whole names: masks, tables, indices. Empty: none
  std::string tied;           ///< embeddings that are the head where no head is listed. Empty: none
  std::vector<SideRule> sides;
  std::vector<SiblingRule> siblings;
  std::vector<std::pair<std::string, std::string>> pieces;  ///< name, what it stands for in patterns of roles
  std::vector<RoleRule> roles;
  friend bool operator==(const RoleTable&, const RoleTable&) = default;
};

/// What is wrong with a table.
struct RuleProblem {
  std::string rule;  ///< the role, or the field ("layer"); empty: the whole text
  int row = -1;      ///< index into RoleTable::roles; −1: another field
  int at = -1;       ///< byte of its pattern where the fault begins; −1: unknown
  std::string why;   ///< with the numbers
  std::string hint;  ///< what to do
};

/// "rule mlp_gate, byte 12: missing ): (?:gate".
std::string problem_text(const RuleProblem& problem);

/// A table from JSON, with all that is wrong: at most 1 MiB, 64 levels, 1000 rules, only known fields, no role twice,
/// patterns that compile within RE2's limits, groups where numbers are taken from. Use it only where nothing is.
struct ReadTable {
  RoleTable table;
  std::vector<RuleProblem> problems;
};
ReadTable read_role_table(std::string_view json);

/// The same checks of a table that was edited.
std::vector<RuleProblem> problems_of(const RoleTable& table);

/// The table as JSON; read_role_table gives the same table again.
std::string role_table_text(const RoleTable& table);

/// A pattern of a role with its pieces put in; cut where it grows beyond 64 KiB, which problems_of refuses.
std::string expanded(const RoleTable& table, std::string_view pattern);

/// The name of the piece that a pattern asks for at this byte ("{A}": letters and _); empty where it asks for none.
std::string_view piece_at(std::string_view pattern, std::size_t at);

constexpr std::size_t most_pattern = std::size_t{64} << 10;     ///< bytes of an expanded pattern
constexpr std::int64_t pattern_memory = std::int64_t{1} << 20;  ///< what RE2 may spend on one pattern

}  // namespace quant
