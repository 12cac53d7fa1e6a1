// ZIP: the directory is checked before any member is read; members read at any offset; lies of sizes and sums show.
#include <QTest>
#include <algorithm>
#include <cstring>
#include <random>
#include <thread>

#include "core/sources/archives/inflate.h"
#include "core/sources/archives/zip.h"
#include "core/sources/bytes/checked_bytes.h"
#include "tests/support/zip.h"

using quant::ErrorCode;
using quant::ZipArchive;

namespace {

std::vector<std::byte> bytes_of(const std::string& text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

quant::Result<ZipArchive> open(const std::string& bytes,
                               ZipArchive::ZeroCrc zero = ZipArchive::ZeroCrc::is_a_checksum) {
  return ZipArchive::open(quant::memory_bytes("a.zip", bytes_of(bytes)), zero);
}

std::string read(const ZipArchive::Bytes& bytes, std::uint64_t offset, std::size_t n) {
  std::vector<std::byte> out(n);
  return bytes.store->read(bytes.begin + offset, out) ? text_of(out) : "an error";
}

/// Bytes that deflate halves, so that streams are long and have many blocks.
std::string noise(std::size_t n) {
  std::mt19937 random(7);
  std::string text(n, '\0');
  for (char& c : text) c = static_cast<char>(random() & 15);
  return text;
}

QString why(const quant::Error& error) { return QString::fromStdString(quant::one_line(error)); }

}  // namespace

class TestZip : public QObject {
  Q_OBJECT

 private slots:
  void archivesOfAllKindsAreListed_data() {
    QTest::addColumn<QByteArray>("bytes");
    const auto row = [](const char* name, const std::vector<zip::Part>& parts, const zip::End& end = {}) {
      QTest::newRow(name) << QByteArray::fromStdString(zip::archive(parts, end));
    };
    row("stored", {{.name = "a", .data = "hello"}});
    row("deflated", {{.name = "a", .data = "hello", .deflate = true}});
    row("zip64 records although small", {{.name = "a", .data = "hello"}}, {.zip64 = true});
    row("with a comment of 20,000 bytes", {{.name = "a", .data = "hello"}}, {.comment = std::string(20'000, 'c')});
    row("with the mark of an end record in its comment", {{.name = "a", .data = "hello"}},
        {.comment = std::string("PK\5\6 and more than twenty-two bytes")});
    row("sizes said again behind the body", {{.name = "a", .data = "hello", .flags = 8}});
    row("with an empty member", {{.name = "a", .data = "hello"}, {.name = "b", .data = "", .deflate = true}});
  }
  void archivesOfAllKindsAreListed() {
    QFETCH(QByteArray, bytes);
    const auto archive = open(bytes.toStdString());
    QVERIFY2(archive, archive ? "" : qPrintable(why(archive.error())));
    const quant::ZipMember* member = archive->find("a");
    QVERIFY(member != nullptr);
    QCOMPARE(text_of(*archive->head(*member, 100)), std::string("hello"));
    QCOMPARE(read(archive->bytes(*member), 1, 3), std::string("ell"));
    QVERIFY(archive->find("c") == nullptr);
  }
  void anArchiveMayBeEmpty() { QVERIFY(open(zip::archive({}))->members().empty()); }
  void storedMembersKeepTheirPlaceInTheFile() {
    const std::string file = zip::archive({{.name = "a", .data = "first"}, {.name = "b", .data = "second"}});
    const auto archive = open(file);
    QCOMPARE(archive->bytes(*archive->find("b")).begin, file.find("second"));
  }
  void namesAreUtf8OrLatin1() {
    const auto archive = open(zip::archive({{.name = "層", .data = "x"}, {.name = "\xe9t\xe9", .data = "x"}}));
    QVERIFY(archive->find("層") != nullptr);
    QVERIFY(archive->find("été") != nullptr);
  }

  void damagedDirectoriesAreRefused_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("says");
    const auto row = [](const char* name, const std::string& bytes, const char* says) {
      QTest::newRow(name) << QByteArray::fromStdString(bytes) << says;
    };
    const auto made = [&row](const char* name, const std::vector<zip::Part>& parts, const zip::End& end,
                             const char* says) { row(name, zip::archive(parts, end), says); };
    const zip::Part a{.name = "a", .data = "hello"};
    const std::string ok = zip::archive({a});
    row("cut in its end record", ok.substr(0, ok.size() - 1), "end record");
    row("followed by something", ok + "x", "end record");
    made("directory beyond the file", {a}, {.offset = 1u << 31}, "central directory");
    made("directory longer than the file", {a}, {.size = 1u << 31}, "central directory");
    made("more entries than fit", {a}, {.entries = 65'534}, "entry count");
    made("more entries than there are", {a, {.name = std::string(60, 'b'), .data = ""}}, {.entries = 3}, "entry count");
    made("fewer entries than there are", {a, {.name = "b", .data = ""}}, {.entries = 1}, "entry count");
    made("a part of several files", {a}, {.disk = 7}, "disk number");
    made("a member of another file", {{.name = "a", .data = "x", .disk = 3}}, {}, "disk number");
    made("zip64: directory beyond the file", {a}, {.offset = (1ull << 63) + 5, .zip64 = true},
         "zip64 directory offset");
    made("zip64: 2^60 entries", {a}, {.entries = 1ull << 60, .zip64 = true}, "entry count");
    made("zip64: 2^63 bytes", {{.name = "a", .size = 1ull << 63, .packed_size = 1ull << 63}}, {.zip64 = true},
         "zip64 size");
    made("sizes in a zip64 field that is missing", {{.name = "a", .size = 0xffffffff, .packed_size = 0xffffffff}}, {},
         "zip64 extra field");
    made("member beyond the file", {a, {.name = "b", .offset = 1u << 30, .repeats = true}}, {}, "local header offset");
    made("member inside another",
         {a,
          {.name = "b", .data = std::string(60, 'b')},
          {.name = "b", .data = std::string(60, 'b'), .offset = 42, .repeats = true}},
         {}, "inside");
    made("two entries over one body", {a, {.name = "b", .data = "hello", .offset = 0, .repeats = true}}, {},
         "local header");
    made("another name in the local header", {{.name = "a", .data = "x", .local_name = "b"}}, {}, "local header");
    made("the same name twice", {a, a}, {}, "twice");
    made("stored, but sizes differ", {{.name = "a", .data = "x", .size = 100}}, {}, "uncompressed size");
    made("longer than the file", {{.name = "a", .size = 1u << 30, .packed_size = 1u << 30}}, {}, "compressed size");
    made("more than deflate can reach", {{.name = "a", .data = "x", .deflate = true, .size = 1u << 31}}, {},
         "uncompressed size");
    made("encrypted", {{.name = "a", .data = "x", .flags = 1}}, {}, "flags");
    made("LZMA", {{.name = "a", .data = "x", .method = 14}}, {}, "LZMA");
    made("a name that is not the UTF-8 it says", {{.name = "\xff", .data = "x", .flags = 1 << 11}}, {}, "UTF-8");
  }
  void damagedDirectoriesAreRefused() {
    QFETCH(QByteArray, bytes);
    QFETCH(QString, says);
    const auto archive = open(bytes.toStdString());
    QVERIFY(!archive);
    QVERIFY2(why(archive.error()).contains(says), qPrintable(why(archive.error())));
  }
  void everyCutIsRefused() {
    const std::string whole =
        zip::archive({{.name = "a", .data = "hello"}, {.name = "b", .data = "x", .deflate = true}});
    for (std::size_t n = 0; n < whole.size(); ++n) QVERIFY(!open(whole.substr(0, n)));
  }

  void membersThatLieAreRefusedWhenTheyAreRead_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("says");
    const auto row = [](const char* name, const zip::Part& part, const char* says) {
      QTest::newRow(name) << QByteArray::fromStdString(zip::archive({part})) << says;
    };
    const std::string body = noise(1000);
    row("stored: wrong checksum", {.name = "a", .data = body, .crc = 1}, "crc");
    row("deflated: wrong checksum", {.name = "a", .data = body, .deflate = true, .crc = 1}, "crc");
    row("fewer bytes than announced", {.name = "a", .data = body, .deflate = true, .size = 1001}, "announced");
    row("more bytes than announced", {.name = "a", .data = body, .deflate = true, .size = 999}, "more than");
    row("no deflate data", {.name = "a", .data = body, .deflate = true, .packed = std::string(600, '\xff')}, "damaged");
    const std::string packed = zip::deflated(body);
    row("cut", {.name = "a", .data = body, .deflate = true, .packed = packed.substr(0, packed.size() / 2)}, "cut");
    row("cut by its last byte",
        {.name = "a", .data = body, .deflate = true, .packed = packed.substr(0, packed.size() - 1)}, "cut");
  }
  void membersThatLieAreRefusedWhenTheyAreRead() {
    QFETCH(QByteArray, bytes);
    QFETCH(QString, says);
    const auto archive = open(bytes.toStdString());
    QVERIFY2(archive, archive ? "" : qPrintable(why(archive.error())));
    const quant::ZipMember& member = archive->members()[0];
    const auto head = archive->head(member, member.size);
    QVERIFY(!head);
    QVERIFY2(why(head.error()).contains(says), qPrintable(why(head.error())));
    const auto reader = archive->bytes(member);
    std::vector<std::byte> out(member.size);
    for (int again = 0; again < 2; ++again) {
      const auto rows = reader.store->read(reader.begin, out);
      QVERIFY(!rows);
      QVERIFY2(why(rows.error()).contains(says), qPrintable(why(rows.error())));
    }
  }
  void aChecksumOfZeroCanMeanNone() {
    const std::string file = zip::archive({{.name = "a", .data = "hello", .crc = 0}});
    const auto strict = open(file), lenient = open(file, ZipArchive::ZeroCrc::means_none);
    QVERIFY(!strict->head(strict->members()[0], 5));
    QVERIFY(lenient->head(lenient->members()[0], 5));
    QCOMPARE(read(lenient->bytes(lenient->members()[0]), 0, 5), std::string("hello"));
  }

  void streamsOfEveryLengthUnpack_data() {
    QTest::addColumn<int>("level");
    QTest::addColumn<int>("strategy");
    QTest::newRow("blocks that are stored") << 0 << Z_DEFAULT_STRATEGY;
    QTest::newRow("fixed codes") << 6 << Z_FIXED;
    QTest::newRow("codes of their own") << 9 << Z_DEFAULT_STRATEGY;
    QTest::newRow("literals alone") << 6 << Z_HUFFMAN_ONLY;
  }
  void streamsOfEveryLengthUnpack() {
    QFETCH(int, level);
    QFETCH(int, strategy);
    for (const std::size_t n :
         {0, 1, 2, 3, 7, 100, 32'767, 32'768, 65'535, 65'536, 262'143, 262'144, 262'145, 700'000}) {
      const std::string body = noise(n);
      const auto archive = open(
          zip::archive({{.name = "a", .data = body, .deflate = true, .packed = zip::deflated(body, level, strategy)}}));
      const auto head = archive->head(archive->members()[0], n);
      QVERIFY2(head, head ? "" : qPrintable(why(head.error())));
      QVERIFY(text_of(*head) == body);
      QVERIFY(read(archive->bytes(archive->members()[0]), 0, n) == body);
    }
  }
  void aLongStreamReadsAtAnyOffsetFromAnyThread() {
    const std::string body = noise(std::size_t{36} << 20);  // more than the cache of blocks holds, several checkpoints
    const auto archive =
        open(zip::archive({{.name = "a", .data = body, .deflate = true, .packed = zip::deflated(body, 1)}}));
    const auto bytes = archive->bytes(archive->members()[0]);
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (unsigned seed = 0; seed < 4; ++seed) {
      threads.emplace_back([&, seed] {
        std::mt19937 random(seed);
        for (int i = 0; i < 12; ++i) {
          const std::size_t n = random() % 600'000, at = random() % (body.size() - n);
          wrong += read(bytes, at, n) != body.substr(at, n);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    QCOMPARE(wrong.load(), 0);
  }

  void checksumsOfStoredMembersAreTakenInAnyOrder() {
    const std::string body = noise(100'000);
    for (const bool right : {true, false}) {
      const auto store = quant::checked_bytes(quant::memory_bytes("m", bytes_of("begin " + body + " end")), 6,
                                              body.size(), zip::crc(body) ^ (right ? 0u : 1u), "m, a");
      std::mt19937 random(1);
      std::vector<std::size_t> starts;  // pieces that overlap
      for (std::size_t at = 0; at < body.size(); at += 900) starts.push_back(at);
      std::shuffle(starts.begin(), starts.end(), random);
      std::size_t failed = 0;
      for (const std::size_t at : starts) {
        std::vector<std::byte> out(std::min<std::size_t>(1000, body.size() - at));
        failed += !store->read(6 + at, out);
        QVERIFY(failed > 0 || text_of(out) == body.substr(at, out.size()));
      }
      QCOMPARE(failed, right ? std::size_t{0} : std::size_t{1});  // the read that brings the last byte
      std::vector<std::byte> again(10);
      QCOMPARE(store->read(6, again).has_value(), right);
    }
  }
};

QTEST_APPLESS_MAIN(TestZip)
#include "tst_zip.moc"
