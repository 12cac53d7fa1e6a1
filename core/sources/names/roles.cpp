#include "core/sources/names/roles.h"

#include <fmt/format.h>

#include <mutex>

#include "core/sources/names/role_rules.h"
#include "core/sources/names/roles_data.h"  // made by the build from resources/roles.json

namespace quant {

namespace {

struct Ready {
  RoleRulesInForce said;
  RoleRules rules;
};

std::shared_ptr<const Ready> ready(RoleTable table, std::string origin) {
  RoleRules rules(table);
  return std::make_shared<const Ready>(Ready{{std::move(table), std::move(origin)}, std::move(rules)});
}

/// The table in force; readers keep theirs while another is put in its place.
class InForce {
 public:
  std::shared_ptr<const Ready> get() {
    const std::scoped_lock lock(mutex_);
    return now_;
  }
  void set(std::shared_ptr<const Ready> next) {
    const std::scoped_lock lock(mutex_);
    now_ = std::move(next);
  }

 private:
  std::mutex mutex_;
  std::shared_ptr<const Ready> now_ = ready(read_role_table(roles_data).table, {});
};

InForce& in_force() {
  static InForce rules;
  return rules;
}

}  // namespace

std::string_view built_in_role_rules() { return roles_data; }

void assign_roles(std::span<TensorInfo> tensors) { in_force().get()->rules.assign(tensors); }

void assign_traits(std::span<TensorInfo> tensors) { in_force().get()->rules.assign_traits(tensors); }

std::shared_ptr<const RoleRulesInForce> role_rules_in_force() {
  auto now = in_force().get();
  const auto* said = &now->said;
  return {std::move(now), said};
}

Result<void> use_role_rules(std::string_view json, std::string origin) {
  ReadTable read = read_role_table(json);
  if (!read.problems.empty()) {
    const RuleProblem& first = read.problems.front();
    const auto others = read.problems.size() - 1;
    return failure(ErrorCode::malformed, "use role rules", std::move(origin),
                   problem_text(first) + (others ? fmt::format(" (and {} more)", others) : ""), first.hint);
  }
  in_force().set(ready(std::move(read.table), std::move(origin)));
  return {};
}

void use_built_in_role_rules() { in_force().set(ready(read_role_table(roles_data).table, {})); }

}  // namespace quant
