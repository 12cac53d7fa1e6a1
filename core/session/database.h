#pragma once
// The SQLite file under a session: making, opening and checking it, and errors as values. Internal to core/session.

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <memory>

#include "core/base/result.h"

namespace quant::store {

/// An exception of SQLite as an Error: damaged → malformed, disk or lock → io.
Error error_of(const SQLite::Exception& e, const char* what, const std::filesystem::path& file);

/// Runs `body` (→ Result<T>); its SQLite exceptions become errors of `what` on `file`.
template <class Body>
auto guarded(const char* what, const std::filesystem::path& file, Body body) -> decltype(body()) {
  try {
    return body();
  } catch (const SQLite::Exception& e) {
    return tl::unexpected(error_of(e, what, file));
  } catch (const std::bad_alloc&) {
    return failure(ErrorCode::no_memory, what, file.string(), "memory ran out", "close other programs");
  }
}

using DatabasePtr = std::unique_ptr<SQLite::Database>;

/// A complete, empty store in place of `file`: made beside and renamed, so that a kill leaves none or a whole one.
Result<void> make_file(const std::filesystem::path& file);
/// Opens and checks. Errors: io (missing, unreadable), malformed (no session, damaged), unsupported (newer).
Result<DatabasePtr> open_file(const std::filesystem::path& file);
Result<DatabasePtr> open_memory();

}  // namespace quant::store
