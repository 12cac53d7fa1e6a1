#pragma once
// The list of commands. A command is one file that ends with its Command object, and one line in commands.cpp.

#include <span>
#include <string_view>

#include "app/cli/arguments.h"
#include "core/base/result.h"

namespace quant::cli {

class Run;

struct Command {
  std::string_view name;     ///< "analyze"
  std::string_view title;    ///< one line for the list of commands
  std::string_view example;  ///< a command line that works, printed below the help
  std::span<const Option> options;
  Result<void> (*run)(Run&);
};

/// All commands in the order in which they are shown.
std::span<const Command* const> commands();

}  // namespace quant::cli
