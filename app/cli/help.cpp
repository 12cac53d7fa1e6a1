#include "app/cli/help.h"

#include <fmt/format.h>

#include "app/cli/commands.h"
#include "app/cli/table.h"

namespace quant::cli {
namespace {

using Kind = Option::Kind;

/// "--scheme S", "-q, --quiet", "FILE…"
std::string shown(const Option& option) {
  const auto comma = option.name.find(',');
  const std::string name(option.name.substr(0, comma));
  if (option.kind == Kind::operand) return name;
  if (option.kind == Kind::operands) return name + "…";
  const auto short_name = comma == std::string_view::npos ? "" : std::string(option.name.substr(comma + 1)) + ", ";
  return short_name + "--" + name + (option.value.empty() ? "" : " " + std::string(option.value));
}

std::string usage(const Command& command) {
  std::string line = fmt::format("Usage: quantoscope-cli {}", command.name);
  for (const auto& o : command.options) {
    const auto text = shown(o) + (o.kind == Kind::repeated ? "…" : "");
    line += o.required ? " " + text : " [" + text + "]";
  }
  return line;
}

std::string options_text(std::span<const Option> options) {
  std::string text;
  constexpr std::size_t column = 26;
  for (const auto& o : options) {
    const auto name = "  " + shown(o);
    const auto help = wrapped(o.help, column, 110);
    const auto width = columns(name);
    text += width + 1 < column ? name + help.substr(width) : name + "\n" + help;
  }
  return text;
}

}  // namespace

std::string program_help(std::span<const Command* const> commands) {
  std::string text =
      "See what quantization does to every weight, and plan bits with proof.\n"
      "Usage: quantoscope-cli COMMAND …\n\nCommands:\n";
  for (const auto* c : commands) text += fmt::format("  {:<12} {}\n", c->name, c->title);
  return text + "\nOptions of every command:\n" + options_text(global_options()) +
         "\nquantoscope-cli COMMAND --help explains one command.\n"
         "Exit codes: 0 done, 1 failed, 2 usage, 3 input refused, 4 infeasible, 130 cancelled.\n";
}

std::string command_help(const Command& command) {
  std::string text = fmt::format("{}.\n{}\n", command.title, usage(command));
  if (!command.options.empty()) text += "\n" + options_text(command.options);
  return text + "\nOptions of every command:\n" + options_text(global_options()) + "\nExample:\n  " +
         std::string(command.example) + "\n";
}

}  // namespace quant::cli
