#include "core/sources/pytorch/pickle_values.h"

namespace quant {

std::string_view kind_in_words(PickleValue::Kind kind) {
  static constexpr std::string_view words[] = {
      "nothing", "None",   "a truth value", "an integer", "an object",
      "a text",  "bytes",  "a tuple",       "a list",     "a dict",
      "a set",   "a name", "a storage",     "a tensor",   "a tensor of a kind that is not read"};
  return words[static_cast<std::size_t>(kind)];
}

PickleValue PickleArena::tuple(std::span<const PickleValue> values) {
  const std::size_t begin = values_.size();
  values_.insert(values_.end(), values.begin(), values.end());
  return PickleValue::part(PickleValue::Kind::tuple, begin, values.size());
}

PickleValue PickleArena::container(PickleValue::Kind kind) {
  heads_.emplace_back();
  return {kind, heads_.size() - 1};
}

void PickleArena::extend(PickleValue container, std::span<const PickleValue> values) {
  if (values.empty()) return;
  const auto run = static_cast<std::uint32_t>(runs_.size());
  runs_.push_back({static_cast<std::uint32_t>(values_.size()), static_cast<std::uint32_t>(values.size()), no_run});
  values_.insert(values_.end(), values.begin(), values.end());
  Head& head = heads_[container.index()];
  (head.first == no_run ? head.first : runs_[head.last].next) = run;
  head.last = run;
}

}  // namespace quant
