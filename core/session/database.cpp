#include "core/session/database.h"

#include <sqlite3.h>
#include <unistd.h>

#include <fmt/format.h>

#include "core/session/schema.h"

namespace quant::store {
namespace {

namespace fs = std::filesystem;

constexpr const char* what = "open session";
constexpr const char* restore = "take a copy of it, or measure again into a new file";
constexpr int busy_ms = 5000;  // a window and a command line may share a session

void set_up(SQLite::Database& db) {
  db.setBusyTimeout(busy_ms);
  // WAL with NORMAL: a kill loses nothing that was committed, and a commit costs no sync of the disk.
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
}

void make_schema(SQLite::Database& db) {
  SQLite::Transaction transaction(db);
  db.exec(schema_sql());
  db.exec(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", application_id, schema_version));
  transaction.commit();
}

/// Brings the tables of an older version up to this one's; nothing that was measured is lost.
void upgrade(SQLite::Database& db) {
  const int version = db.execAndGet("PRAGMA user_version").getInt();
  if (version == schema_version) return;
  SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
  db.exec(upgrade_sql(version));
  db.exec(fmt::format("PRAGMA user_version = {}", schema_version));
  transaction.commit();
}

tl::unexpected<Error> malformed(const fs::path& file, std::string why) {
  return failure(ErrorCode::malformed, what, file.string(), std::move(why), restore);
}

Result<void> check(SQLite::Database& db, const fs::path& file) {
  if (db.execAndGet("PRAGMA application_id").getInt() != application_id)
    return failure(ErrorCode::malformed, what, file.string(), "is a database of another program",
                   "name a .qscope file that quantoscope wrote");
  const int version = db.execAndGet("PRAGMA user_version").getInt();
  if (version > schema_version)
    return failure(ErrorCode::unsupported, what, file.string(),
                   fmt::format("is version {}, this program reads up to {}", version, schema_version),
                   "use the newer program that wrote it");
  if (version < 1) return malformed(file, fmt::format("is version {}", version));
  const auto found = db.execAndGet("PRAGMA quick_check(1)").getString();
  if (found != "ok") return malformed(file, "is damaged: " + found);
  return {};
}

Result<void> check_regular(const fs::path& file) {
  std::error_code error;
  const auto status = fs::status(file, error);
  if (status.type() == fs::file_type::not_found)
    return failure(ErrorCode::io, what, file.string(), "there is no such file",
                   "make it with quantoscope-cli sensitivity … --out");
  if (error) return failure(ErrorCode::io, what, file.string(), error.message(), "check the path and its permissions");
  if (status.type() != fs::file_type::regular)
    return failure(ErrorCode::unsupported, what, file.string(), "is no regular file", "name a .qscope file");
  if (fs::file_size(file, error) == 0) return malformed(file, "is empty");
  return {};
}

}  // namespace

Error error_of(const SQLite::Exception& e, const char* action, const fs::path& file) {
  const auto where = file.empty() ? std::string("in memory") : file.string();
  switch (e.getErrorCode()) {
    case SQLITE_NOTADB: return {ErrorCode::malformed, action, where, "is no session file", "name a .qscope file"};
    case SQLITE_CORRUPT: return {ErrorCode::malformed, action, where, std::string("is damaged: ") + e.what(), restore};
    case SQLITE_ERROR:  // a table or column that the schema has is missing
    case SQLITE_MISMATCH: return {ErrorCode::malformed, action, where, e.what(), restore};
    case SQLITE_FULL:
      return {ErrorCode::io, action, where, "the disk is full", "free some space; what was committed is kept"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorCode::io, action, where, "another program is writing it", "wait for it, or name another file"};
    case SQLITE_NOMEM: return {ErrorCode::no_memory, action, where, "memory ran out", "close other programs"};
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_IOERR:
      return {ErrorCode::io, action, where, e.what(), "check that the file and its folder can be written"};
    default: return {ErrorCode::failed, action, where, e.what(), "try again, or measure into a new file"};
  }
}

Result<void> make_file(const fs::path& file) {
  const auto beside = file.parent_path() / fmt::format(".{}.{}.part", file.filename().string(), ::getpid());
  std::error_code error;
  fs::remove(beside, error);
  auto made = guarded("make session", file, [&]() -> Result<void> {
    SQLite::Database db(beside.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    make_schema(db);
    return {};
  });
  if (made) {
    fs::rename(beside, file, error);
    if (error) made = failure(ErrorCode::io, "make session", file.string(), error.message(), "check the folder");
  }
  if (!made) fs::remove(beside, error);
  return made;
}

Result<DatabasePtr> open_file(const fs::path& file) {
  QUANT_CHECK(check_regular(file));
  return guarded(what, file, [&]() -> Result<DatabasePtr> {
    auto db = std::make_unique<SQLite::Database>(file.string(), SQLite::OPEN_READWRITE);
    db->setBusyTimeout(busy_ms);
    QUANT_CHECK(check(*db, file));
    set_up(*db);
    upgrade(*db);
    return db;
  });
}

Result<DatabasePtr> open_memory() {
  return guarded(what, {}, []() -> Result<DatabasePtr> {
    auto db = std::make_unique<SQLite::Database>(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    make_schema(*db);
    return db;
  });
}

}  // namespace quant::store
