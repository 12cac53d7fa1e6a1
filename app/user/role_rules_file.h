#pragma once
// The user's own rule table of roles: a file that replaces the built-in one, for the command line and the window alike.

#include <filesystem>
#include <optional>
#include <string>

#include "core/base/result.h"

namespace user {

/// $XDG_CONFIG_HOME/quantoscope/roles.json, else ~/.config/quantoscope/roles.json; empty where there is no home.
std::filesystem::path role_rules_file();

/// Puts the user's table in force, where there is one. What is wrong with it, in one line's worth: then the built-in
/// table stays.
std::optional<quant::Error> load_role_rules();

/// Writes the user's table and puts it in force. Errors: malformed (the faults; nothing is written), io.
quant::Result<void> save_role_rules(const std::string& json);

/// Removes the user's table: the built-in one is in force again. Errors: io.
quant::Result<void> remove_role_rules();

}  // namespace user
