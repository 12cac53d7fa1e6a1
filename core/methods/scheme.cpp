#include "core/methods/scheme.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <vector>

#include "core/base/text.h"

namespace quant {
namespace {

std::string quoted(std::string_view text) { return '"' + printable(text) + '"'; }

tl::unexpected<Error> bad(std::string why, std::string hint) {
  return failure(ErrorCode::bad_scheme, "parse scheme", "", std::move(why), std::move(hint));
}

std::string did_you_mean(std::string_view typed, std::span<const std::string_view> known) {
  return "did you mean " + quoted(nearest(typed, known)) + "?";
}

const Param* find_param(const Method& method, std::string_view name) {
  const auto found = std::find_if(method.params.begin(), method.params.end(),
                                  [name](const Param& p) { return p.name == name && p.type != ParamType::word; });
  return found == method.params.end() ? nullptr : &*found;
}

/// The word group that a bare word belongs to: "asym" → symmetry.
const Param* find_word(const Method& method, std::string_view word) {
  for (const Param& p : method.params) {
    if (p.type != ParamType::word) continue;
    const auto words = split(p.range, '|');
    if (std::find(words.begin(), words.end(), word) != words.end()) return &p;
  }
  return nullptr;
}

/// Everything that may stand left of "=" or alone.
std::vector<std::string_view> known_words(const Method& method) {
  std::vector<std::string_view> words;
  for (const Param& p : method.params) {
    if (p.type != ParamType::word) {
      words.push_back(p.name);
      continue;
    }
    for (std::string_view word : split(p.range, '|')) words.push_back(word);
  }
  return words;
}

/// Whether the number lies in a range such as "2..8", "0..", "0 or 8..4096".
bool in_range(double value, std::string_view range) {
  while (!range.empty()) {
    const std::size_t at = range.find(" or ");
    const std::string_view part = range.substr(0, at);
    range = at == std::string_view::npos ? std::string_view{} : range.substr(at + 4);
    const std::size_t dots = part.find("..");
    const auto low = parse_double(part.substr(0, dots));
    const auto high = dots == std::string_view::npos ? low : parse_double(part.substr(dots + 2));
    if (low && value >= *low && value <= high.value_or(std::numeric_limits<double>::infinity())) return true;
  }
  return false;
}

Result<void> check_integer(const Param& param, std::string& value, std::string_view item) {
  const auto number = parse_int(value);
  if (!number)
    return bad(quoted(item) + ": " + quoted(value) + " is no whole number",
               std::string(param.name) + " takes " + std::string(param.range));
  if (*number > std::numeric_limits<int>::max() || !in_range(double(*number), param.range))
    return bad(quoted(item) + " is out of range", std::string(param.name) + " takes " + std::string(param.range));
  value = std::to_string(*number);  // "04" and "+4" are 4
  return {};
}

Result<void> check_number(const Param& param, std::string& value, std::string_view item) {
  const auto number = parse_double(value);
  if (!number || !std::isfinite(*number) || !in_range(*number, param.range))
    return bad(quoted(item) + ": " + quoted(value) + (number ? " is out of range" : " is no number"),
               std::string(param.name) + " takes " + std::string(param.range));
  return {};
}

Result<void> check_choice(const Param& param, const std::string& value, std::string_view item) {
  const auto choices = split(param.range, '|');
  if (std::find(choices.begin(), choices.end(), value) != choices.end()) return {};
  return bad(quoted(item) + ": " + quoted(value) + " is no value of " + std::string(param.name),
             did_you_mean(value, choices));
}

}  // namespace

Result<Scheme> Scheme::parse(std::string_view text) {
  const auto in_place = [text](Error error) {
    error.where = quoted(text);
    return error;
  };
  const std::size_t colon = text.find(':');
  const std::string_view id = text.substr(0, colon);
  Scheme scheme;
  scheme.method_ = find_method(id);
  if (scheme.method_ == nullptr) {
    std::vector<std::string_view> ids;
    for (const Method* m : methods()) ids.push_back(m->id);
    return tl::unexpected(in_place(bad(quoted(id) + " is no method", did_you_mean(id, ids)).value()));
  }
  if (colon != std::string_view::npos)
    for (std::string_view item : split(text.substr(colon + 1), ','))
      if (auto read = scheme.read(item); !read) return tl::unexpected(in_place(std::move(read).error()));
  scheme.fill_defaults();
  if (auto normal = scheme.normalise(); !normal) return tl::unexpected(in_place(std::move(normal).error()));
  return scheme;
}

Result<void> Scheme::read(std::string_view item) {
  const std::size_t equals = item.find('=');
  const std::string_view name = item.substr(0, equals);
  const bool bare = equals == std::string_view::npos;
  if (const Param* group = bare ? find_word(*method_, name) : nullptr)
    return read_value(*group, std::string(name), item);
  const Param* param = find_param(*method_, name);
  if (param == nullptr) {
    const auto known = known_words(*method_);
    if (known.empty()) return bad(quoted(name) + " is unknown", std::string(method_->id) + " takes no parameters");
    return bad(quoted(name) + " is unknown", did_you_mean(name, known));
  }
  if (param->type == ParamType::flag) {
    if (!bare) return bad(quoted(item) + ": " + quoted(name) + " takes no value", "write " + quoted(name) + " alone");
    return read_value(*param, "on", item);
  }
  if (bare) return bad(quoted(name) + " needs a value", "write " + std::string(name) + "=" + std::string(param->range));
  return read_value(*param, std::string(item.substr(equals + 1)), item);
}

Result<void> Scheme::read_value(const Param& param, std::string value, std::string_view item) {
  if (param.type == ParamType::integer) QUANT_CHECK(check_integer(param, value, item));
  if (param.type == ParamType::number) QUANT_CHECK(check_number(param, value, item));
  if (param.type == ParamType::choice) QUANT_CHECK(check_choice(param, value, item));
  const auto [at, fresh] = values_.emplace(param.name, value);
  if (!fresh && at->second != value)
    return bad(quoted(item) + " contradicts an earlier value of " + std::string(param.name), "give it once");
  typed_.emplace(param.name);
  return {};
}

void Scheme::fill_defaults() {
  for (const Param& p : method_->params) values_.emplace(p.name, p.def);
}

Result<void> Scheme::normalise() { return method_->normalise ? method_->normalise(*this) : Result<void>{}; }

/// Whether a scheme that names only `kept` without `name` means this one: implied values are left out of the text.
bool Scheme::says_the_same_without(std::string_view name, const std::set<std::string, std::less<>>& kept) const {
  Scheme other;
  other.method_ = method_;
  for (const auto& key : kept) {
    if (key == name) continue;
    other.values_.emplace(key, values_.find(key)->second);
    other.typed_.insert(key);
  }
  other.fill_defaults();
  return other.normalise() && other == *this;
}

std::string Scheme::text() const {
  std::set<std::string, std::less<>> kept;
  for (const Param& p : method_->params)
    if (given(p.name)) kept.emplace(p.name);
  for (const Param& p : method_->params)
    if (kept.contains(p.name) && says_the_same_without(p.name, kept)) kept.erase(std::string(p.name));

  std::vector<std::string> items;
  for (const Param& p : method_->params) {
    if (!kept.contains(p.name)) continue;
    const std::string& value = word(p.name);
    const bool bare = p.type == ParamType::word || p.type == ParamType::flag;
    items.push_back(p.type == ParamType::word ? value : std::string(p.name) + (bare ? "" : "=" + value));
  }
  std::sort(items.begin(), items.end());
  std::string text(method_->id);
  for (std::size_t i = 0; i < items.size(); ++i) text += (i == 0 ? ":" : ",") + items[i];
  return text;
}

int Scheme::integer(std::string_view name) const { return int(parse_int(word(name)).value_or(0)); }

double Scheme::number(std::string_view name) const { return parse_double(word(name)).value_or(0); }

bool Scheme::flag(std::string_view name) const { return !word(name).empty(); }

const std::string& Scheme::word(std::string_view name) const {
  const auto found = values_.find(name);
  assert(found != values_.end() && "a method asked for a parameter that it does not have");
  return found->second;
}

bool Scheme::given(std::string_view name) const {
  const std::string& value = word(name);
  return std::none_of(method_->params.begin(), method_->params.end(),
                      [&](const Param& p) { return p.name == name && p.def == value; });
}

void Scheme::set(std::string_view name, std::string value) {
  const auto found = values_.find(name);
  assert(found != values_.end());
  found->second = std::move(value);
}

}  // namespace quant
