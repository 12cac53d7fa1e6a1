#pragma once
// A scheme: a method with its parameters, printable and parsable.

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/methods/method.h"

namespace quant {

/// `method` or `method:key,key=value,…`. Values of all parameters are present (defaults filled in).
class Scheme {
 public:
  /// Errors: bad_scheme, naming the nearest valid method, key or value.
  static Result<Scheme> parse(std::string_view text);

  const Method& method() const { return *method_; }
  /// Canonical form: keys sorted, defaults left out. What is stored and printed.
  std::string text() const;

  /// Values by parameter name; the name must exist (a programming error otherwise).
  int integer(std::string_view name) const;
  double number(std::string_view name) const;
  bool flag(std::string_view name) const;
  const std::string& word(std::string_view name) const;  ///< of a choice or a word group
  bool given(std::string_view name) const;               ///< whether the value differs from the default

  /// For Method::normalise. The value is checked against the parameter's range by parse().
  void set(std::string_view name, std::string value);
  /// For Method::normalise: whether the text named the parameter, be it with its default value.
  bool typed(std::string_view name) const { return typed_.contains(name); }

  friend bool operator==(const Scheme& a, const Scheme& b) { return a.method_ == b.method_ && a.values_ == b.values_; }

 private:
  Result<void> read(std::string_view item);
  Result<void> read_value(const Param& param, std::string value, std::string_view item);
  void fill_defaults();
  Result<void> normalise();
  bool says_the_same_without(std::string_view name, const std::set<std::string, std::less<>>& kept) const;

  const Method* method_ = nullptr;
  std::map<std::string, std::string, std::less<>> values_;
  std::set<std::string, std::less<>> typed_;
};

}  // namespace quant
