#include "core/base/result.h"

#include <algorithm>
#include <string_view>

namespace quant {

std::string_view word(ErrorCode code) {
  switch (code) {
    case ErrorCode::usage: return "usage";
    case ErrorCode::bad_scheme: return "bad_scheme";
    case ErrorCode::not_found: return "not_found";
    case ErrorCode::malformed: return "malformed";
    case ErrorCode::unsupported: return "unsupported";
    case ErrorCode::unsafe: return "unsafe";
    case ErrorCode::refused: return "refused";
    case ErrorCode::infeasible: return "infeasible";
    case ErrorCode::io: return "io";
    case ErrorCode::no_memory: return "no_memory";
    case ErrorCode::device: return "device";
    case ErrorCode::failed: return "failed";
    case ErrorCode::cancelled: return "cancelled";
  }
  return "failed";
}

std::string one_line(const Error& error) {
  std::string line = error.what + ": " + error.where + ": " + error.why + "; " + error.hint;
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  return line;
}

}  // namespace quant
