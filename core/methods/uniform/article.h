#pragma once
// What fast versions of article need to know of a scheme.

#include "core/methods/uniform/uniform.h"

namespace quant {

/// How article lays codes over a range: the range is not widened to 0 and there is no zero point.
uniform::Form article_form(const Scheme& scheme);

}  // namespace quant
