#include <algorithm>
#include <array>

#include "core/methods/method.h"

namespace quant {

extern const Method q4_0, q8_0, rtn;

std::span<const Method* const> methods() {
  static constexpr std::array all = {&rtn, &q4_0, &q8_0};
  return all;
}

const Method* find_method(std::string_view id) {
  const auto all = methods();
  const auto found = std::find_if(all.begin(), all.end(), [id](const Method* m) { return m->id == id; });
  return found == all.end() ? nullptr : *found;
}

std::string_view word(Needs needs) {
  switch (needs) {
    case Needs::weights: return "weights";
    case Needs::second_moments: return "second-moments";
    case Needs::hessian: return "hessian";
    case Needs::activations: return "activations";
    case Needs::tokens: return "tokens";
  }
  return "weights";
}

}  // namespace quant
