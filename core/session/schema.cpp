#include "core/session/schema.h"

#include <fmt/format.h>

namespace quant::store {

std::string percentile_names() {
  std::string text;
  for (std::size_t i = 0; i < value_percentiles.size(); ++i) text += fmt::format("{}p{}", i ? ", " : "", i);
  return text;
}

std::string schema_sql() {
  return fmt::format(
      R"(
CREATE TABLE source (
  id INTEGER PRIMARY KEY CHECK (id = 1), path TEXT NOT NULL, format TEXT NOT NULL, header_hash TEXT NOT NULL,
  bytes INTEGER NOT NULL);
CREATE TABLE tensor (
  position INTEGER PRIMARY KEY, name TEXT NOT NULL, dtype TEXT NOT NULL, shape TEXT NOT NULL, bytes INTEGER NOT NULL,
  offset INTEGER NOT NULL, file INTEGER NOT NULL, role TEXT NOT NULL, layer INTEGER, expert INTEGER,
  quantized TEXT NOT NULL);
CREATE TABLE analysis (
  id INTEGER PRIMARY KEY AUTOINCREMENT, tensor TEXT NOT NULL, scheme TEXT NOT NULL, refused TEXT NOT NULL,
  device TEXT NOT NULL, calibration TEXT NOT NULL, {}, bpw, exact, {}, counters BLOB, UNIQUE (tensor, scheme));
CREATE TABLE value_stats (
  tensor TEXT PRIMARY KEY, {}, min, max, {}, {}, outliers, {}, histogram BLOB);
CREATE TABLE evidence (
  id INTEGER PRIMARY KEY AUTOINCREMENT, tensor TEXT NOT NULL, scheme TEXT NOT NULL, metric TEXT NOT NULL, value REAL,
  source TEXT NOT NULL);
CREATE TABLE text (kind TEXT NOT NULL, key TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (kind, key));
)",
      names(error_counts), names(error_numbers), names(value_counts), names(value_sums), names(value_numbers),
      percentile_names());
}

std::string upgrade_sql(int version) {
  if (version >= 2) return {};
  return R"(
ALTER TABLE analysis ADD COLUMN calibration TEXT NOT NULL DEFAULT '';
ALTER TABLE analysis ADD COLUMN weighted_error;
ALTER TABLE analysis ADD COLUMN weighted_mse;
)";
}

}  // namespace quant::store
