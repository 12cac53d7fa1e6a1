#pragma once
// A scheme: a method with its parameters, printable and parsable (contract.md).

#include <map>
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

  friend bool operator==(const Scheme& a, const Scheme& b) { return a.method_ == b.method_ && a.values_ == b.values_; }

 private:
  const Method* method_ = nullptr;
  std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace quant
