// Role rules: the user's table, and the open model's roles by it.

#include "app/models/format.h"
#include "app/models/workspace_private.h"
#include "app/user/role_rules_file.h"
#include "core/sources/names/roles.h"

namespace app {
namespace {

std::string builtInText() { return quant::role_table_text(quant::read_role_table(quant::built_in_role_rules()).table); }

}  // namespace

void Workspace::readRoleRules() {
  role_rules_ = format::utf8(quant::role_table_text(quant::role_rules_in_force()->table));
}

quant::Result<void> Workspace::setRoleRules(const QString& json) {
  const std::string text = json.toStdString();
  QUANT_CHECK(text.empty() || text == builtInText() ? user::remove_role_rules() : user::save_role_rules(text));
  readRoleRules();
  if (hasTensors()) {
    quant::assign_roles(tensors_);
    if (session_)
      if (const auto stored = session_->store_roles(tensors_); !stored) Q_EMIT noticed(format::error(stored.error()));
    indexTensors();
    d_->problem.reset();
  }
  Q_EMIT rolesChanged();
  if (plan_ || plan_error_) requestPlan(budget_);
  return {};
}

}  // namespace app
