// formats: the containers that can be read and written.
#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "app/cli/run.h"
#include "app/cli/table.h"
#include "core/sources/source.h"

namespace quant::cli {
namespace {

Result<void> run(Run& run) {
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
constinit const Command formats_command{
    "formats", "List the file formats that can be read", "quantoscope-cli formats", {}, run};

}  // namespace quant::cli
