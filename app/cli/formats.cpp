// formats: the containers that can be read and written; with --roles the rules that tell roles from names.
#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "app/cli/run.h"
#include "app/cli/table.h"
#include "app/user/role_rules_file.h"
#include "core/base/text.h"
#include "core/sources/names/roles.h"
#include "core/sources/source.h"

namespace quant::cli {
namespace {

using Kind = Option::Kind;
constexpr Option options[] = {
    {Kind::flag, "roles", "", "the rules that tell a tensor's role from its name, as they are in force"},
};

Result<void> run_roles(Run& run) {
  const auto now = role_rules_in_force();
  if (run.json()) {
    Json document = Json::parse(role_table_text(now->table));
    document["from"] = now->origin.empty() ? Json("built in") : Json(now->origin);
    return run.answer(std::move(document));
  }
  Table table({"role", "families", "pattern"});
  for (const RoleRule& rule : now->table.roles)
    table.row({rule.role, printable(rule.families), printable(rule.pattern)});
  std::string text = now->origin.empty() ? "built in" : printable(now->origin);
  if (now->origin.empty()) text += "; a table of your own would be " + printable(user::role_rules_file().string());
  text += "\n\n" + table.text() + "\n";
  for (const auto& [name, piece] : now->table.pieces) text += "{" + printable(name) + "} = " + printable(piece) + "\n";
  return run.show(text);
}

Result<void> run(Run& run) {
  if (run.args().has("roles")) return run_roles(run);
  Json formats = Json::array();
  Table table({"format", "read", "write", "what it is"});
  for (const auto* c : containers()) {
    formats.push_back({{"id", c->id}, {"title", c->title}, {"read", true}, {"write", c->writes}});
    table.row({std::string(c->id), "yes", c->writes ? "yes" : "no", std::string(c->title)});
  }
  return run.json() ? run.answer({{"formats", std::move(formats)}}) : run.show(table.text());
}

}  // namespace

extern const Command formats_command;
constinit const Command formats_command{"formats", "List the file formats that can be read", "quantoscope-cli formats",
                                        options, run};

}  // namespace quant::cli
