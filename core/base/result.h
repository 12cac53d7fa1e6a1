#pragma once
// Failures are values: every public function of core that can fail returns Result<T>.

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace quant {

/// What kind of failure; the command line maps it to its exit code, JSON prints its word.
enum class ErrorCode {
  usage,        ///< a wrong option, value, index or name that the user typed (exit 2)
  bad_scheme,   ///< a scheme string that does not parse, or does not suit (exit 2)
  not_found,    ///< an unknown tensor, device, page, target (exit 2)
  malformed,    ///< a file that breaks its format's rules (exit 3)
  unsupported,  ///< a file or tensor that is valid but cannot be handled (exit 3)
  unsafe,       ///< a file that asks for something dangerous (exit 3)
  refused,      ///< a tensor that a scheme cannot take (exit 3 where nothing else was measured)
  infeasible,   ///< a budget or pins that no plan meets (exit 4)
  io,           ///< missing, unreadable or unwritable (exit 1)
  no_memory,    ///< (exit 1)
  device,       ///< a device that failed in mid-work (exit 1)
  failed,       ///< anything else that went wrong (exit 1)
  cancelled,    ///< stopped by the user (exit 130)
};

/// One failure, written once: the command line prints it, the window shows it, JSON carries the parts.
struct Error {
  ErrorCode code = ErrorCode::failed;
  std::string what;   ///< the action, as the user knows it
  std::string where;  ///< file, tensor, byte
  std::string why;    ///< the measured fact, both numbers
  std::string hint;   ///< what to do
};

template <class T>
using Result = tl::expected<T, Error>;

/// The failure as a value that converts to any Result.
inline tl::unexpected<Error> failure(ErrorCode code, std::string what, std::string where, std::string why,
                                     std::string hint) {
  return tl::unexpected<Error>(Error{code, std::move(what), std::move(where), std::move(why), std::move(hint)});
}

/// The word of a code, as JSON prints it: "malformed", "bad_scheme", …
std::string_view word(ErrorCode code);

/// "<what>: <where>: <why>; <hint>" on one line, without the leading "error: ".
std::string one_line(const Error& error);

}  // namespace quant

#define QUANT_CONCAT_(a, b) a##b
#define QUANT_CONCAT(a, b) QUANT_CONCAT_(a, b)

/// QUANT_TRY(name, expr): `name` becomes the value of `expr`, or the enclosing function returns its error.
#define QUANT_TRY(name, expr)                                                     \
  auto QUANT_CONCAT(quant_try_, __LINE__) = (expr);                               \
  if (!QUANT_CONCAT(quant_try_, __LINE__))                                        \
    return tl::unexpected(std::move(QUANT_CONCAT(quant_try_, __LINE__)).error()); \
  auto name = std::move(*QUANT_CONCAT(quant_try_, __LINE__))

/// QUANT_CHECK(expr): the enclosing function returns the error of the Result<void> `expr`, if it has one.
#define QUANT_CHECK(expr) \
  if (auto quant_check_ = (expr); !quant_check_) return tl::unexpected(std::move(quant_check_).error())
