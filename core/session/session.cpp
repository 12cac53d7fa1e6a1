// The store over SQLite: one transaction a tensor.

#include "core/session/session.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/session/counters_blob.h"
#include "core/session/database.h"
#include "core/session/schema.h"
#include "core/sources/names/roles.h"

namespace quant {
namespace {

namespace fs = std::filesystem;
using store::guarded;

constexpr std::uint64_t max_stored = std::numeric_limits<std::int64_t>::max();  // SQLite's integers are signed

// ── values in and out of statements ──

/// Binds the parameters of a statement one after the other.
class Binder {
 public:
  explicit Binder(SQLite::Statement& statement) : statement_(statement) {}
  void add(const std::string& x) { statement_.bind(++at_, x); }
  void add(std::uint64_t x) { statement_.bind(++at_, static_cast<std::int64_t>(std::min(x, max_stored))); }
  void add(double x) { statement_.bind(++at_, x); }
  void add(const std::optional<double>& x) { x ? statement_.bind(++at_, *x) : statement_.bind(++at_); }
  void add(const std::optional<int>& x) { x ? statement_.bind(++at_, *x) : statement_.bind(++at_); }
  void add(const std::vector<std::byte>& x) { statement_.bind(++at_, x.data(), int(x.size())); }
  template <class Struct, class List>
  void all(const Struct& from, const List& columns) {
    for (const auto& [name, member] : columns) add(from.*member);
  }

 private:
  SQLite::Statement& statement_;
  int at_ = 0;
};

/// Reads the columns of a row one after the other.
class Row {
 public:
  explicit Row(SQLite::Statement& statement) : statement_(statement) {}
  void read(std::string& x) { x = next().getString(); }
  void read(std::uint64_t& x) { x = static_cast<std::uint64_t>(std::max<std::int64_t>(0, next().getInt64())); }
  void read(double& x) { x = next().getDouble(); }
  void read(float& x) { x = static_cast<float>(next().getDouble()); }
  void read(std::optional<double>& x) {
    const auto c = next();
    x = c.isNull() ? std::nullopt : std::optional(c.getDouble());
  }
  void read(std::optional<int>& x) {
    const auto c = next();
    x = c.isNull() ? std::nullopt : std::optional(c.getInt());
  }
  std::span<const std::byte> blob() {
    const auto c = next();
    return {static_cast<const std::byte*>(c.getBlob()), static_cast<std::size_t>(c.getBytes())};
  }
  template <class Struct, class List>
  void all(Struct& to, const List& columns) {
    for (const auto& [name, member] : columns) read(to.*member);
  }

 private:
  SQLite::Column next() { return statement_.getColumn(at_++); }
  SQLite::Statement& statement_;
  int at_ = 0;
};

std::string placeholders(std::size_t n) {
  std::string text;
  for (std::size_t i = 0; i < n; ++i) text += i ? ",?" : "?";
  return text;
}

std::string shape_text(std::span<const std::uint64_t> shape) {
  std::string text;
  for (const auto n : shape) text += (text.empty() ? "" : ",") + std::to_string(n);
  return text;
}

/// "64,128" with a product that fits; nothing where a stored shape is none.
std::optional<std::vector<std::uint64_t>> parse_shape(const std::string& text) {
  std::vector<std::uint64_t> shape;
  std::uint64_t product = 1;
  if (text.empty()) return shape;
  for (const auto part : split(text, ',')) {
    const auto n = parse_int(part);
    if (!n || *n < 0 || (*n > 0 && product > max_stored / std::uint64_t(*n))) return std::nullopt;
    product *= std::uint64_t(*n);
    shape.push_back(std::uint64_t(*n));
  }
  return shape;
}

// ── the session ──

class SqliteSession final : public Session {
 public:
  SqliteSession(fs::path file, store::DatabasePtr db) : file_(std::move(file)), db_(std::move(db)) {}

  const fs::path& file() const override { return file_; }

  Result<void> bind(const Source& source) override {
    const SavedSource fresh = describe(source);
    const auto bound = this->source();
    if (bound && bound->header_hash != fresh.header_hash)
      return failure(ErrorCode::usage, "open session", place(),
                     fmt::format("holds measurements of {}, not of {}", printable(bound->path), printable(fresh.path)),
                     "name another session file for this model");
    return guarded("bind session", file_, [&]() -> Result<void> {
      SQLite::Transaction transaction(*db_, SQLite::TransactionBehavior::IMMEDIATE);
      write_source(fresh);
      if (!bound) write_tensors(source.tensors());
      transaction.commit();
      return bound ? store_roles(source.tensors()) : Result<void>();
    });
  }

  Result<void> store_roles(std::span<const TensorInfo> tensors) override {
    QUANT_TRY(kept, this->tensors());
    const auto same = [](const TensorInfo& a, const TensorInfo& b) {
      return a.role == b.role && a.layer == b.layer && a.expert == b.expert;
    };
    if (std::ranges::equal(kept, tensors, same)) return {};
    return guarded("store roles", file_, [&]() -> Result<void> {
      SQLite::Transaction transaction(*db_, SQLite::TransactionBehavior::IMMEDIATE);
      SQLite::Statement q(*db_, "UPDATE tensor SET role = ?, layer = ?, expert = ? WHERE name = ? AND position = ?");
      for (std::size_t i = 0; i < tensors.size(); ++i) {
        Binder out(q);
        out.add(tensors[i].role), out.add(tensors[i].layer), out.add(tensors[i].expert), out.add(tensors[i].name);
        out.add(std::uint64_t(i + 1));  // positions count from 1, in the order of the listing
        q.exec(), q.reset(), q.clearBindings();
      }
      transaction.commit();
      return {};
    });
  }

  std::optional<SavedSource> source() const override {
    auto row = guarded("read session", file_, [&]() -> Result<std::optional<SavedSource>> {
      SQLite::Statement q(*db_, "SELECT path, format, header_hash, bytes FROM source");
      if (!q.executeStep()) return std::nullopt;
      SavedSource s;
      Row in(q);
      in.read(s.path), in.read(s.format), in.read(s.header_hash), in.read(s.bytes);
      return s;
    });
    return row ? *row : std::nullopt;
  }

  Result<std::vector<TensorInfo>> tensors() const override {
    return guarded("read session", file_, [&]() -> Result<std::vector<TensorInfo>> {
      SQLite::Statement q(*db_,
                          "SELECT name, dtype, shape, bytes, offset, file, role, layer, expert, quantized FROM tensor "
                          "ORDER BY position");
      std::vector<TensorInfo> list;
      while (q.executeStep()) {
        QUANT_TRY(tensor, read_tensor(q));
        list.push_back(std::move(tensor));
      }
      assign_traits(list);  // from names, which are all that they come from
      return list;
    });
  }

  Result<void> store(std::span<const Analysis> analyses) override {
    return guarded("store measurements", file_, [&]() -> Result<void> {
      SQLite::Transaction transaction(*db_, SQLite::TransactionBehavior::IMMEDIATE);
      SQLite::Statement q(*db_, insert_analysis());
      for (const auto& a : analyses) {
        write_analysis(q, a);
        q.exec(), q.reset(), q.clearBindings();
      }
      transaction.commit();
      return {};
    });
  }

  bool has(const std::string& tensor, const std::string& scheme) const override {
    const auto found = guarded("read session", file_, [&]() -> Result<bool> {
      SQLite::Statement q(*db_, "SELECT 1 FROM analysis WHERE tensor = ? AND scheme = ?");
      q.bind(1, tensor), q.bind(2, scheme);
      return q.executeStep();
    });
    return found && *found;
  }

  Result<std::vector<StoredAnalysis>> analyses() const override {
    return guarded("read session", file_, [&]() -> Result<std::vector<StoredAnalysis>> {
      SQLite::Statement q(
          *db_, fmt::format(
                    "SELECT tensor, scheme, refused, device, calibration, {}, bpw, exact, {} FROM analysis ORDER BY id",
                    store::names(store::error_counts), store::names(store::error_numbers)));
      std::vector<StoredAnalysis> list;
      while (q.executeStep()) list.push_back(read_analysis(q));
      return list;
    });
  }

  Result<std::optional<ErrorCounters>> counters(const std::string& tensor, const std::string& scheme) const override {
    using Counters = std::optional<ErrorCounters>;
    return guarded("read session", file_, [&]() -> Result<Counters> {
      SQLite::Statement q(*db_, "SELECT counters FROM analysis WHERE tensor = ? AND scheme = ? AND refused = ''");
      q.bind(1, tensor), q.bind(2, scheme);
      if (!q.executeStep()) return Counters();
      auto counters = unpack_counters(Row(q).blob());
      if (!counters) return damaged(tensor + ", " + scheme, "its counters do not decode");
      return Counters(std::move(counters));
    });
  }

  Result<void> store_values(const std::string& tensor, const ValueFigures& figures) override {
    return guarded("store statistics", file_, [&]() -> Result<void> {
      SQLite::Statement q(*db_, insert_values());
      Binder out(q);
      out.add(tensor);
      out.all(figures.sums, store::value_counts);
      out.add(double(figures.sums.min)), out.add(double(figures.sums.max));
      out.all(figures.sums, store::value_sums), out.all(figures, store::value_numbers);
      out.add(figures.outliers);
      for (const auto& p : figures.percentiles) out.add(p);
      const auto packed = pack(figures.histogram);
      out.add(packed);
      q.exec();
      return {};
    });
  }

  Result<std::optional<ValueFigures>> values(const std::string& tensor) const override {
    using Values = std::optional<ValueFigures>;
    return guarded("read session", file_, [&]() -> Result<Values> {
      SQLite::Statement q(*db_, fmt::format("SELECT {} FROM value_stats WHERE tensor = ?", value_columns()));
      q.bind(1, tensor);
      if (!q.executeStep()) return Values();
      ValueFigures v;
      Row in(q);
      in.all(v.sums, store::value_counts), in.read(v.sums.min), in.read(v.sums.max);
      in.all(v.sums, store::value_sums), in.all(v, store::value_numbers), in.read(v.outliers);
      for (auto& p : v.percentiles) in.read(p);
      auto histogram = unpack_histogram(in.blob());
      if (!histogram) return damaged(tensor, "its histogram does not decode");
      v.histogram = std::move(*histogram);
      return Values(std::move(v));
    });
  }

  Result<void> store_evidence(std::span<const Measurement> rows) override {
    return guarded("store evidence", file_, [&]() -> Result<void> {
      SQLite::Transaction transaction(*db_, SQLite::TransactionBehavior::IMMEDIATE);
      std::set<std::string> sources;  // the same file again replaces what it gave before
      for (const auto& row : rows) sources.insert(row.source);
      for (const auto& source : sources) {
        SQLite::Statement q(*db_, "DELETE FROM evidence WHERE source = ?");
        q.bind(1, source), q.exec();
      }
      SQLite::Statement q(*db_, "INSERT INTO evidence (tensor, scheme, metric, value, source) VALUES (?,?,?,?,?)");
      for (const auto& row : rows) {
        Binder out(q);
        out.add(row.tensor), out.add(row.scheme), out.add(row.metric), out.add(row.value), out.add(row.source);
        q.exec(), q.reset(), q.clearBindings();
      }
      transaction.commit();
      return {};
    });
  }

  Result<std::vector<Measurement>> evidence() const override {
    return guarded("read session", file_, [&]() -> Result<std::vector<Measurement>> {
      SQLite::Statement q(*db_, "SELECT tensor, scheme, metric, value, source FROM evidence ORDER BY id");
      std::vector<Measurement> list;
      while (q.executeStep()) {
        Measurement m;
        Row in(q);
        in.read(m.tensor), in.read(m.scheme), in.read(m.metric), in.read(m.value), in.read(m.source);
        list.push_back(std::move(m));
      }
      return list;
    });
  }

  Result<void> store_text(const std::string& kind, const std::string& key, const std::string& text) override {
    return guarded("store session", file_, [&]() -> Result<void> {
      SQLite::Statement q(*db_, "INSERT OR REPLACE INTO text (kind, key, text) VALUES (?,?,?)");
      q.bind(1, kind), q.bind(2, key), q.bind(3, text);
      q.exec();
      return {};
    });
  }

  Result<std::optional<std::string>> text(const std::string& kind, const std::string& key) const override {
    return guarded("read session", file_, [&]() -> Result<std::optional<std::string>> {
      SQLite::Statement q(*db_, "SELECT text FROM text WHERE kind = ? AND key = ?");
      q.bind(1, kind), q.bind(2, key);
      if (!q.executeStep()) return std::nullopt;
      return q.getColumn(0).getString();
    });
  }

  Result<void> save_as(const fs::path& file) override {
    std::error_code error;
    const auto target = fs::absolute(file, error);
    if (!file_.empty() && fs::equivalent(file_, target, error)) return {};
    const auto beside = target.parent_path() / ("." + target.filename().string() + ".part");
    fs::remove(beside, error);
    QUANT_CHECK(guarded("save session", target, [&]() -> Result<void> {
      SQLite::Statement q(*db_, "VACUUM INTO ?");
      q.bind(1, beside.string());
      q.exec();
      return {};
    }));
    for (const auto* tail : {"-wal", "-shm"})
      fs::remove(target.string() + tail, error);  // of the file that it replaces
    fs::rename(beside, target, error);
    if (error) return failure(ErrorCode::io, "save session", target.string(), error.message(), "check the folder");
    QUANT_TRY(db, store::open_file(target));
    db_ = std::move(db), file_ = target;
    return {};
  }

 private:
  std::string place() const { return file_.empty() ? "in memory" : file_.string(); }

  tl::unexpected<Error> damaged(const std::string& row, std::string why) const {
    return failure(ErrorCode::malformed, "read session", place() + ", " + printable(row), std::move(why),
                   "take a copy of it, or measure again into a new file");
  }

  static SavedSource describe(const Source& source) {
    std::error_code error;
    const auto path = fs::absolute(source.path(), error);
    SavedSource s{error ? source.path().string() : path.lexically_normal().string(), std::string(source.format()),
                  header_hash(source), 0};
    for (const auto& f : source.files()) s.bytes += f.bytes;
    return s;
  }

  void write_source(const SavedSource& s) {
    SQLite::Statement q(*db_,
                        "INSERT OR REPLACE INTO source (id, path, format, header_hash, bytes) VALUES (1,?,?,?,?)");
    Binder out(q);
    out.add(s.path), out.add(s.format), out.add(s.header_hash), out.add(s.bytes);
    q.exec();
  }

  void write_tensors(std::span<const TensorInfo> tensors) {
    SQLite::Statement q(*db_,
                        "INSERT INTO tensor (name, dtype, shape, bytes, offset, file, role, layer, expert, quantized) "
                        "VALUES (?,?,?,?,?,?,?,?,?,?)");
    for (const auto& t : tensors) {
      Binder out(q);
      const std::string dtype(info(t.dtype).name), shape = shape_text(t.shape);
      out.add(t.name), out.add(dtype), out.add(shape), out.add(t.bytes), out.add(t.offset);
      out.add(std::uint64_t(t.file)), out.add(t.role), out.add(t.layer), out.add(t.expert), out.add(t.quantized);
      q.exec(), q.reset(), q.clearBindings();
    }
  }

  Result<TensorInfo> read_tensor(SQLite::Statement& q) const {
    TensorInfo t;
    std::string dtype, shape;
    std::uint64_t file = 0;
    Row in(q);
    in.read(t.name), in.read(dtype), in.read(shape), in.read(t.bytes), in.read(t.offset), in.read(file);
    in.read(t.role), in.read(t.layer), in.read(t.expert), in.read(t.quantized);
    const auto type = dtype_named(dtype);
    auto sizes = parse_shape(shape);
    if (!type) return damaged(t.name, fmt::format("its dtype \"{}\" is unknown", printable(dtype)));
    if (!sizes) return damaged(t.name, fmt::format("its shape \"{}\" is none", printable(shape)));
    t.dtype = *type, t.shape = std::move(*sizes), t.file = static_cast<std::uint32_t>(file);
    return t;
  }

  /// A pair that is stored again keeps its place in the order.
  static std::string insert_analysis() {
    const auto columns = fmt::format("tensor, scheme, refused, device, calibration, {}, bpw, exact, {}, counters",
                                     store::names(store::error_counts), store::names(store::error_numbers));
    std::string update;
    for (const auto column : split(columns, ','))
      if (column != "tensor" && column != " scheme")
        update += fmt::format("{}{} = excluded.{}", update.empty() ? "" : ",", column, column.substr(1));
    return fmt::format("INSERT INTO analysis ({}) VALUES ({}) ON CONFLICT (tensor, scheme) DO UPDATE SET {}", columns,
                       placeholders(split(columns, ',').size()), update);
  }

  static void write_analysis(SQLite::Statement& q, const Analysis& a) {
    Binder out(q);
    out.add(a.tensor), out.add(a.scheme), out.add(a.refused), out.add(a.device), out.add(a.calibration);
    out.all(a.figures, store::error_counts);
    out.add(a.figures.bpw), out.add(std::uint64_t(a.figures.exact));
    out.all(a.figures, store::error_numbers);
    out.add(a.refused.empty() ? pack(a.stats.counters) : std::vector<std::byte>{});
  }

  static StoredAnalysis read_analysis(SQLite::Statement& q) {
    StoredAnalysis a;
    std::uint64_t exact = 0;
    Row in(q);
    in.read(a.tensor), in.read(a.scheme), in.read(a.refused), in.read(a.device), in.read(a.calibration);
    in.all(a.figures, store::error_counts);
    in.read(a.figures.bpw), in.read(exact);
    in.all(a.figures, store::error_numbers);
    a.figures.exact = exact != 0;
    return a;
  }

  static std::string value_columns() {
    return fmt::format("{}, min, max, {}, {}, outliers, {}, histogram", store::names(store::value_counts),
                       store::names(store::value_sums), store::names(store::value_numbers), store::percentile_names());
  }
  static std::string insert_values() {
    const auto columns = "tensor, " + value_columns();
    return fmt::format("INSERT OR REPLACE INTO value_stats ({}) VALUES ({})", columns,
                       placeholders(split(columns, ',').size()));
  }

  fs::path file_;
  store::DatabasePtr db_;
};

Result<std::unique_ptr<Session>> opened(const fs::path& file) {
  QUANT_TRY(db, store::open_file(file));
  std::error_code error;
  auto path = fs::absolute(file, error);
  return std::make_unique<SqliteSession>(error ? file : path, std::move(db));
}

}  // namespace

Result<std::unique_ptr<Session>> Session::open(const fs::path& file) { return opened(file); }

Result<std::unique_ptr<Session>> Session::create(const fs::path& file) {
  std::error_code error;
  if (!fs::exists(file, error)) QUANT_CHECK(store::make_file(file));
  return opened(file);
}

Result<std::unique_ptr<Session>> Session::in_memory() {
  QUANT_TRY(db, store::open_memory());
  return std::make_unique<SqliteSession>(fs::path(), std::move(db));
}

}  // namespace quant
