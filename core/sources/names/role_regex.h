#pragma once
// How patterns of a rule table compile: quietly, within bounds.

#include <re2/re2.h>

#include "core/sources/names/role_table.h"

namespace quant {

inline RE2::Options role_regex_options() {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(pattern_memory);
  return options;
}

/// Of all rules together, with room for what the search keeps.
inline RE2::Options role_set_options() {
  RE2::Options options = role_regex_options();
  options.set_max_mem(8 * pattern_memory);
  return options;
}

}  // namespace quant
