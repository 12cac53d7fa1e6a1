#pragma once
// What fast versions of rtn need to know of a scheme.

#include "core/methods/uniform/uniform.h"

namespace quant {

/// How rtn lays codes over a range: the table of the methods' definitions.
uniform::Form rtn_form(const Scheme& scheme);

}  // namespace quant
