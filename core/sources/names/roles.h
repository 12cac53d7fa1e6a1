#pragma once
// Names of tensors → role, layer, expert, side, by the rule table in force: the one that is built in, until a front
// end hands in another.

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/sources/names/role_table.h"
#include "core/tensor/tensor.h"

namespace quant {

/// Sets role, layer, expert, side and flags of each tensor from its name; `other` where no rule fits, no layer or
/// expert where the name has none. The tensors are those of one model: what stands beside a name can tell its role.
void assign_roles(std::span<TensorInfo> tensors);

/// Only side, cross, shared, counts and the second role, of tensors whose role is known.
void assign_traits(std::span<TensorInfo> tensors);

/// The rule table as JSON, as it is built in.
std::string_view built_in_role_rules();

/// The table in force, and where it comes from: a file, or empty for the built-in one.
struct RoleRulesInForce {
  RoleTable table;
  std::string origin;
};
std::shared_ptr<const RoleRulesInForce> role_rules_in_force();

/// Puts a table (JSON) in force, for all threads; what is assigned already stays. `origin`: where it comes from.
/// Errors: malformed, with the first fault and the number of others; the former table stays then.
Result<void> use_role_rules(std::string_view json, std::string origin);
void use_built_in_role_rules();

}  // namespace quant
