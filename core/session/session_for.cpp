#include "core/session/session_for.h"

#include <fmt/format.h>

#include "core/base/text.h"

namespace quant {

namespace fs = std::filesystem;

namespace {

constexpr int most_tries = 10'000;

/// The first name that is free: S.1.qscope, S.2.qscope, …; empty where there is none.
fs::path free_name(const fs::path& file) {
  for (int i = 1; i <= most_tries; ++i) {
    auto name = file.parent_path() / fmt::format("{}.{}{}", file.stem().string(), i, file.extension().string());
    std::error_code error;
    if (!fs::exists(fs::symlink_status(name, error))) return name;
  }
  return {};
}

/// The last program to leave a session removes its log: while that is there, a rename would part the two.
bool open_elsewhere(const fs::path& file) {
  std::error_code error;
  return fs::exists(fs::path(file) += "-wal", error);
}

}  // namespace

Result<SessionFor> session_for(const fs::path& file, const Source& source) {
  QUANT_TRY(session, Session::create(file));
  const auto bound = session->bind(source);
  if (bound) return SessionFor{std::move(session), {}};
  if (bound.error().code != ErrorCode::usage) return tl::unexpected(bound.error());
  const std::string other = session->source()->path;
  session.reset();
  if (open_elsewhere(file))
    return failure(ErrorCode::usage, "open session", printable(file.string()),
                   fmt::format("holds measurements of {}, and another program has it open", printable(other)),
                   "name another session file for this model, or close that program");
  const fs::path aside = free_name(file);
  std::error_code error;
  if (!aside.empty()) fs::rename(file, aside, error);
  if (aside.empty() || error)
    return failure(ErrorCode::io, "open session", printable(file.string()),
                   fmt::format("holds measurements of {} and cannot be renamed{}", printable(other),
                               error ? ": " + error.message() : ""),
                   "name another session file for this model");
  QUANT_TRY(fresh, Session::create(file));
  QUANT_CHECK(fresh->bind(source));
  return SessionFor{std::move(fresh), aside};
}

}  // namespace quant
