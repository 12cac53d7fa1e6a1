// The store: what goes in comes out, kills and damage included.

#include <QTemporaryDir>
#include <QTest>
#include <bit>
#include <csignal>
#include <fstream>
#include <random>

#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/session/counters_blob.h"
#include "core/session/session_for.h"
#include "tests/support/memory_source.h"

using namespace quant;
namespace fs = std::filesystem;

namespace {

Analysis analysis_of(const std::string& tensor, const std::string& scheme, unsigned seed) {
  std::mt19937_64 random(seed);
  Analysis a;
  a.tensor = tensor, a.scheme = scheme, a.device = "reference";
  a.figures.count = 100 + seed, a.figures.clipped = seed, a.figures.bytes = 77, a.figures.bpw = 4.5;
  a.figures.mse = 0.1 / (1 + seed), a.figures.p99_abs = 1e-300, a.figures.sqnr_db = std::nullopt;
  for (int i = 0; i < 300; ++i) a.stats.counters.error.counts[random() % bit_bins] += random() % 100000;
  a.stats.counters.error.nan = 3, a.stats.counters.clipped.counts[8191] = ~std::uint64_t{0};
  a.stats.counters.step[0] = 5, a.stats.counters.step[129] = 1, a.stats.counters.code[255] = 9;
  return a;
}

bool equal(const ErrorCounters& a, const ErrorCounters& b) {
  return a.error.counts == b.error.counts && a.error.nan == b.error.nan && a.error.inf == b.error.inf &&
         a.clipped.counts == b.clipped.counts && a.step == b.step && a.code == b.code;
}

bool same_bits(std::optional<double> a, std::optional<double> b) {
  return a.has_value() == b.has_value() && (!a || std::bit_cast<std::uint64_t>(*a) == std::bit_cast<std::uint64_t>(*b));
}

}  // namespace

class TestSession : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() { dir_ = std::make_unique<QTemporaryDir>(); }

  void whatIsStoredComesBack() {
    const auto a = analysis_of("w", "q8_0", 7);
    {
      auto s = Session::create(path("a.qscope"));
      QVERIFY(s);
      QVERIFY((*s)->store(std::span(&a, 1)));
    }
    auto s = Session::open(path("a.qscope"));
    QVERIFY(s);
    QVERIFY((*s)->has("w", "q8_0") && !(*s)->has("w", "q4_0") && !(*s)->has("v", "q8_0"));
    const auto rows = (*s)->analyses();
    QVERIFY(rows && rows->size() == 1);
    const auto& got = rows->front().figures;
    QCOMPARE(rows->front().device, "reference");
    QCOMPARE(got.count, a.figures.count);
    QCOMPARE(got.bytes, a.figures.bytes);
    QVERIFY(same_bits(got.mse, a.figures.mse) && same_bits(got.p99_abs, a.figures.p99_abs));
    QVERIFY(!got.sqnr_db && !got.exact);
    const auto counters = (*s)->counters("w", "q8_0");
    QVERIFY(counters && *counters && equal(**counters, a.stats.counters));
    QVERIFY(!*(*s)->counters("w", "q4_0"));
  }

  void aPairStoredAgainReplacesAndKeepsItsPlace() {
    auto s = Session::in_memory();
    const std::vector first{analysis_of("a", "q8_0", 1), analysis_of("b", "q8_0", 2)};
    QVERIFY((*s)->store(first));
    auto again = analysis_of("a", "q8_0", 9);
    QVERIFY((*s)->store(std::span(&again, 1)));
    const auto rows = (*s)->analyses();
    QCOMPARE(rows->size(), std::size_t(2));
    QCOMPARE(rows->front().tensor, "a");
    QVERIFY(same_bits(rows->front().figures.mse, again.figures.mse));
  }

  void refusedPairsAreKnown() {
    auto s = Session::in_memory();
    Analysis a;
    a.tensor = "w", a.scheme = "q4_k", a.refused = "384 columns, blocks of 256";
    QVERIFY((*s)->store(std::span(&a, 1)));
    QVERIFY((*s)->has("w", "q4_k"));
    QCOMPARE((*s)->analyses()->front().refused, a.refused);
    QVERIFY(!*(*s)->counters("w", "q4_k"));
  }

  void theListingNeedsNoFile() {
    auto source = test::small_llama();
    {
      auto s = Session::create(path("a.qscope"));
      QVERIFY((*s)->bind(source));
    }
    auto s = Session::open(path("a.qscope"));
    const auto tensors = (*s)->tensors();
    QCOMPARE(tensors->size(), source.tensors().size());
    for (std::size_t i = 0; i < tensors->size(); ++i) {
      const auto &a = (*tensors)[i], &b = source.tensors()[i];
      QVERIFY(a.name == b.name && a.shape == b.shape && a.bytes == b.bytes && a.role == b.role && a.layer == b.layer);
      QVERIFY(a.dtype == b.dtype && a.offset == b.offset && !a.expert);
    }
    QCOMPARE((*s)->source()->path, "/models/memory.safetensors");
    QCOMPARE((*s)->source()->header_hash, header_hash(source));
  }

  void rolesAssignedAnewAreKept() {
    const auto source = test::small_llama();
    auto s = Session::in_memory();
    QVERIFY((*s)->bind(source));
    auto tensors = *(*s)->tensors();
    tensors[2].role = "mine", tensors[2].layer = 7, tensors[2].expert = 3, tensors[3].layer = std::nullopt;
    QVERIFY((*s)->store_roles(tensors));
    const auto kept = *(*s)->tensors();
    QVERIFY(kept[2].role == "mine" && kept[2].layer == 7 && kept[2].expert == 3 && !kept[3].layer);
    QCOMPARE(kept[4].role, source.tensors()[4].role);
    QVERIFY((*s)->bind(source));  // the listing's roles are the newest
    QCOMPARE((*(*s)->tensors())[2].role, source.tensors()[2].role);
    QVERIFY((*(*s)->tensors())[2].layer == source.tensors()[2].layer);
  }

  void whatNamesTellNeedsNoColumn() {
    test::MemorySource source;
    source.add("decoder.block.0.layer.1.EncDecAttention.q.weight", {4, 4}, "attn_q", 0);
    source.add("transformer.h.0.attn.bias", {1, 1, 4, 4}, "other", 0);
    auto s = Session::in_memory();
    QVERIFY((*s)->bind(source));
    const auto tensors = *(*s)->tensors();
    QVERIFY(tensors[0].side == "decoder" && tensors[0].cross && tensors[0].counts);
    QVERIFY(!tensors[1].counts);
  }

  void aMovedModelIsTheSameAndAnotherIsRefused() {
    auto s = Session::in_memory();
    QVERIFY((*s)->bind(test::small_llama("/models/a.safetensors")));
    QVERIFY((*s)->bind(test::small_llama("/elsewhere/a.safetensors")));
    QCOMPARE((*s)->source()->path, "/elsewhere/a.safetensors");
    test::MemorySource other("/models/other.safetensors");
    other.add("w", {4, 4});
    const auto bound = (*s)->bind(other);
    QVERIFY(!bound && bound.error().code == ErrorCode::usage);
    QVERIFY(one_line(bound.error()).find("/elsewhere/a.safetensors") != std::string::npos);
    QVERIFY(one_line(bound.error()).find("other.safetensors") != std::string::npos);
  }

  void anotherModelsSessionIsSetAside() {
    const auto file = path("shared.qscope");
    test::MemorySource other("/models/other.safetensors");
    other.add("w", {4, 4});
    QVERIFY(session_for(file, test::small_llama())->set_aside.empty());
    QVERIFY(session_for(file, test::small_llama())->set_aside.empty());  // its own is gone on with
    {
      std::ofstream(path("shared.1.qscope")) << "somebody's";
      const auto made = session_for(file, other);
      QVERIFY(made && made->session->source()->path == "/models/other.safetensors");
      QCOMPARE(made->set_aside, fs::path(path("shared.2.qscope")));
      QCOMPARE((*Session::open(made->set_aside))->source()->path, "/models/memory.safetensors");
    }
    const auto elsewhere = Session::open(file);
    QVERIFY((*elsewhere)->store_text("view", "page", "maps"));
    const auto refused = session_for(file, test::small_llama());
    QVERIFY(!refused && refused.error().code == ErrorCode::usage);
    QCOMPARE((*elsewhere)->source()->path, "/models/other.safetensors");
  }

  void valuesComeBack() {
    auto s = Session::in_memory();
    ValueFigures v;
    v.sums = {.count = 9,
              .nan = 1,
              .inf = 2,
              .zeros = 3,
              .subnormal = 4,
              .min = -1.5f,
              .max = 0.1f,
              .mean = 0.3,
              .m2 = 4,
              .m3 = 5,
              .m4 = 6};
    v.mean = 0.3, v.absmax = 1.5, v.outliers = 11, v.percentiles[8] = 0.09;
    v.histogram.counts[2032] = 12;
    QVERIFY((*s)->store_values("w", v));
    const auto got = (*s)->values("w");
    QVERIFY(got && *got);
    QCOMPARE((*got)->sums.min, -1.5f);
    QCOMPARE((*got)->sums.max, 0.1f);
    QCOMPARE((*got)->sums.m4, 6.0);
    QCOMPARE((*got)->outliers, std::uint64_t(11));
    QVERIFY(same_bits((*got)->percentiles[8], 0.09) && !(*got)->percentiles[0] && !(*got)->std);
    QVERIFY((*got)->histogram.counts == v.histogram.counts);
    QVERIFY(!*(*s)->values("v"));
  }

  void evidenceOfOneFileIsReplaced() {
    auto s = Session::in_memory();
    const std::vector<Measurement> rows{{"w", "q4_0", "kl", 0.5, "a.json"}, {"v", "q4_0", "kl", {}, "a.json"}};
    QVERIFY((*s)->store_evidence(rows));
    QVERIFY((*s)->store_evidence(rows));
    const auto got = (*s)->evidence();
    QCOMPARE(got->size(), std::size_t(2));
    QVERIFY(same_bits((*got)[0].value, 0.5) && !(*got)[1].value);
    QCOMPARE((*got)[0].source, "a.json");
  }

  void textsComeBack() {
    auto s = Session::in_memory();
    const std::string odd("zero \0 byte, 'quote', 文", 26);
    QVERIFY((*s)->store_text("plan", "A", "one") && (*s)->store_text("plan", "A", odd));
    QCOMPARE(**(*s)->text("plan", "A"), odd);
    QVERIFY(!*(*s)->text("view", "A"));
  }

  void saveAsGoesOnInTheNewFile() {
    auto s = Session::in_memory();
    const auto a = analysis_of("w", "q8_0", 1), b = analysis_of("w", "q4_0", 2);
    QVERIFY((*s)->store(std::span(&a, 1)));
    QVERIFY((*s)->save_as(path("saved.qscope")));
    QCOMPARE((*s)->file(), path("saved.qscope"));
    QVERIFY((*s)->store(std::span(&b, 1)));
    s->reset();
    QVERIFY((*Session::open(path("saved.qscope")))->has("w", "q4_0"));
  }

  void creatingOpensWhatIsThere() {
    const auto a = analysis_of("w", "q8_0", 1);
    QVERIFY((*Session::create(path("a.qscope")))->store(std::span(&a, 1)));
    QVERIFY((*Session::create(path("a.qscope")))->has("w", "q8_0"));
  }

  void otherFilesAreRefused_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("text") << QByteArray("no tensors here\n").repeated(100);
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("a header of SQLite and no more") << QByteArray("SQLite format 3\0", 16);
    QTest::newRow("zeros") << QByteArray(8192, '\0');
  }
  void otherFilesAreRefused() {
    QFETCH(QByteArray, bytes);
    write("other.qscope", bytes);
    for (const auto& s : {Session::open(path("other.qscope")), Session::create(path("other.qscope"))}) {
      QVERIFY(!s);
      QVERIFY2(s.error().code == ErrorCode::malformed, one_line(s.error()).c_str());
      QVERIFY(s.error().where.find("other.qscope") != std::string::npos);
    }
    QCOMPARE(read("other.qscope"), bytes);
  }

  void aMissingFileIsNoSession() {
    const auto s = Session::open(path("absent.qscope"));
    QVERIFY(!s && s.error().code == ErrorCode::io);
    QVERIFY(!fs::exists(path("absent.qscope")));
  }

  void aFolderIsNoSession() {
    fs::create_directory(path("folder"));
    QVERIFY(!Session::open(path("folder")) && !Session::create(path("folder")));
  }

  // Every file that is cut or has a flipped byte either opens and reads, or is refused: nothing crashes.
  void damageIsRefusedOrHarmless() {
    const auto a = analysis_of("w", "q8_0", 3);
    {
      auto s = Session::create(path("a.qscope"));
      QVERIFY((*s)->bind(test::small_llama()) && (*s)->store(std::span(&a, 1)));
    }
    const auto whole = read("a.qscope");
    int refused = 0;
    std::mt19937 random(1);
    for (int i = 0; i < 300; ++i) {
      auto bytes = whole;
      if (i % 3 == 0) bytes.truncate(int(random() % unsigned(whole.size() - 1)) + 1);
      for (int k = 0; k < i % 7; ++k) bytes[int(random() % unsigned(bytes.size()))] = char(random());
      write("b.qscope", bytes);
      fs::remove(path("b.qscope-wal")), fs::remove(path("b.qscope-shm"));
      const auto s = Session::open(path("b.qscope"));
      if (s) {
        (*s)->tensors(), (*s)->analyses(), (*s)->counters("w", "q8_0"), (*s)->evidence(), (*s)->source();
      } else {
        QVERIFY2(s.error().code == ErrorCode::malformed || s.error().code == ErrorCode::unsupported,
                 one_line(s.error()).c_str());
        ++refused;
      }
    }
    QVERIFY2(refused > 100, qPrintable(QString::number(refused)));
  }

  void aNewerVersionIsUnsupported() {
    { QVERIFY(Session::create(path("a.qscope"))); }
    auto bytes = read("a.qscope");
    bytes[63] = char(99);  // user_version: the last byte of the 4 at offset 60 of the SQLite header
    write("a.qscope", bytes);
    const auto s = Session::open(path("a.qscope"));
    QVERIFY(!s);
    QVERIFY2(s.error().code == ErrorCode::unsupported, one_line(s.error()).c_str());
  }

  /// A file of version 1: its tables had neither calibration nor weighted figures.
  void anOlderVersionIsBroughtUp() {
    {
      auto s = Session::create(path("a.qscope"));
      QVERIFY((*s)->store(std::vector{analysis_of("t", "q8_0", 1)}));
    }
    {
      sqlite3* db = nullptr;
      QCOMPARE(sqlite3_open(path("a.qscope").c_str(), &db), SQLITE_OK);
      constexpr const char* older =
          "ALTER TABLE analysis DROP COLUMN calibration; ALTER TABLE analysis DROP COLUMN weighted_error;"
          "ALTER TABLE analysis DROP COLUMN weighted_mse; PRAGMA user_version = 1";
      QCOMPARE(sqlite3_exec(db, older, nullptr, nullptr, nullptr), SQLITE_OK);
      QCOMPARE(sqlite3_close(db), SQLITE_OK);
    }
    const auto s = Session::open(path("a.qscope"));
    QVERIFY2(s, s ? "" : one_line(s.error()).c_str());
    const auto rows = (*s)->analyses();
    QVERIFY(rows && rows->size() == 1 && rows->front().calibration.empty() && !rows->front().figures.weighted_mse);
    QVERIFY((*s)->store(std::vector{analysis_of("t", "q4_0", 1)}));
  }

  // A child stores pairs until it is killed; whatever it reported as stored is there, and the file is sound.
  void aKillLosesNothingThatWasCommitted() {
    for (int round = 0; round < 6; ++round) {
      const auto file = path("kill" + std::to_string(round) + ".qscope");
      int pipe_ends[2];
      QCOMPARE(::pipe(pipe_ends), 0);
      const pid_t child = ::fork();
      if (child == 0) {
        auto s = Session::create(file);
        for (unsigned i = 0; s && i < 100000; ++i) {
          const std::vector pairs{analysis_of("t" + std::to_string(i), "q8_0", i),
                                  analysis_of("t" + std::to_string(i), "q4_0", i)};
          if (!(*s)->store(pairs) || ::write(pipe_ends[1], &i, sizeof i) != sizeof i) break;
        }
        ::_exit(0);
      }
      ::close(pipe_ends[1]);
      unsigned last = 0;
      int stored = 0;
      while (stored < 1 + 7 * round && ::read(pipe_ends[0], &last, sizeof last) == sizeof last) ++stored;
      ::usleep(useconds_t(300 * round));
      ::kill(child, SIGKILL);
      ::waitpid(child, nullptr, 0);
      while (::read(pipe_ends[0], &last, sizeof last) == sizeof last) ++stored;
      ::close(pipe_ends[0]);
      auto s = Session::open(file);
      QVERIFY2(s, s ? "" : one_line(s.error()).c_str());
      const auto rows = (*s)->analyses();
      QVERIFY(rows && rows->size() >= 2 * std::size_t(stored) && rows->size() % 2 == 0);
      for (const auto& row : *rows) {
        const auto counters = (*s)->counters(row.tensor, row.scheme);
        QVERIFY(counters && *counters);
      }
    }
  }

  void cutCountersDoNotDecode() {
    const auto packed = pack(analysis_of("w", "q8_0", 3).stats.counters);
    QVERIFY(unpack_counters(packed));
    for (std::size_t n = 0; n < packed.size(); ++n) QVERIFY(!unpack_counters(std::span(packed).first(n)));
    auto longer = packed;
    longer.push_back(std::byte{0});
    QVERIFY(!unpack_counters(longer));
    QVERIFY(!unpack_counters(std::vector(40, std::byte{0xff})));
  }

  void countersAreSmall() { QVERIFY(pack(analysis_of("w", "q8_0", 3).stats.counters).size() < 2000); }

 private:
  fs::path path(const std::string& name) const { return fs::path(dir_->path().toStdString()) / name; }
  void write(const std::string& name, const QByteArray& bytes) const {
    std::ofstream(path(name), std::ios::binary).write(bytes.data(), bytes.size());
  }
  QByteArray read(const std::string& name) const {
    std::ifstream file(path(name), std::ios::binary);
    return QByteArray::fromStdString({std::istreambuf_iterator<char>(file), {}});
  }
  std::unique_ptr<QTemporaryDir> dir_;
};

QTEST_APPLESS_MAIN(TestSession)
#include "tst_session.moc"
