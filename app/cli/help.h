#pragma once
// What --help prints.

#include <span>
#include <string>

#include "app/cli/arguments.h"

namespace quant::cli {

/// The program's help: its commands and the options of every command.
std::string program_help(std::span<const Command* const> commands);
/// A command's help: usage, what it takes, an example.
std::string command_help(const Command& command);

}  // namespace quant::cli
